// The last dimension of every buffer is channels. `statistics` holds the mean, 1 / sqrt(variance + eps), and what
// rounding took from the mean: nothing where it is the running one.
@group(0) @binding(0) var<storage, read> x: array<vec4<f32>>;

// Shares that are added up at a time; there may be thousands.
const SHARES_TOGETHER: u32 = 4u * TOGETHER;

@group(0) @binding(0) var<storage, read> kept_mean: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read> kept_var: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read_write> kept_statistics: array<vec4<f32>>;

// One thread for four channels.
@compute @workgroup_size(THREADS)
fn running_statistics(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let vector = flat_thread(group, groups, local);
    let vectors = p.channel_stride / 4u;
    if vector < vectors {
        kept_statistics[vector] = kept_mean[vector];
        kept_statistics[2u * vectors + vector] = vec4<f32>(0.0);
        kept_statistics[vectors + vector] = without_padding(1.0 / sqrt(kept_var[vector] + p.eps), vector, p.channels);
    }
}

@group(0) @binding(1) var<storage, read> made_statistics: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> gamma: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read> beta: array<vec4<f32>>;
@group(0) @binding(4) var<storage, read_write> y: array<vec4<f32>>;

// One thread for four channels of a pixel.
@compute @workgroup_size(THREADS)
fn normalize_pixels(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let at = flat_thread(group, groups, local);
    let vectors = p.channel_stride / 4u;
    if at >= p.pixels * vectors {
        return;
    }
    let vector = at % vectors;
    let scale = gamma[vector] * made_statistics[vectors + vector];
    let value = without_padding((x[at] - made_statistics[vector]) * scale + beta[vector], vector, p.channels);
    y[at] = rectified(value, p.relu);
}

@group(0) @binding(0) var<storage, read> dy: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read> input: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> of_input: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read_write> dgamma: array<vec4<f32>>;
@group(0) @binding(4) var<storage, read_write> dbeta: array<vec4<f32>>;
// For every share two rows: sums of dy xhat and of dy.
@group(0) @binding(5) var<storage, read_write> sums: array<vec4<f32>>;

// One thread for four channels of a share.
@compute @workgroup_size(THREADS)
fn share_gradients(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let thread = flat_thread(group, groups, local);
    let vectors = p.channel_stride / 4u;
    let shares = arrayLength(&sums) / (2u * vectors);
    let share = thread / vectors;
    let vector = thread % vectors;
    if share >= shares {
        return;
    }
    let len = p.pixels * vectors;
    let step = shares * vectors;
    let mean = of_input[vector];
    var products = vec4<f32>(0.0);
    var sum = vec4<f32>(0.0);
    for (var begin = share * vectors + vector; begin < len; begin += TOGETHER * step) {
        var some_products = vec4<f32>(0.0);
        var some = vec4<f32>(0.0);
        for (var at = begin; at < min(len, begin + TOGETHER * step); at += step) {
            some_products += dy[at] * (input[at] - mean);
            some += dy[at];
        }
        products += some_products;
        sum += some;
    }
    sums[2u * share * vectors + vector] = products * of_input[vectors + vector];
    sums[(2u * share + 1u) * vectors + vector] = sum;
}

// One thread for four channels.
@compute @workgroup_size(THREADS)
fn add_gradients(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let vector = flat_thread(group, groups, local);
    let vectors = p.channel_stride / 4u;
    if vector >= vectors {
        return;
    }
    let shares = arrayLength(&sums) / (2u * vectors);
    var products = vec4<f32>(0.0);
    var sum = vec4<f32>(0.0);
    for (var first = 0u; first < shares; first += SHARES_TOGETHER) {
        var some_products = vec4<f32>(0.0);
        var some = vec4<f32>(0.0);
        for (var share = first; share < min(shares, first + SHARES_TOGETHER); share += 1u) {
            some_products += sums[2u * share * vectors + vector];
            some += sums[(2u * share + 1u) * vectors + vector];
        }
        products += some_products;
        sum += some;
    }
    dgamma[vector] = products;
    dbeta[vector] = sum;
}

@group(0) @binding(3) var<storage, read> factor: array<vec4<f32>>;
@group(0) @binding(4) var<storage, read> dfactor: array<vec4<f32>>;
@group(0) @binding(5) var<storage, read> dsummand: array<vec4<f32>>;
@group(0) @binding(6) var<storage, read_write> dx: array<vec4<f32>>;

// One thread for four channels of a pixel. With running statistics, which do not move with x, only the first term is there.
@compute @workgroup_size(THREADS)
fn input_gradient(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let at = flat_thread(group, groups, local);
    let vectors = p.channel_stride / 4u;
    if at >= p.pixels * vectors {
        return;
    }
    let vector = at % vectors;
    let inverse = of_input[vectors + vector];
    let xhat = (input[at] - of_input[vector] - of_input[2u * vectors + vector]) * inverse;
    var moved = dy[at];
    if p.training == 1u {
        moved -= (dsummand[vector] + xhat * dfactor[vector]) / f32(p.pixels);
    }
    dx[at] = factor[vector] * inverse * moved;
}
