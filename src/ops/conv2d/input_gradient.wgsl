// dx[n,i,h',w'] gathers from the outputs it took part in: for each tap there is at most one, at (h' + padding - r * dilation) / stride
// where that divides evenly.

@group(0) @binding(0) var<storage, read> dy: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read> weight: array<vec4<f32>>;

fn store(sample: u32, row: u32, column: u32, vector: u32, sum: vec4<f32>) {
    if sample >= p.batch || column >= p.in_width {
        return;
    }
    store_gradient(
        ((sample * p.in_height + row) * p.in_width + column) * (p.in_stride / 4u) + vector,
        without_padding(sum, vector, p.in_channels),
    );
}

fn products(dy: vec4<f32>, w_0: vec4<f32>, w_1: vec4<f32>, w_2: vec4<f32>, w_3: vec4<f32>) -> vec4<f32> {
    return vec4<f32>(dot(dy, w_0), dot(dy, w_1), dot(dy, w_2), dot(dy, w_3));
}

// One thread for eight input channels of two pixels in four samples. The pixels are a stride apart, so that they are reached by the same
// taps, from neighbouring outputs. Along a row of the kernel, what the left one reads is often what the right one reads next, and then it
// is kept.
@compute @workgroup_size(THREADS)
fn input_gradient(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let thread = flat_thread(group, groups, local);
    let in_vectors = p.in_stride / 4u;
    let pairs = (in_vectors + 1u) / 2u;
    let columns = (p.in_width + 2u * p.stride_width - 1u) / (2u * p.stride_width) * p.stride_width;
    let vector = thread % pairs * 2u;
    let place = thread / pairs;
    let row = place / columns % p.in_height;
    let left = place % columns / p.stride_width * 2u * p.stride_width + place % columns % p.stride_width;
    let right = left + p.stride_width;
    let n = place / columns / p.in_height * 4u;
    if n >= p.batch || left >= p.in_width {
        return;
    }
    let second = min(1u, in_vectors - 1u - vector);
    let out_vectors = p.out_stride / 4u;
    let in_per_group = p.in_channels / p.groups;
    let number = 4u * vector / in_per_group;
    let first = number * (p.out_channels / p.groups) / 4u;
    // With one group, the vector that is padded at the end counts too.
    let steps = select(p.out_channels / p.groups / 4u, out_vectors, p.groups == 1u);

    // Samples past the last are computed again for the last one, and not stored.
    let sample_len = p.out_height * p.out_width * out_vectors;
    let last = p.batch - 1u;
    let start_0 = n * sample_len + first;
    let start_1 = min(n + 1u, last) * sample_len + first;
    let start_2 = min(n + 2u, last) * sample_len + first;
    let start_3 = min(n + 3u, last) * sample_len + first;

    // Rows of the weight; channels past the last read the last one's, and are zeroed in the end.
    let row_0 = 4u * vector - number * in_per_group;
    let last_row = in_per_group - 1u;
    let place_0 = row_0 * out_vectors + first;
    let place_1 = min(row_0 + 1u, last_row) * out_vectors + first;
    let place_2 = min(row_0 + 2u, last_row) * out_vectors + first;
    let place_3 = min(row_0 + 3u, last_row) * out_vectors + first;
    let place_4 = min(row_0 + 4u, last_row) * out_vectors + first;
    let place_5 = min(row_0 + 5u, last_row) * out_vectors + first;
    let place_6 = min(row_0 + 6u, last_row) * out_vectors + first;
    let place_7 = min(row_0 + 7u, last_row) * out_vectors + first;

    // The sums, of the first vector (a) and the second (b), at the left pixel (l) and the right (r).
    var a_l_0 = vec4<f32>(0.0);
    var a_l_1 = vec4<f32>(0.0);
    var a_l_2 = vec4<f32>(0.0);
    var a_l_3 = vec4<f32>(0.0);
    var a_r_0 = vec4<f32>(0.0);
    var a_r_1 = vec4<f32>(0.0);
    var a_r_2 = vec4<f32>(0.0);
    var a_r_3 = vec4<f32>(0.0);
    var b_l_0 = vec4<f32>(0.0);
    var b_l_1 = vec4<f32>(0.0);
    var b_l_2 = vec4<f32>(0.0);
    var b_l_3 = vec4<f32>(0.0);
    var b_r_0 = vec4<f32>(0.0);
    var b_r_1 = vec4<f32>(0.0);
    var b_r_2 = vec4<f32>(0.0);
    var b_r_3 = vec4<f32>(0.0);

    let bottom = i32(row + p.padding_height);
    let edge = i32(left + p.padding_width);
    let stride_height = i32(p.stride_height);
    let stride = i32(p.stride_width);
    let across = i32(p.dilation_width);
    let slides = stride == across;
    let out_height = i32(p.out_height);
    let out_width = i32(p.out_width);
    let kernel_width = i32(p.kernel_width);
    let tap_len = in_per_group * out_vectors;
    for (var r = 0u; r < p.kernel_height; r += 1u) {
        let down = bottom - i32(r * p.dilation_height);
        if down < 0 || down % stride_height != 0 || down / stride_height >= out_height {
            continue;
        }
        let row_start = u32(down / stride_height * out_width) * out_vectors;
        for (var o = 0u; o < steps; o += 1u) {
            var tap = r * p.kernel_width * tap_len + o;
            var dy_l_0 = vec4<f32>(0.0);
            var dy_l_1 = vec4<f32>(0.0);
            var dy_l_2 = vec4<f32>(0.0);
            var dy_l_3 = vec4<f32>(0.0);
            for (var s = 0; s < kernel_width; s += 1) {
                // Counted from one output before the map, so that no division is of a negative number.
                let reach = edge - s * across + stride;
                if reach < 0 || reach % stride != 0 {
                    tap += tap_len;
                    continue;
                }
                let column = reach / stride - 1;
                var dy_r_0 = dy_l_0;
                var dy_r_1 = dy_l_1;
                var dy_r_2 = dy_l_2;
                var dy_r_3 = dy_l_3;
                if s == 0 || !slides {
                    let inside = column + 1 < out_width;
                    let at = row_start + o + select(0u, u32(column + 1), inside) * out_vectors;
                    dy_r_0 = select(vec4<f32>(0.0), dy[start_0 + at], inside);
                    dy_r_1 = select(vec4<f32>(0.0), dy[start_1 + at], inside);
                    dy_r_2 = select(vec4<f32>(0.0), dy[start_2 + at], inside);
                    dy_r_3 = select(vec4<f32>(0.0), dy[start_3 + at], inside);
                }
                let inside = column >= 0 && column < out_width;
                let at = row_start + o + select(0u, u32(column), inside) * out_vectors;
                dy_l_0 = select(vec4<f32>(0.0), dy[start_0 + at], inside);
                dy_l_1 = select(vec4<f32>(0.0), dy[start_1 + at], inside);
                dy_l_2 = select(vec4<f32>(0.0), dy[start_2 + at], inside);
                dy_l_3 = select(vec4<f32>(0.0), dy[start_3 + at], inside);
                var w_0 = weight[tap + place_0];
                var w_1 = weight[tap + place_1];
                var w_2 = weight[tap + place_2];
                var w_3 = weight[tap + place_3];
                a_l_0 += products(dy_l_0, w_0, w_1, w_2, w_3);
                a_l_1 += products(dy_l_1, w_0, w_1, w_2, w_3);
                a_l_2 += products(dy_l_2, w_0, w_1, w_2, w_3);
                a_l_3 += products(dy_l_3, w_0, w_1, w_2, w_3);
                a_r_0 += products(dy_r_0, w_0, w_1, w_2, w_3);
                a_r_1 += products(dy_r_1, w_0, w_1, w_2, w_3);
                a_r_2 += products(dy_r_2, w_0, w_1, w_2, w_3);
                a_r_3 += products(dy_r_3, w_0, w_1, w_2, w_3);
                if second == 1u {
                    w_0 = weight[tap + place_4];
                    w_1 = weight[tap + place_5];
                    w_2 = weight[tap + place_6];
                    w_3 = weight[tap + place_7];
                    b_l_0 += products(dy_l_0, w_0, w_1, w_2, w_3);
                    b_l_1 += products(dy_l_1, w_0, w_1, w_2, w_3);
                    b_l_2 += products(dy_l_2, w_0, w_1, w_2, w_3);
                    b_l_3 += products(dy_l_3, w_0, w_1, w_2, w_3);
                    b_r_0 += products(dy_r_0, w_0, w_1, w_2, w_3);
                    b_r_1 += products(dy_r_1, w_0, w_1, w_2, w_3);
                    b_r_2 += products(dy_r_2, w_0, w_1, w_2, w_3);
                    b_r_3 += products(dy_r_3, w_0, w_1, w_2, w_3);
                }
                tap += tap_len;
            }
        }
    }

    store(n + 0u, row, left, vector, a_l_0);
    store(n + 0u, row, right, vector, a_r_0);
    store(n + 1u, row, left, vector, a_l_1);
    store(n + 1u, row, right, vector, a_r_1);
    store(n + 2u, row, left, vector, a_l_2);
    store(n + 2u, row, right, vector, a_r_2);
    store(n + 3u, row, left, vector, a_l_3);
    store(n + 3u, row, right, vector, a_r_3);
    if second == 0u {
        return;
    }
    store(n + 0u, row, left, vector + 1u, b_l_0);
    store(n + 0u, row, right, vector + 1u, b_r_0);
    store(n + 1u, row, left, vector + 1u, b_l_1);
    store(n + 1u, row, right, vector + 1u, b_r_1);
    store(n + 2u, row, left, vector + 1u, b_l_2);
    store(n + 2u, row, right, vector + 1u, b_r_2);
    store(n + 3u, row, left, vector + 1u, b_l_3);
    store(n + 3u, row, right, vector + 1u, b_r_3);
}
@group(0) @binding(0) var<storage, read> dy_scalars: array<f32>;
@group(0) @binding(1) var<storage, read> weight_scalars: array<f32>;

// dx of one channel at one pixel of one sample.
fn channel_gradient(n: u32, pixel: u32, channel: u32) -> f32 {
    if channel >= p.in_channels {
        return 0.0;
    }
    let in_per_group = p.in_channels / p.groups;
    let out_per_group = p.out_channels / p.groups;
    let first = channel / in_per_group * out_per_group;
    let bottom = i32(pixel / p.in_width + p.padding_height);
    let right = i32(pixel % p.in_width + p.padding_width);
    var sum = 0.0;
    for (var r = 0u; r < p.kernel_height; r += 1u) {
        let down = bottom - i32(r * p.dilation_height);
        let h = down / i32(p.stride_height);
        if down < 0 || down % i32(p.stride_height) != 0 || h >= i32(p.out_height) {
            continue;
        }
        for (var s = 0u; s < p.kernel_width; s += 1u) {
            let across = right - i32(s * p.dilation_width);
            let w = across / i32(p.stride_width);
            if across < 0 || across % i32(p.stride_width) != 0 || w >= i32(p.out_width) {
                continue;
            }
            let at = ((n * p.out_height + u32(h)) * p.out_width + u32(w)) * p.out_stride + first;
            let place = ((r * p.kernel_width + s) * in_per_group + channel % in_per_group) * p.out_stride + first;
            for (var o = 0u; o < out_per_group; o += 1u) {
                sum += dy_scalars[at + o] * weight_scalars[place + o];
            }
        }
    }
    return sum;
}

// One thread for four input channels of one pixel, each in whatever group it is.
@compute @workgroup_size(THREADS)
fn input_gradient_grouped(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let thread = flat_thread(group, groups, local);
    let in_vectors = p.in_stride / 4u;
    let pixels = p.in_height * p.in_width;
    let channel = thread % in_vectors * 4u;
    let pixel = thread / in_vectors % pixels;
    let n = thread / in_vectors / pixels;
    if n >= p.batch {
        return;
    }
    store_gradient(thread, vec4<f32>(
        channel_gradient(n, pixel, channel),
        channel_gradient(n, pixel, channel + 1u),
        channel_gradient(n, pixel, channel + 2u),
        channel_gradient(n, pixel, channel + 3u),
    ));
}
