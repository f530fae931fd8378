struct ChannelAffineParams {
    pixels: u32,
    channels: u32,
    channel_stride: u32,
    relu: u32,
}

@group(1) @binding(0) var<uniform> p: ChannelAffineParams;

@group(0) @binding(0) var<storage, read> x: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read> weight: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> bias: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read_write> y: array<vec4<f32>>;

// One thread for four channels of a pixel.
@compute @workgroup_size(THREADS)
fn forward(
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
    let value = without_padding(x[at] * weight[vector] + bias[vector], vector, p.channels);
    y[at] = rectified(value, p.relu);
}

@group(0) @binding(0) var<storage, read> dy: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read_write> dx: array<vec4<f32>>;

// One thread for four channels of a pixel.
@compute @workgroup_size(THREADS)
fn input_gradient(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let at = flat_thread(group, groups, local);
    let vectors = p.channel_stride / 4u;
    if at < p.pixels * vectors {
        dx[at] = dy[at] * weight[at % vectors];
    }
}

@group(0) @binding(1) var<storage, read> given: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read_write> dweight: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read_write> dbias: array<vec4<f32>>;

// One workgroup for four channels; a fixed tree, so that the same batch always gives the same bits.
@compute @workgroup_size(THREADS)
fn parameter_gradients(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let vector = flat_group(group, groups);
    let vectors = p.channel_stride / 4u;
    var product = vec4<f32>(0.0);
    var sum = vec4<f32>(0.0);
    let end = select(0u, p.pixels, vector < vectors);
    for (var first = local; first < end; first += TOGETHER * THREADS) {
        var some_product = vec4<f32>(0.0);
        var some = vec4<f32>(0.0);
        for (var pixel = first; pixel < min(end, first + TOGETHER * THREADS); pixel += THREADS) {
            let up = dy[pixel * vectors + vector];
            some_product += up * given[pixel * vectors + vector];
            some += up;
        }
        product += some_product;
        sum += some;
    }
    let products = sum_over_group(local, product);
    let sums = sum_over_group(local, sum);
    if local == 0u && vector < vectors {
        dweight[vector] = products;
        dbias[vector] = sums;
    }
}
