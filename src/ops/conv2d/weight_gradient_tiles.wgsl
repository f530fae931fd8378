// The weight gradient in tiles, for adapters that are chips (tiles.wgsl): a workgroup computes 8 C output channels of 512 / C rows of the weight, with C columns of threads
// (4 or 8), and a thread eight of eight. A round is one pixel in eight samples.

const SAMPLES: u32 = 8u;

// Eight samples times the vectors of rows of the longest tile.
var<workgroup> x_tile: array<vec4<f32>, 256>;
// Eight samples times the vectors of channels of the widest tile.
var<workgroup> dy_tile: array<vec4<f32>, 128>;

@compute @workgroup_size(THREADS)
fn weight_gradient_tiles(
    @builtin(workgroup_id) workgroup: vec3<u32>,
    @builtin(num_workgroups) workgroups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let group = flat_group(workgroup, workgroups);
    let rows = weight_rows();
    let in_vectors = p.in_stride / 4u;
    let out_vectors = p.out_stride / 4u;
    let shares = arrayLength(&partial) / ((rows + BIAS_ROWS) * out_vectors);
    let columns = select(8u, 4u, out_vectors <= 8u);
    let vectors = 2u * columns;
    let row_vectors = 2u * THREADS / columns;
    let tiles_across = (out_vectors + vectors - 1u) / vectors;
    let tiles = (rows / 4u + row_vectors - 1u) / row_vectors * tiles_across;
    let share = group / tiles;
    if share >= shares {
        sum_bias((group - shares * tiles) * THREADS + local, shares);
        return;
    }
    let first_vector = group % tiles_across * vectors;
    let first_row = group % tiles / tiles_across * row_vectors;

    // What this thread fetches: of x one vector of rows (a tap, four channels), of dy one of channels, each in every so many samples.
    let row = first_row + local % row_vectors;
    let channels = row % in_vectors;
    let tap = row / in_vectors;
    let x_exists = 4u * row < rows;
    let x_first = local / row_vectors;
    let x_step = THREADS / row_vectors;
    let vector = first_vector + local % vectors;
    let dy_exists = vector < out_vectors;
    let dy_first = local / vectors;
    let dy_step = THREADS / vectors;
    let down = i32(tap / p.kernel_width * p.dilation_height) - i32(p.padding_height);
    let across = i32(tap % p.kernel_width * p.dilation_width) - i32(p.padding_width);

    var a_0 = vec4<f32>(0.0);
    var b_0 = vec4<f32>(0.0);
    var a_1 = vec4<f32>(0.0);
    var b_1 = vec4<f32>(0.0);
    var a_2 = vec4<f32>(0.0);
    var b_2 = vec4<f32>(0.0);
    var a_3 = vec4<f32>(0.0);
    var b_3 = vec4<f32>(0.0);
    var a_4 = vec4<f32>(0.0);
    var b_4 = vec4<f32>(0.0);
    var a_5 = vec4<f32>(0.0);
    var b_5 = vec4<f32>(0.0);
    var a_6 = vec4<f32>(0.0);
    var b_6 = vec4<f32>(0.0);
    var a_7 = vec4<f32>(0.0);
    var b_7 = vec4<f32>(0.0);

    let in_sample = p.in_height * p.in_width * in_vectors;
    let out_sample = p.out_height * p.out_width * out_vectors;
    let span = share_of(share, shares);
    for (var pixel = span.x; pixel < span.y; pixel += 1u) {
        let h = i32(pixel / p.out_width * p.stride_height) + down;
        let w = i32(pixel % p.out_width * p.stride_width) + across;
        let inside = x_exists && h >= 0 && h < i32(p.in_height) && w >= 0 && w < i32(p.in_width);
        let x_at = u32(h * i32(p.in_width) + w) * in_vectors + channels;
        for (var sample = 0u; sample < p.batch; sample += SAMPLES) {
            for (var n = x_first; n < SAMPLES; n += x_step) {
                var found = vec4<f32>(0.0);
                if inside && sample + n < p.batch {
                    found = x[(sample + n) * in_sample + x_at];
                }
                x_tile[n * row_vectors + local % row_vectors] = found;
            }
            for (var n = dy_first; n < SAMPLES; n += dy_step) {
                var found = vec4<f32>(0.0);
                if dy_exists && sample + n < p.batch {
                    found = dy[(sample + n) * out_sample + pixel * out_vectors + vector];
                }
                dy_tile[n * vectors + local % vectors] = found;
            }
            workgroupBarrier();
            for (var n = 0u; n < SAMPLES; n += 1u) {
                let x_place = n * row_vectors + local / columns * 2u;
                let dy_place = n * vectors + local % columns * 2u;
                let x_a = x_tile[x_place];
                let x_b = x_tile[x_place + 1u];
                let dy_a = dy_tile[dy_place];
                let dy_b = dy_tile[dy_place + 1u];
                a_0 += x_a.x * dy_a;
                b_0 += x_a.x * dy_b;
                a_1 += x_a.y * dy_a;
                b_1 += x_a.y * dy_b;
                a_2 += x_a.z * dy_a;
                b_2 += x_a.z * dy_b;
                a_3 += x_a.w * dy_a;
                b_3 += x_a.w * dy_b;
                a_4 += x_b.x * dy_a;
                b_4 += x_b.x * dy_b;
                a_5 += x_b.y * dy_a;
                b_5 += x_b.y * dy_b;
                a_6 += x_b.z * dy_a;
                b_6 += x_b.z * dy_b;
                a_7 += x_b.w * dy_a;
                b_7 += x_b.w * dy_b;
            }
            workgroupBarrier();
        }
    }

    let first = 4u * (first_row + local / columns * 2u);
    let o = first_vector + local % columns * 2u;
    if o < out_vectors {
        store_eight(share, rows, first, out_vectors, o, a_0, a_1, a_2, a_3, a_4, a_5, a_6, a_7);
    }
    if o + 1u < out_vectors {
        store_eight(share, rows, first, out_vectors, o + 1u, b_0, b_1, b_2, b_3, b_4, b_5, b_6, b_7);
    }
}
