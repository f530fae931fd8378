struct SoftmaxParams {
    rows: u32,
    channels: u32,
    channel_stride: u32,
    logarithm: u32,
}

@group(1) @binding(0) var<uniform> p: SoftmaxParams;

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;

// One thread for a row.
@compute @workgroup_size(THREADS)
fn forward(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let row = flat_thread(group, groups, local);
    if row >= p.rows {
        return;
    }
    let first = row * p.channel_stride;
    var largest = x[first];
    for (var c = 1u; c < p.channels; c += 1u) {
        largest = max(largest, x[first + c]);
    }
    var sum = 0.0;
    for (var c = 0u; c < p.channels; c += 1u) {
        sum += exp(x[first + c] - largest);
    }
    let logarithm = log(sum);
    for (var c = 0u; c < p.channels; c += 1u) {
        let above = x[first + c] - largest;
        y[first + c] = select(exp(above) / sum, above - logarithm, p.logarithm == 1u);
    }
    for (var c = p.channels; c < p.channel_stride; c += 1u) {
        y[first + c] = 0.0;
    }
}

@group(0) @binding(0) var<storage, read> dy: array<f32>;
@group(0) @binding(1) var<storage, read> result: array<f32>;
@group(0) @binding(2) var<storage, read_write> dx: array<f32>;

// One thread for a row.
@compute @workgroup_size(THREADS)
fn backward(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let row = flat_thread(group, groups, local);
    if row >= p.rows {
        return;
    }
    let first = row * p.channel_stride;
    var sum = 0.0;
    for (var c = 0u; c < p.channels; c += 1u) {
        sum += dy[first + c] * select(result[first + c], 1.0, p.logarithm == 1u);
    }
    for (var c = 0u; c < p.channels; c += 1u) {
        let r = result[first + c];
        dx[first + c] = select(r * (dy[first + c] - sum), dy[first + c] - exp(r) * sum, p.logarithm == 1u);
    }
    for (var c = p.channels; c < p.channel_stride; c += 1u) {
        dx[first + c] = 0.0;
    }
}
