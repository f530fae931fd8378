@group(0) @binding(0) var<storage, read> x: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read> weight: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> bias: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read_write> y: array<vec4<f32>>;

fn store(sample: u32, pixel: u32, pixels: u32, vectors: u32, vector: u32, sum: vec4<f32>) {
    var result = without_padding(sum, vector, p.out_channels);
    if p.relu == 1u {
        result = rectify(result);
    }
    y[(sample * pixels + pixel) * vectors + vector] = result;
}

// One thread for eight output channels of one pixel in four samples.
@compute @workgroup_size(THREADS)
fn forward(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let thread = flat_thread(group, groups, local);
    let out_vectors = p.out_stride / 4u;
    let pairs = (out_vectors + 1u) / 2u;
    let pixels = p.out_height * p.out_width;
    let o = thread % pairs * 2u;
    let pixel = thread / pairs % pixels;
    let n = thread / pairs / pixels * 4u;
    if n >= p.batch {
        return;
    }
    // The second vector, or the first once more where there is none.
    let second = min(1u, out_vectors - 1u - o);
    let in_vectors = p.in_stride / 4u;
    let in_per_group = p.in_channels / p.groups;
    let first_channel = 4u * o / (p.out_channels / p.groups) * in_per_group;
    let whole = in_per_group / 4u;
    let rest = in_per_group % 4u;

    // Samples past the last are computed again for the last one, and not stored.
    let sample_len = p.in_height * p.in_width * in_vectors;
    let last = p.batch - 1u;
    let start_0 = n * sample_len + first_channel / 4u;
    let start_1 = min(n + 1u, last) * sample_len + first_channel / 4u;
    let start_2 = min(n + 2u, last) * sample_len + first_channel / 4u;
    let start_3 = min(n + 3u, last) * sample_len + first_channel / 4u;

    var a_0 = vec4<f32>(0.0);
    var b_0 = vec4<f32>(0.0);
    if p.has_bias == 1u {
        a_0 = bias[o];
        b_0 = bias[o + second];
    }
    var a_1 = a_0;
    var a_2 = a_0;
    var a_3 = a_0;
    var b_1 = b_0;
    var b_2 = b_0;
    var b_3 = b_0;

    let top = i32(pixel / p.out_width * p.stride_height) - i32(p.padding_height);
    let left = i32(pixel % p.out_width * p.stride_width) - i32(p.padding_width);
    let height = i32(p.in_height);
    let width = i32(p.in_width);
    let kernel_width = p.kernel_width;
    let down = i32(p.dilation_height);
    let across = i32(p.dilation_width);
    let tap_len = in_per_group * out_vectors;
    for (var r = 0u; r < p.kernel_height; r += 1u) {
        let row = top + i32(r) * down;
        if row < 0 || row >= height {
            continue;
        }
        for (var s = 0u; s < kernel_width; s += 1u) {
            let column = left + i32(s) * across;
            if column < 0 || column >= width {
                continue;
            }
            var at = u32(row * width + column) * in_vectors;
            var place = (r * kernel_width + s) * tap_len + o;
            for (var i = 0u; i < whole; i += 1u) {
                let x_0 = x[start_0 + at];
                let x_1 = x[start_1 + at];
                let x_2 = x[start_2 + at];
                let x_3 = x[start_3 + at];
                var w_a = weight[place];
                var w_b = weight[place + second];
                a_0 += x_0.x * w_a;
                a_1 += x_1.x * w_a;
                a_2 += x_2.x * w_a;
                a_3 += x_3.x * w_a;
                b_0 += x_0.x * w_b;
                b_1 += x_1.x * w_b;
                b_2 += x_2.x * w_b;
                b_3 += x_3.x * w_b;
                place += out_vectors;
                w_a = weight[place];
                w_b = weight[place + second];
                a_0 += x_0.y * w_a;
                a_1 += x_1.y * w_a;
                a_2 += x_2.y * w_a;
                a_3 += x_3.y * w_a;
                b_0 += x_0.y * w_b;
                b_1 += x_1.y * w_b;
                b_2 += x_2.y * w_b;
                b_3 += x_3.y * w_b;
                place += out_vectors;
                w_a = weight[place];
                w_b = weight[place + second];
                a_0 += x_0.z * w_a;
                a_1 += x_1.z * w_a;
                a_2 += x_2.z * w_a;
                a_3 += x_3.z * w_a;
                b_0 += x_0.z * w_b;
                b_1 += x_1.z * w_b;
                b_2 += x_2.z * w_b;
                b_3 += x_3.z * w_b;
                place += out_vectors;
                w_a = weight[place];
                w_b = weight[place + second];
                a_0 += x_0.w * w_a;
                a_1 += x_1.w * w_a;
                a_2 += x_2.w * w_a;
                a_3 += x_3.w * w_a;
                b_0 += x_0.w * w_b;
                b_1 += x_1.w * w_b;
                b_2 += x_2.w * w_b;
                b_3 += x_3.w * w_b;
                place += out_vectors;
                at += 1u;
            }
            for (var lane = 0u; lane < rest; lane += 1u) {
                let w_a = weight[place];
                let w_b = weight[place + second];
                let x_0 = x[start_0 + at][lane];
                let x_1 = x[start_1 + at][lane];
                let x_2 = x[start_2 + at][lane];
                let x_3 = x[start_3 + at][lane];
                a_0 += x_0 * w_a;
                a_1 += x_1 * w_a;
                a_2 += x_2 * w_a;
                a_3 += x_3 * w_a;
                b_0 += x_0 * w_b;
                b_1 += x_1 * w_b;
                b_2 += x_2 * w_b;
                b_3 += x_3 * w_b;
                place += out_vectors;
            }
        }
    }

    store(n, pixel, pixels, out_vectors, o, a_0);
    if n + 1u < p.batch {
        store(n + 1u, pixel, pixels, out_vectors, o, a_1);
    }
    if n + 2u < p.batch {
        store(n + 2u, pixel, pixels, out_vectors, o, a_2);
    }
    if n + 3u < p.batch {
        store(n + 3u, pixel, pixels, out_vectors, o, a_3);
    }
    if second == 0u {
        return;
    }
    store(n, pixel, pixels, out_vectors, o + 1u, b_0);
    if n + 1u < p.batch {
        store(n + 1u, pixel, pixels, out_vectors, o + 1u, b_1);
    }
    if n + 2u < p.batch {
        store(n + 2u, pixel, pixels, out_vectors, o + 1u, b_2);
    }
    if n + 3u < p.batch {
        store(n + 3u, pixel, pixels, out_vectors, o + 1u, b_3);
    }
}

@group(0) @binding(0) var<storage, read> x_scalars: array<f32>;

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
    store(n, pixel, pixels, out_vectors, o, sum);
}
