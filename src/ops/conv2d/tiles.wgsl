// Tiles in the memory of a workgroup, for adapters that are chips: what threads next to each other read is fetched once for all of them. On a program that runs on
// the CPU, barriers cost more than that saves.
//
// A workgroup computes 8 C channels of 512 / C pixels (of any samples), where C, its columns of threads, is 2, 4 or 8 as the map has channels; a thread computes eight
// channels of eight pixels. The products go in rounds of DEPTH vectors of four terms: a vector of source channels at one tap.
//
// The pass says what is what: `source_vectors`, `target_vectors`, `pixel_count`, `place_of`, `source`, `weights`, `first_sum` and `store_sum`.

const DEPTH: u32 = 2u;

// DEPTH times the pixels of the longest tile; a vector of terms each.
var<workgroup> source_tile: array<vec4<f32>, 512>;
// 4 DEPTH times the vectors of the widest tile; a vector of target channels for one term each.
var<workgroup> weight_tile: array<vec4<f32>, 128>;

// The columns of threads for so many vectors of channels.
fn columns_for(vectors: u32) -> u32 {
    return select(select(8u, 4u, vectors <= 8u), 2u, vectors <= 4u);
}

fn product(x: vec4<f32>, w_0: vec4<f32>, w_1: vec4<f32>, w_2: vec4<f32>, w_3: vec4<f32>) -> vec4<f32> {
    return x.x * w_0 + x.y * w_1 + x.z * w_2 + x.w * w_3;
}

fn compute_tile(group: u32, local: u32) {
    let columns = columns_for(target_vectors());
    let vectors = 2u * columns;
    let pixels = 512u / columns;
    let rows = THREADS / columns;
    let tiles_across = (target_vectors() + vectors - 1u) / vectors;
    let first_vector = group % tiles_across * vectors;
    let first_pixel = group / tiles_across * pixels;
    if first_pixel >= pixel_count() {
        return;
    }
    let fetches = pixels / THREADS;
    var places: array<vec3<i32>, 4>;
    for (var q = 0u; q < fetches; q += 1u) {
        places[q] = place_of(first_pixel + q * THREADS + local);
    }
    let row = local / columns;
    let vector = first_vector + local % columns * 2u;

    // The sums of the first vector (a) and the second (b).
    let a = first_sum(vector);
    let b = first_sum(vector + 1u);
    var a_0 = a;
    var b_0 = b;
    var a_1 = a;
    var b_1 = b;
    var a_2 = a;
    var b_2 = b;
    var a_3 = a;
    var b_3 = b;
    var a_4 = a;
    var b_4 = b;
    var a_5 = a;
    var b_5 = b;
    var a_6 = a;
    var b_6 = b;
    var a_7 = a;
    var b_7 = b;

    let depth = source_vectors();
    let terms = p.kernel_height * p.kernel_width * depth;
    for (var first = 0u; first < terms; first += DEPTH) {
        for (var d = 0u; d < DEPTH; d += 1u) {
            let tap = (first + d) / depth;
            let reach = vec2<i32>(vec2<u32>(tap / p.kernel_width * p.dilation_height, tap % p.kernel_width * p.dilation_width));
            for (var q = 0u; q < fetches; q += 1u) {
                var found = vec4<f32>(0.0);
                if first + d < terms {
                    found = source(places[q], reach, (first + d) % depth);
                }
                source_tile[d * pixels + q * THREADS + local] = found;
            }
        }
        if local < DEPTH * vectors {
            let d = local / vectors;
            let v = local % vectors;
            var found = mat4x4<f32>();
            if first + d < terms && first_vector + v < target_vectors() {
                found = weights((first + d) / depth, (first + d) % depth, first_vector + v);
            }
            for (var term = 0u; term < 4u; term += 1u) {
                weight_tile[(4u * d + term) * vectors + v] = found[term];
            }
        }
        workgroupBarrier();
        for (var d = 0u; d < DEPTH; d += 1u) {
            let w = 4u * d * vectors + local % columns * 2u;
            let a_w_0 = weight_tile[w];
            let b_w_0 = weight_tile[w + 1u];
            let a_w_1 = weight_tile[w + vectors];
            let b_w_1 = weight_tile[w + vectors + 1u];
            let a_w_2 = weight_tile[w + 2u * vectors];
            let b_w_2 = weight_tile[w + 2u * vectors + 1u];
            let a_w_3 = weight_tile[w + 3u * vectors];
            let b_w_3 = weight_tile[w + 3u * vectors + 1u];
            let at = d * pixels + row;
            let x_0 = source_tile[at];
            a_0 += product(x_0, a_w_0, a_w_1, a_w_2, a_w_3);
            b_0 += product(x_0, b_w_0, b_w_1, b_w_2, b_w_3);
            let x_1 = source_tile[at + 1u * rows];
            a_1 += product(x_1, a_w_0, a_w_1, a_w_2, a_w_3);
            b_1 += product(x_1, b_w_0, b_w_1, b_w_2, b_w_3);
            let x_2 = source_tile[at + 2u * rows];
            a_2 += product(x_2, a_w_0, a_w_1, a_w_2, a_w_3);
            b_2 += product(x_2, b_w_0, b_w_1, b_w_2, b_w_3);
            let x_3 = source_tile[at + 3u * rows];
            a_3 += product(x_3, a_w_0, a_w_1, a_w_2, a_w_3);
            b_3 += product(x_3, b_w_0, b_w_1, b_w_2, b_w_3);
            let x_4 = source_tile[at + 4u * rows];
            a_4 += product(x_4, a_w_0, a_w_1, a_w_2, a_w_3);
            b_4 += product(x_4, b_w_0, b_w_1, b_w_2, b_w_3);
            let x_5 = source_tile[at + 5u * rows];
            a_5 += product(x_5, a_w_0, a_w_1, a_w_2, a_w_3);
            b_5 += product(x_5, b_w_0, b_w_1, b_w_2, b_w_3);
            let x_6 = source_tile[at + 6u * rows];
            a_6 += product(x_6, a_w_0, a_w_1, a_w_2, a_w_3);
            b_6 += product(x_6, b_w_0, b_w_1, b_w_2, b_w_3);
            let x_7 = source_tile[at + 7u * rows];
            a_7 += product(x_7, a_w_0, a_w_1, a_w_2, a_w_3);
            b_7 += product(x_7, b_w_0, b_w_1, b_w_2, b_w_3);
        }
        workgroupBarrier();
    }

    let pixel = first_pixel + row;
    store_tile(pixel, vector, a_0, b_0);
    store_tile(pixel + 1u * rows, vector, a_1, b_1);
    store_tile(pixel + 2u * rows, vector, a_2, b_2);
    store_tile(pixel + 3u * rows, vector, a_3, b_3);
    store_tile(pixel + 4u * rows, vector, a_4, b_4);
    store_tile(pixel + 5u * rows, vector, a_5, b_5);
    store_tile(pixel + 6u * rows, vector, a_6, b_6);
    store_tile(pixel + 7u * rows, vector, a_7, b_7);
}

fn store_tile(pixel: u32, vector: u32, a: vec4<f32>, b: vec4<f32>) {
    if pixel >= pixel_count() {
        return;
    }
    if vector < target_vectors() {
        store_sum(pixel, vector, a);
    }
    if vector + 1u < target_vectors() {
        store_sum(pixel, vector + 1u, b);
    }
}
