struct SquashParams {
    len: u32,
    channels: u32,
    channel_stride: u32,
    kind: u32,
    amplitude: f32,
    slope: f32,
    unused_a: u32,
    unused_b: u32,
}

@group(1) @binding(0) var<uniform> p: SquashParams;

@group(0) @binding(0) var<storage, read> x: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read_write> y: array<vec4<f32>>;

// As in squash/mod.rs. Built on the exponential of a number that is not positive, which cannot overflow.
const SIGMOID: u32 = 0u;

fn sigmoid(x: vec4<f32>) -> vec4<f32> {
    let e = exp(-abs(x));
    return select(e, vec4<f32>(1.0), x >= vec4<f32>(0.0)) / (1.0 + e);
}

fn tangent(x: vec4<f32>) -> vec4<f32> {
    let e = exp(-2.0 * abs(x));
    // Near 0 the difference would lose digits: there the series, whose next term is below rounding.
    let s = x * x;
    let series = x * (1.0 - s * (1.0 / 3.0 - s * (2.0 / 15.0 - s * (17.0 / 315.0 - s * (62.0 / 2835.0)))));
    return select(sign(x) * (1.0 - e) / (1.0 + e), series, abs(x) < vec4<f32>(0.25));
}

// One thread for four channels.
@compute @workgroup_size(THREADS)
fn forward(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let at = flat_thread(group, groups, local);
    if at >= p.len / 4u {
        return;
    }
    let value = x[at];
    let squashed = select(p.amplitude * tangent(p.slope * value), sigmoid(value), p.kind == SIGMOID);
    y[at] = without_padding(select(squashed, value, is_nan(value)), at % (p.channel_stride / 4u), p.channels);
}

@group(0) @binding(0) var<storage, read> dy: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read> result: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read_write> dx: array<vec4<f32>>;

// One thread for four channels. Pad lanes of dy are zero, and stay it.
@compute @workgroup_size(THREADS)
fn backward(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let at = flat_thread(group, groups, local);
    if at >= p.len / 4u {
        return;
    }
    let r = result[at];
    dx[at] = dy[at] * select(p.slope * (p.amplitude - r * r / p.amplitude), r * (1.0 - r), p.kind == SIGMOID);
}
