// A weight's gradient is a sum over all pixels of all samples. So that enough threads have work, the pixels are split: each thread sums
// its weights over a share of them into `partial`, and a second pass adds the shares. How many there are is told by the length of
// `partial`, which has room for one copy of the weight each.
//
// The weight is seen as a matrix: a row for each tap and input channel of a group, a column for each output channel. With a bias (bias_row.wgsl;
// no_bias_row.wgsl without one) its gradient is one more row, which threads of its own sum.

@group(0) @binding(0) var<storage, read> x: array<vec4<f32>>;
@group(0) @binding(0) var<storage, read> x_scalars: array<f32>;
@group(0) @binding(1) var<storage, read> dy: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read_write> dweight: array<vec4<f32>>;

// The rows of the weight as a matrix.
fn weight_rows() -> u32 {
    return p.kernel_height * p.kernel_width * (p.in_channels / p.groups);
}

// Share number `share` of the pixels: first, one past the last.
fn share_of(share: u32, shares: u32) -> vec2<u32> {
    let pixels = p.out_height * p.out_width;
    let len = (pixels + shares - 1u) / shares;
    return min(vec2<u32>(share * len, share * len + len), vec2<u32>(pixels));
}

fn store(share: u32, rows: u32, row: u32, vectors: u32, vector: u32, sum: vec4<f32>) {
    if row < rows {
        partial[(share * (rows + BIAS_ROWS) + row) * vectors + vector] = sum;
    }
}

// The sums of eight rows, from `first` on.
fn store_eight(
    share: u32, rows: u32, first: u32, vectors: u32, vector: u32,
    sum_0: vec4<f32>, sum_1: vec4<f32>, sum_2: vec4<f32>, sum_3: vec4<f32>, sum_4: vec4<f32>, sum_5: vec4<f32>, sum_6: vec4<f32>, sum_7: vec4<f32>,
) {
    store(share, rows, first, vectors, vector, sum_0);
    store(share, rows, first + 1u, vectors, vector, sum_1);
    store(share, rows, first + 2u, vectors, vector, sum_2);
    store(share, rows, first + 3u, vectors, vector, sum_3);
    store(share, rows, first + 4u, vectors, vector, sum_4);
    store(share, rows, first + 5u, vectors, vector, sum_5);
    store(share, rows, first + 6u, vectors, vector, sum_6);
    store(share, rows, first + 7u, vectors, vector, sum_7);
}

// One thread for eight rows and eight columns, of any input channels.
@compute @workgroup_size(THREADS)
fn weight_gradient_scalars(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let thread = flat_thread(group, groups, local);
    let out_vectors = p.out_stride / 4u;
    let pairs = (out_vectors + 1u) / 2u;
    let rows = weight_rows();
    let shares = arrayLength(&partial) / ((rows + BIAS_ROWS) * out_vectors);
    let tiles = (rows + 7u) / 8u;
    let o = thread % pairs * 2u;
    let first_row = thread / pairs % tiles * 8u;
    let share = thread / pairs / tiles;
    if share >= shares {
        sum_bias(thread - shares * tiles * pairs, shares);
        return;
    }
    let second = min(1u, out_vectors - 1u - o);
    let in_per_group = p.in_channels / p.groups;
    let first_channel = 4u * o / (p.out_channels / p.groups) * in_per_group;

    // Where each row looks: its tap's place relative to the window, and its channel.
    let row_a = vec4<u32>(0u, 1u, 2u, 3u) + vec4<u32>(first_row);
    let row_b = row_a + vec4<u32>(4u);
    let tap_a = row_a / in_per_group;
    let tap_b = row_b / in_per_group;
    let channel_a = row_a % in_per_group + vec4<u32>(first_channel);
    let channel_b = row_b % in_per_group + vec4<u32>(first_channel);
    let down_a = vec4<i32>(tap_a / p.kernel_width * p.dilation_height) - vec4<i32>(i32(p.padding_height));
    let down_b = vec4<i32>(tap_b / p.kernel_width * p.dilation_height) - vec4<i32>(i32(p.padding_height));
    let across_a = vec4<i32>(tap_a % p.kernel_width * p.dilation_width) - vec4<i32>(i32(p.padding_width));
    let across_b = vec4<i32>(tap_b % p.kernel_width * p.dilation_width) - vec4<i32>(i32(p.padding_width));
    let exists_a = row_a < vec4<u32>(rows);
    let exists_b = row_b < vec4<u32>(rows);

    var a_0 = vec4<f32>(0.0);
    var a_1 = vec4<f32>(0.0);
    var a_2 = vec4<f32>(0.0);
    var a_3 = vec4<f32>(0.0);
    var a_4 = vec4<f32>(0.0);
    var a_5 = vec4<f32>(0.0);
    var a_6 = vec4<f32>(0.0);
    var a_7 = vec4<f32>(0.0);
    var b_0 = vec4<f32>(0.0);
    var b_1 = vec4<f32>(0.0);
    var b_2 = vec4<f32>(0.0);
    var b_3 = vec4<f32>(0.0);
    var b_4 = vec4<f32>(0.0);
    var b_5 = vec4<f32>(0.0);
    var b_6 = vec4<f32>(0.0);
    var b_7 = vec4<f32>(0.0);

    let in_sample = p.in_height * p.in_width * p.in_stride;
    let out_sample = p.out_height * p.out_width * out_vectors;
    let height = vec4<i32>(i32(p.in_height));
    let width = vec4<i32>(i32(p.in_width));
    let zero = vec4<i32>(0);
    let in_stride = p.in_stride;
    let batch = p.batch;
    let span = share_of(share, shares);
    for (var pixel = span.x; pixel < span.y; pixel += 1u) {
        let top = vec4<i32>(i32(pixel / p.out_width * p.stride_height));
        let left = vec4<i32>(i32(pixel % p.out_width * p.stride_width));
        let h_a = top + down_a;
        let h_b = top + down_b;
        let w_a = left + across_a;
        let w_b = left + across_b;
        let inside_a = exists_a & (h_a >= zero) & (h_a < height) & (w_a >= zero) & (w_a < width);
        let inside_b = exists_b & (h_b >= zero) & (h_b < height) & (w_b >= zero) & (w_b < width);
        if !any(inside_a | inside_b) {
            continue;
        }
        var at_a = select(vec4<u32>(0u), vec4<u32>(h_a * width + w_a) * in_stride + channel_a, inside_a);
        var at_b = select(vec4<u32>(0u), vec4<u32>(h_b * width + w_b) * in_stride + channel_b, inside_b);
        var dy_at = pixel * out_vectors + o;
        for (var n = 0u; n < batch; n += 1u) {
            let dy_a = dy[dy_at];
            let dy_b = dy[dy_at + second];
            let found_a = vec4<f32>(x_scalars[at_a.x], x_scalars[at_a.y], x_scalars[at_a.z], x_scalars[at_a.w]);
            let found_b = vec4<f32>(x_scalars[at_b.x], x_scalars[at_b.y], x_scalars[at_b.z], x_scalars[at_b.w]);
            let x_a = select(vec4<f32>(0.0), found_a, inside_a);
            let x_b = select(vec4<f32>(0.0), found_b, inside_b);
            a_0 += x_a.x * dy_a;
            a_1 += x_a.y * dy_a;
            a_2 += x_a.z * dy_a;
            a_3 += x_a.w * dy_a;
            a_4 += x_b.x * dy_a;
            a_5 += x_b.y * dy_a;
            a_6 += x_b.z * dy_a;
            a_7 += x_b.w * dy_a;
            b_0 += x_a.x * dy_b;
            b_1 += x_a.y * dy_b;
            b_2 += x_a.z * dy_b;
            b_3 += x_a.w * dy_b;
            b_4 += x_b.x * dy_b;
            b_5 += x_b.y * dy_b;
            b_6 += x_b.z * dy_b;
            b_7 += x_b.w * dy_b;
            at_a += vec4<u32>(in_sample);
            at_b += vec4<u32>(in_sample);
            dy_at += out_sample;
        }
    }

    store_eight(share, rows, first_row, out_vectors, o, a_0, a_1, a_2, a_3, a_4, a_5, a_6, a_7);
    if second == 0u {
        return;
    }
    store_eight(share, rows, first_row, out_vectors, o + 1u, b_0, b_1, b_2, b_3, b_4, b_5, b_6, b_7);
}

// The part of the input that one vector of rows (four channels of a tap) reads at a pixel: its place in a sample, or `OUTSIDE`.
const OUTSIDE: u32 = 0xffffffffu;

fn source(row: u32, rows: u32, first_channel: u32, top: i32, left: i32) -> u32 {
    let in_per_group = p.in_channels / p.groups;
    let tap = row / in_per_group;
    let h = top + i32(tap / p.kernel_width * p.dilation_height);
    let w = left + i32(tap % p.kernel_width * p.dilation_width);
    if row >= rows || h < 0 || h >= i32(p.in_height) || w < 0 || w >= i32(p.in_width) {
        return OUTSIDE;
    }
    return (u32(h) * p.in_width + u32(w)) * (p.in_stride / 4u) + (row % in_per_group + first_channel) / 4u;
}

// One thread for eight rows and eight columns, where groups have a multiple of four input channels: four rows are a vector of x.
@compute @workgroup_size(THREADS)
fn weight_gradient_vectors(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let thread = flat_thread(group, groups, local);
    let out_vectors = p.out_stride / 4u;
    let pairs = (out_vectors + 1u) / 2u;
    let rows = weight_rows();
    let shares = arrayLength(&partial) / ((rows + BIAS_ROWS) * out_vectors);
    let tiles = (rows + 7u) / 8u;
    let o = thread % pairs * 2u;
    let first_row = thread / pairs % tiles * 8u;
    let share = thread / pairs / tiles;
    if share >= shares {
        sum_bias(thread - shares * tiles * pairs, shares);
        return;
    }
    let second = min(1u, out_vectors - 1u - o);
    let first_channel = 4u * o / (p.out_channels / p.groups) * (p.in_channels / p.groups);

    var a_0 = vec4<f32>(0.0);
    var a_1 = vec4<f32>(0.0);
    var a_2 = vec4<f32>(0.0);
    var a_3 = vec4<f32>(0.0);
    var a_4 = vec4<f32>(0.0);
    var a_5 = vec4<f32>(0.0);
    var a_6 = vec4<f32>(0.0);
    var a_7 = vec4<f32>(0.0);
    var b_0 = vec4<f32>(0.0);
    var b_1 = vec4<f32>(0.0);
    var b_2 = vec4<f32>(0.0);
    var b_3 = vec4<f32>(0.0);
    var b_4 = vec4<f32>(0.0);
    var b_5 = vec4<f32>(0.0);
    var b_6 = vec4<f32>(0.0);
    var b_7 = vec4<f32>(0.0);

    let in_sample = p.in_height * p.in_width * (p.in_stride / 4u);
    let out_sample = p.out_height * p.out_width * out_vectors;
    let batch = p.batch;
    let span = share_of(share, shares);
    for (var pixel = span.x; pixel < span.y; pixel += 1u) {
        let top = i32(pixel / p.out_width * p.stride_height) - i32(p.padding_height);
        let left = i32(pixel % p.out_width * p.stride_width) - i32(p.padding_width);
        let source_a = source(first_row, rows, first_channel, top, left);
        let source_b = source(first_row + 4u, rows, first_channel, top, left);
        let inside_a = vec4<bool>(source_a != OUTSIDE);
        let inside_b = vec4<bool>(source_b != OUTSIDE);
        if source_a == OUTSIDE && source_b == OUTSIDE {
            continue;
        }
        var at_a = select(0u, source_a, source_a != OUTSIDE);
        var at_b = select(0u, source_b, source_b != OUTSIDE);
        var dy_at = pixel * out_vectors + o;
        for (var n = 0u; n < batch; n += 1u) {
            let dy_a = dy[dy_at];
            let dy_b = dy[dy_at + second];
            let x_a = select(vec4<f32>(0.0), x[at_a], inside_a);
            let x_b = select(vec4<f32>(0.0), x[at_b], inside_b);
            a_0 += x_a.x * dy_a;
            a_1 += x_a.y * dy_a;
            a_2 += x_a.z * dy_a;
            a_3 += x_a.w * dy_a;
            a_4 += x_b.x * dy_a;
            a_5 += x_b.y * dy_a;
            a_6 += x_b.z * dy_a;
            a_7 += x_b.w * dy_a;
            b_0 += x_a.x * dy_b;
            b_1 += x_a.y * dy_b;
            b_2 += x_a.z * dy_b;
            b_3 += x_a.w * dy_b;
            b_4 += x_b.x * dy_b;
            b_5 += x_b.y * dy_b;
            b_6 += x_b.z * dy_b;
            b_7 += x_b.w * dy_b;
            at_a += in_sample;
            at_b += in_sample;
            dy_at += out_sample;
        }
    }

    store_eight(share, rows, first_row, out_vectors, o, a_0, a_1, a_2, a_3, a_4, a_5, a_6, a_7);
    if second == 0u {
        return;
    }
    store_eight(share, rows, first_row, out_vectors, o + 1u, b_0, b_1, b_2, b_3, b_4, b_5, b_6, b_7);
}

// One thread for one row and four columns, each in whatever group it is.
@compute @workgroup_size(THREADS)
fn weight_gradient_grouped(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let thread = flat_thread(group, groups, local);
    let out_vectors = p.out_stride / 4u;
    let rows = weight_rows();
    let shares = arrayLength(&partial) / ((rows + BIAS_ROWS) * out_vectors);
    let o = thread % out_vectors;
    let row = thread / out_vectors % rows;
    let share = thread / out_vectors / rows;
    if share >= shares {
        sum_bias(thread - shares * rows * out_vectors, shares);
        return;
    }
    let in_per_group = p.in_channels / p.groups;
    let channel = min(vec4<u32>(0u, 1u, 2u, 3u) + vec4<u32>(4u * o), vec4<u32>(p.out_channels - 1u));
    let source_channel = channel / (p.out_channels / p.groups) * in_per_group + vec4<u32>(row % in_per_group);
    let tap = row / in_per_group;
    let down = i32(tap / p.kernel_width * p.dilation_height) - i32(p.padding_height);
    let across = i32(tap % p.kernel_width * p.dilation_width) - i32(p.padding_width);

    var sum = vec4<f32>(0.0);
    let span = share_of(share, shares);
    for (var pixel = span.x; pixel < span.y; pixel += 1u) {
        let h = i32(pixel / p.out_width * p.stride_height) + down;
        let w = i32(pixel % p.out_width * p.stride_width) + across;
        if h < 0 || h >= i32(p.in_height) || w < 0 || w >= i32(p.in_width) {
            continue;
        }
        var at = source_channel + vec4<u32>((u32(h) * p.in_width + u32(w)) * p.in_stride);
        var dy_at = pixel * out_vectors + o;
        for (var n = 0u; n < p.batch; n += 1u) {
            sum += vec4<f32>(x_scalars[at.x], x_scalars[at.y], x_scalars[at.z], x_scalars[at.w]) * dy[dy_at];
            at += vec4<u32>(p.in_height * p.in_width * p.in_stride);
            dy_at += p.out_height * p.out_width * out_vectors;
        }
    }
    store(share, rows, row, out_vectors, o, sum);
}

// One thread for four weights: adds the shares.
@compute @workgroup_size(THREADS)
fn reduce(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let at = flat_thread(group, groups, local);
    let vectors = p.out_stride / 4u;
    let weights = weight_rows() * vectors;
    let len = weights + BIAS_ROWS * vectors;
    if at >= len {
        return;
    }
    var sum = vec4<f32>(0.0);
    let end = arrayLength(&partial);
    for (var first = at; first < end; first += TOGETHER * len) {
        var some = vec4<f32>(0.0);
        for (var place = first; place < min(end, first + TOGETHER * len); place += len) {
            some += partial[place];
        }
        sum += some;
    }
    sum = without_padding(sum, at % vectors, p.out_channels);
    if at < weights {
        dweight[at] = sum;
    } else {
        store_bias(at - weights, sum);
    }
}
