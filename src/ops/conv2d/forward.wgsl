// The tiled kernels: one thread for eight output channels of two neighbouring pixels in four samples. Along a row of the kernel, what the
// right pixel reads is often what the left one reads next, and then it is kept.

@group(0) @binding(0) var<storage, read> x: array<vec4<f32>>;
@group(0) @binding(0) var<storage, read> x_scalars: array<f32>;
@group(0) @binding(1) var<storage, read> weight: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> bias: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read_write> y: array<vec4<f32>>;

// Where a thread of the tiled kernels works.
struct Tile {
    // First output vector, and how far the second is: 0 where there is none.
    vector: u32,
    second: u32,
    // Place of the left pixel in the output.
    row: u32,
    column: u32,
    // First sample; past the batch where there is nothing to do.
    sample: u32,
}

fn tile_of(thread: u32) -> Tile {
    let vectors = p.out_stride / 4u;
    let pairs = (vectors + 1u) / 2u;
    let columns = (p.out_width + 1u) / 2u;
    let vector = thread % pairs * 2u;
    let place = thread / pairs;
    return Tile(
        vector,
        min(1u, vectors - 1u - vector),
        place / columns % p.out_height,
        place % columns * 2u,
        place / columns / p.out_height * 4u,
    );
}

fn store(sample: u32, row: u32, column: u32, vector: u32, sum: vec4<f32>) {
    if sample >= p.batch || column >= p.out_width {
        return;
    }
    let at = ((sample * p.out_height + row) * p.out_width + column) * (p.out_stride / 4u) + vector;
    y[at] = rectified(without_padding(sum, vector, p.out_channels), p.relu);
}

fn store_pair(tile: Tile, vector: u32, sample: u32, left: vec4<f32>, right: vec4<f32>) {
    store(tile.sample + sample, tile.row, tile.column, vector, left);
    store(tile.sample + sample, tile.row, tile.column + 1u, vector, right);
}

// Where groups have a multiple of four input channels: x is read in vectors.
@compute @workgroup_size(THREADS)
fn forward_vectors(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let tile = tile_of(flat_thread(group, groups, local));
    if tile.sample >= p.batch {
        return;
    }
    let out_vectors = p.out_stride / 4u;
    let second = tile.second;
    let in_stride = p.in_stride / 4u;
    let in_per_group = p.in_channels / p.groups;
    let first = 4u * tile.vector / (p.out_channels / p.groups) * in_per_group / 4u;
    let steps = in_per_group / 4u;
    // Samples past the last are computed again for the last one, and not stored.
    let sample_len = p.in_height * p.in_width * in_stride;
    let last = p.batch - 1u;
    let start_0 = tile.sample * sample_len + first;
    let start_1 = min(tile.sample + 1u, last) * sample_len + first;
    let start_2 = min(tile.sample + 2u, last) * sample_len + first;
    let start_3 = min(tile.sample + 3u, last) * sample_len + first;

    // The sums, of the first vector (a) and the second (b), at the left pixel (l) and the right (r).
    var a_l_0 = vec4<f32>(0.0);
    var b_l_0 = vec4<f32>(0.0);
    if p.has_bias == 1u {
        a_l_0 = bias[tile.vector];
        b_l_0 = bias[tile.vector + second];
    }
    var a_l_1 = a_l_0;
    var a_l_2 = a_l_0;
    var a_l_3 = a_l_0;
    var a_r_0 = a_l_0;
    var a_r_1 = a_l_0;
    var a_r_2 = a_l_0;
    var a_r_3 = a_l_0;
    var b_l_1 = b_l_0;
    var b_l_2 = b_l_0;
    var b_l_3 = b_l_0;
    var b_r_0 = b_l_0;
    var b_r_1 = b_l_0;
    var b_r_2 = b_l_0;
    var b_r_3 = b_l_0;

    let top = i32(tile.row * p.stride_height) - i32(p.padding_height);
    let left = i32(tile.column * p.stride_width) - i32(p.padding_width);
    let height = i32(p.in_height);
    let width = i32(p.in_width);
    let stride = i32(p.stride_width);
    let across = i32(p.dilation_width);
    let slides = stride == across;
    let kernel_width = i32(p.kernel_width);
    let tap_len = in_per_group * out_vectors;
    for (var r = 0u; r < p.kernel_height; r += 1u) {
        let row = top + i32(r * p.dilation_height);
        if row < 0 || row >= height {
            continue;
        }
        for (var i = 0u; i < steps; i += 1u) {
            let row_start = u32(row * width) * in_stride + i;
            var place = r * p.kernel_width * tap_len + 4u * i * out_vectors + tile.vector;
            var x_r_0 = vec4<f32>(0.0);
            var x_r_1 = vec4<f32>(0.0);
            var x_r_2 = vec4<f32>(0.0);
            var x_r_3 = vec4<f32>(0.0);
            for (var s = 0; s < kernel_width; s += 1) {
                let column = left + s * across;
                var x_l_0 = x_r_0;
                var x_l_1 = x_r_1;
                var x_l_2 = x_r_2;
                var x_l_3 = x_r_3;
                if s == 0 || !slides {
                    let inside = column >= 0 && column < width;
                    let at = row_start + select(0u, u32(column), inside) * in_stride;
                    x_l_0 = select(vec4<f32>(0.0), x[start_0 + at], inside);
                    x_l_1 = select(vec4<f32>(0.0), x[start_1 + at], inside);
                    x_l_2 = select(vec4<f32>(0.0), x[start_2 + at], inside);
                    x_l_3 = select(vec4<f32>(0.0), x[start_3 + at], inside);
                }
                let right = column + stride;
                let inside = right >= 0 && right < width;
                let at = row_start + select(0u, u32(right), inside) * in_stride;
                x_r_0 = select(vec4<f32>(0.0), x[start_0 + at], inside);
                x_r_1 = select(vec4<f32>(0.0), x[start_1 + at], inside);
                x_r_2 = select(vec4<f32>(0.0), x[start_2 + at], inside);
                x_r_3 = select(vec4<f32>(0.0), x[start_3 + at], inside);
                var w_a = weight[place];
                var w_b = weight[place + second];
                a_l_0 += x_l_0.x * w_a;
                a_l_1 += x_l_1.x * w_a;
                a_l_2 += x_l_2.x * w_a;
                a_l_3 += x_l_3.x * w_a;
                a_r_0 += x_r_0.x * w_a;
                a_r_1 += x_r_1.x * w_a;
                a_r_2 += x_r_2.x * w_a;
                a_r_3 += x_r_3.x * w_a;
                b_l_0 += x_l_0.x * w_b;
                b_l_1 += x_l_1.x * w_b;
                b_l_2 += x_l_2.x * w_b;
                b_l_3 += x_l_3.x * w_b;
                b_r_0 += x_r_0.x * w_b;
                b_r_1 += x_r_1.x * w_b;
                b_r_2 += x_r_2.x * w_b;
                b_r_3 += x_r_3.x * w_b;
                w_a = weight[place + out_vectors];
                w_b = weight[place + out_vectors + second];
                a_l_0 += x_l_0.y * w_a;
                a_l_1 += x_l_1.y * w_a;
                a_l_2 += x_l_2.y * w_a;
                a_l_3 += x_l_3.y * w_a;
                a_r_0 += x_r_0.y * w_a;
                a_r_1 += x_r_1.y * w_a;
                a_r_2 += x_r_2.y * w_a;
                a_r_3 += x_r_3.y * w_a;
                b_l_0 += x_l_0.y * w_b;
                b_l_1 += x_l_1.y * w_b;
                b_l_2 += x_l_2.y * w_b;
                b_l_3 += x_l_3.y * w_b;
                b_r_0 += x_r_0.y * w_b;
                b_r_1 += x_r_1.y * w_b;
                b_r_2 += x_r_2.y * w_b;
                b_r_3 += x_r_3.y * w_b;
                w_a = weight[place + 2u * out_vectors];
                w_b = weight[place + 2u * out_vectors + second];
                a_l_0 += x_l_0.z * w_a;
                a_l_1 += x_l_1.z * w_a;
                a_l_2 += x_l_2.z * w_a;
                a_l_3 += x_l_3.z * w_a;
                a_r_0 += x_r_0.z * w_a;
                a_r_1 += x_r_1.z * w_a;
                a_r_2 += x_r_2.z * w_a;
                a_r_3 += x_r_3.z * w_a;
                b_l_0 += x_l_0.z * w_b;
                b_l_1 += x_l_1.z * w_b;
                b_l_2 += x_l_2.z * w_b;
                b_l_3 += x_l_3.z * w_b;
                b_r_0 += x_r_0.z * w_b;
                b_r_1 += x_r_1.z * w_b;
                b_r_2 += x_r_2.z * w_b;
                b_r_3 += x_r_3.z * w_b;
                w_a = weight[place + 3u * out_vectors];
                w_b = weight[place + 3u * out_vectors + second];
                a_l_0 += x_l_0.w * w_a;
                a_l_1 += x_l_1.w * w_a;
                a_l_2 += x_l_2.w * w_a;
                a_l_3 += x_l_3.w * w_a;
                a_r_0 += x_r_0.w * w_a;
                a_r_1 += x_r_1.w * w_a;
                a_r_2 += x_r_2.w * w_a;
                a_r_3 += x_r_3.w * w_a;
                b_l_0 += x_l_0.w * w_b;
                b_l_1 += x_l_1.w * w_b;
                b_l_2 += x_l_2.w * w_b;
                b_l_3 += x_l_3.w * w_b;
                b_r_0 += x_r_0.w * w_b;
                b_r_1 += x_r_1.w * w_b;
                b_r_2 += x_r_2.w * w_b;
                b_r_3 += x_r_3.w * w_b;
                place += tap_len;
            }
        }
    }

    store_pair(tile, tile.vector, 0u, a_l_0, a_r_0);
    store_pair(tile, tile.vector, 1u, a_l_1, a_r_1);
    store_pair(tile, tile.vector, 2u, a_l_2, a_r_2);
    store_pair(tile, tile.vector, 3u, a_l_3, a_r_3);
    if second == 0u {
        return;
    }
    store_pair(tile, tile.vector + 1u, 0u, b_l_0, b_r_0);
    store_pair(tile, tile.vector + 1u, 1u, b_l_1, b_r_1);
    store_pair(tile, tile.vector + 1u, 2u, b_l_2, b_r_2);
    store_pair(tile, tile.vector + 1u, 3u, b_l_3, b_r_3);
}

// Any number of input channels: x is read channel by channel.
@compute @workgroup_size(THREADS)
fn forward_scalars(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let tile = tile_of(flat_thread(group, groups, local));
    if tile.sample >= p.batch {
        return;
    }
    let out_vectors = p.out_stride / 4u;
    let second = tile.second;
    let in_stride = p.in_stride;
    let in_per_group = p.in_channels / p.groups;
    let first = 4u * tile.vector / (p.out_channels / p.groups) * in_per_group;
    // Samples past the last are computed again for the last one, and not stored.
    let sample_len = p.in_height * p.in_width * in_stride;
    let last = p.batch - 1u;
    let start_0 = tile.sample * sample_len + first;
    let start_1 = min(tile.sample + 1u, last) * sample_len + first;
    let start_2 = min(tile.sample + 2u, last) * sample_len + first;
    let start_3 = min(tile.sample + 3u, last) * sample_len + first;

    // The sums, of the first vector (a) and the second (b), at the left pixel (l) and the right (r).
    var a_l_0 = vec4<f32>(0.0);
    var b_l_0 = vec4<f32>(0.0);
    if p.has_bias == 1u {
        a_l_0 = bias[tile.vector];
        b_l_0 = bias[tile.vector + second];
    }
    var a_l_1 = a_l_0;
    var a_l_2 = a_l_0;
    var a_l_3 = a_l_0;
    var a_r_0 = a_l_0;
    var a_r_1 = a_l_0;
    var a_r_2 = a_l_0;
    var a_r_3 = a_l_0;
    var b_l_1 = b_l_0;
    var b_l_2 = b_l_0;
    var b_l_3 = b_l_0;
    var b_r_0 = b_l_0;
    var b_r_1 = b_l_0;
    var b_r_2 = b_l_0;
    var b_r_3 = b_l_0;

    let top = i32(tile.row * p.stride_height) - i32(p.padding_height);
    let left = i32(tile.column * p.stride_width) - i32(p.padding_width);
    let height = i32(p.in_height);
    let width = i32(p.in_width);
    let stride = i32(p.stride_width);
    let across = i32(p.dilation_width);
    let slides = stride == across;
    let kernel_width = i32(p.kernel_width);
    let tap_len = in_per_group * out_vectors;
    for (var r = 0u; r < p.kernel_height; r += 1u) {
        let row = top + i32(r * p.dilation_height);
        if row < 0 || row >= height {
            continue;
        }
        for (var i = 0u; i < in_per_group; i += 1u) {
            let row_start = u32(row * width) * in_stride + i;
            var place = r * p.kernel_width * tap_len + i * out_vectors + tile.vector;
            var x_r_0 = 0.0;
            var x_r_1 = 0.0;
            var x_r_2 = 0.0;
            var x_r_3 = 0.0;
            for (var s = 0; s < kernel_width; s += 1) {
                let column = left + s * across;
                var x_l_0 = x_r_0;
                var x_l_1 = x_r_1;
                var x_l_2 = x_r_2;
                var x_l_3 = x_r_3;
                if s == 0 || !slides {
                    let inside = column >= 0 && column < width;
                    let at = row_start + select(0u, u32(column), inside) * in_stride;
                    x_l_0 = select(0.0, x_scalars[start_0 + at], inside);
                    x_l_1 = select(0.0, x_scalars[start_1 + at], inside);
                    x_l_2 = select(0.0, x_scalars[start_2 + at], inside);
                    x_l_3 = select(0.0, x_scalars[start_3 + at], inside);
                }
                let right = column + stride;
                let inside = right >= 0 && right < width;
                let at = row_start + select(0u, u32(right), inside) * in_stride;
                x_r_0 = select(0.0, x_scalars[start_0 + at], inside);
                x_r_1 = select(0.0, x_scalars[start_1 + at], inside);
                x_r_2 = select(0.0, x_scalars[start_2 + at], inside);
                x_r_3 = select(0.0, x_scalars[start_3 + at], inside);
                let w_a = weight[place];
                let w_b = weight[place + second];
                a_l_0 += x_l_0 * w_a;
                a_l_1 += x_l_1 * w_a;
                a_l_2 += x_l_2 * w_a;
                a_l_3 += x_l_3 * w_a;
                a_r_0 += x_r_0 * w_a;
                a_r_1 += x_r_1 * w_a;
                a_r_2 += x_r_2 * w_a;
                a_r_3 += x_r_3 * w_a;
                b_l_0 += x_l_0 * w_b;
                b_l_1 += x_l_1 * w_b;
                b_l_2 += x_l_2 * w_b;
                b_l_3 += x_l_3 * w_b;
                b_r_0 += x_r_0 * w_b;
                b_r_1 += x_r_1 * w_b;
                b_r_2 += x_r_2 * w_b;
                b_r_3 += x_r_3 * w_b;
                place += tap_len;
            }
        }
    }

    store_pair(tile, tile.vector, 0u, a_l_0, a_r_0);
    store_pair(tile, tile.vector, 1u, a_l_1, a_r_1);
    store_pair(tile, tile.vector, 2u, a_l_2, a_r_2);
    store_pair(tile, tile.vector, 3u, a_l_3, a_r_3);
    if second == 0u {
        return;
    }
    store_pair(tile, tile.vector + 1u, 0u, b_l_0, b_r_0);
    store_pair(tile, tile.vector + 1u, 1u, b_l_1, b_r_1);
    store_pair(tile, tile.vector + 1u, 2u, b_l_2, b_r_2);
    store_pair(tile, tile.vector + 1u, 3u, b_l_3, b_r_3);
}
// One thread for four output channels of one pixel, each in whatever group it is.
@compute @workgroup_size(THREADS)
fn forward_grouped(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let thread = flat_thread(group, groups, local);
    let out_vectors = p.out_stride / 4u;
    let pixels = p.out_height * p.out_width;
    let o = thread % out_vectors;
    let pixel = thread / out_vectors % pixels;
    let n = thread / out_vectors / pixels;
    if n >= p.batch {
        return;
    }
    let in_per_group = p.in_channels / p.groups;
    // Pad lanes look where the last channel does; they are zeroed in the end.
    let channel = min(vec4<u32>(0u, 1u, 2u, 3u) + vec4<u32>(4u * o), vec4<u32>(p.out_channels - 1u));
    let first = channel / (p.out_channels / p.groups) * in_per_group;
    let top = i32(pixel / p.out_width * p.stride_height) - i32(p.padding_height);
    let left = i32(pixel % p.out_width * p.stride_width) - i32(p.padding_width);

    var sum = vec4<f32>(0.0);
    if p.has_bias == 1u {
        sum = bias[o];
    }
    for (var r = 0u; r < p.kernel_height; r += 1u) {
        let row = top + i32(r * p.dilation_height);
        if row < 0 || row >= i32(p.in_height) {
            continue;
        }
        for (var s = 0u; s < p.kernel_width; s += 1u) {
            let column = left + i32(s * p.dilation_width);
            if column < 0 || column >= i32(p.in_width) {
                continue;
            }
            let at = ((n * p.in_height + u32(row)) * p.in_width + u32(column)) * p.in_stride;
            let place = (r * p.kernel_width + s) * in_per_group;
            for (var i = 0u; i < in_per_group; i += 1u) {
                let k = first + vec4<u32>(at + i);
                let value = vec4<f32>(x_scalars[k.x], x_scalars[k.y], x_scalars[k.z], x_scalars[k.w]);
                sum += value * weight[(place + i) * out_vectors + o];
            }
        }
    }
    store(n, pixel / p.out_width, pixel % p.out_width, o, sum);
}
