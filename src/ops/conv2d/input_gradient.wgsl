// dx[n,i,h',w'] gathers from the outputs it took part in: for each tap there is at most one, at (h' + padding - r * dilation) / stride
// where that divides evenly.

@group(0) @binding(0) var<storage, read> dy: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read> weight: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read_write> dx: array<vec4<f32>>;

fn store(sample: u32, pixel: u32, pixels: u32, vectors: u32, vector: u32, sum: vec4<f32>) {
    dx[(sample * pixels + pixel) * vectors + vector] = without_padding(sum, vector, p.in_channels);
}

fn products(dy: vec4<f32>, w_0: vec4<f32>, w_1: vec4<f32>, w_2: vec4<f32>, w_3: vec4<f32>) -> vec4<f32> {
    return vec4<f32>(dot(dy, w_0), dot(dy, w_1), dot(dy, w_2), dot(dy, w_3));
}

// One thread for eight input channels of one pixel in four samples.
@compute @workgroup_size(THREADS)
fn input_gradient(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let thread = flat_thread(group, groups, local);
    let in_vectors = p.in_stride / 4u;
    let pairs = (in_vectors + 1u) / 2u;
    let pixels = p.in_height * p.in_width;
    let i = thread % pairs * 2u;
    let pixel = thread / pairs % pixels;
    let n = thread / pairs / pixels * 4u;
    if n >= p.batch {
        return;
    }
    let second = min(1u, in_vectors - 1u - i);
    let out_vectors = p.out_stride / 4u;
    let in_per_group = p.in_channels / p.groups;
    let number = 4u * i / in_per_group;
    let first_vector = number * (p.out_channels / p.groups) / 4u;
    // With one group, the vector that is padded at the end counts too.
    let vectors = select(p.out_channels / p.groups / 4u, out_vectors, p.groups == 1u);

    // Samples past the last are computed again for the last one, and not stored.
    let sample_len = p.out_height * p.out_width * out_vectors;
    let last = p.batch - 1u;
    let start_0 = n * sample_len + first_vector;
    let start_1 = min(n + 1u, last) * sample_len + first_vector;
    let start_2 = min(n + 2u, last) * sample_len + first_vector;
    let start_3 = min(n + 3u, last) * sample_len + first_vector;

    // Rows of the weight; channels past the last read the last one's, and are zeroed in the end.
    let row_0 = 4u * i - number * in_per_group;
    let last_row = in_per_group - 1u;
    let row_1 = min(row_0 + 1u, last_row);
    let row_2 = min(row_0 + 2u, last_row);
    let row_3 = min(row_0 + 3u, last_row);
    let row_4 = min(row_0 + 4u, last_row);
    let row_5 = min(row_0 + 5u, last_row);
    let row_6 = min(row_0 + 6u, last_row);
    let row_7 = min(row_0 + 7u, last_row);

    var a_0 = vec4<f32>(0.0);
    var a_1 = vec4<f32>(0.0);
    var a_2 = vec4<f32>(0.0);
    var a_3 = vec4<f32>(0.0);
    var b_0 = vec4<f32>(0.0);
    var b_1 = vec4<f32>(0.0);
    var b_2 = vec4<f32>(0.0);
    var b_3 = vec4<f32>(0.0);

    let bottom = i32(pixel / p.in_width + p.padding_height);
    let right = i32(pixel % p.in_width + p.padding_width);
    let kernel_width = p.kernel_width;
    let stride_height = i32(p.stride_height);
    let stride_width = i32(p.stride_width);
    let out_height = i32(p.out_height);
    let out_width = i32(p.out_width);
    for (var r = 0u; r < p.kernel_height; r += 1u) {
        let down = bottom - i32(r * p.dilation_height);
        if down < 0 || down % stride_height != 0 || down / stride_height >= out_height {
            continue;
        }
        let h = down / stride_height;
        for (var s = 0u; s < kernel_width; s += 1u) {
            let across = right - i32(s * p.dilation_width);
            if across < 0 || across % stride_width != 0 || across / stride_width >= out_width {
                continue;
            }
            var at = u32(h * out_width + across / stride_width) * out_vectors;
            let tap = (r * kernel_width + s) * in_per_group;
            var place_0 = (tap + row_0) * out_vectors + first_vector;
            var place_1 = (tap + row_1) * out_vectors + first_vector;
            var place_2 = (tap + row_2) * out_vectors + first_vector;
            var place_3 = (tap + row_3) * out_vectors + first_vector;
            var place_4 = (tap + row_4) * out_vectors + first_vector;
            var place_5 = (tap + row_5) * out_vectors + first_vector;
            var place_6 = (tap + row_6) * out_vectors + first_vector;
            var place_7 = (tap + row_7) * out_vectors + first_vector;
            for (var o = 0u; o < vectors; o += 1u) {
                let dy_0 = dy[start_0 + at];
                let dy_1 = dy[start_1 + at];
                let dy_2 = dy[start_2 + at];
                let dy_3 = dy[start_3 + at];
                var w_0 = weight[place_0 + o];
                var w_1 = weight[place_1 + o];
                var w_2 = weight[place_2 + o];
                var w_3 = weight[place_3 + o];
                a_0 += products(dy_0, w_0, w_1, w_2, w_3);
                a_1 += products(dy_1, w_0, w_1, w_2, w_3);
                a_2 += products(dy_2, w_0, w_1, w_2, w_3);
                a_3 += products(dy_3, w_0, w_1, w_2, w_3);
                if second == 1u {
                    w_0 = weight[place_4 + o];
                    w_1 = weight[place_5 + o];
                    w_2 = weight[place_6 + o];
                    w_3 = weight[place_7 + o];
                    b_0 += products(dy_0, w_0, w_1, w_2, w_3);
                    b_1 += products(dy_1, w_0, w_1, w_2, w_3);
                    b_2 += products(dy_2, w_0, w_1, w_2, w_3);
                    b_3 += products(dy_3, w_0, w_1, w_2, w_3);
                }
                at += 1u;
            }
        }
    }

    store(n, pixel, pixels, in_vectors, i, a_0);
    if n + 1u < p.batch {
        store(n + 1u, pixel, pixels, in_vectors, i, a_1);
    }
    if n + 2u < p.batch {
        store(n + 2u, pixel, pixels, in_vectors, i, a_2);
    }
    if n + 3u < p.batch {
        store(n + 3u, pixel, pixels, in_vectors, i, a_3);
    }
    if second == 0u {
        return;
    }
    store(n, pixel, pixels, in_vectors, i + 1u, b_0);
    if n + 1u < p.batch {
        store(n + 1u, pixel, pixels, in_vectors, i + 1u, b_1);
    }
    if n + 2u < p.batch {
        store(n + 2u, pixel, pixels, in_vectors, i + 1u, b_2);
    }
    if n + 3u < p.batch {
        store(n + 3u, pixel, pixels, in_vectors, i + 1u, b_3);
    }
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
    dx[thread] = vec4<f32>(
        channel_gradient(n, pixel, channel),
        channel_gradient(n, pixel, channel + 1u),
        channel_gradient(n, pixel, channel + 2u),
        channel_gradient(n, pixel, channel + 3u),
    );
}
