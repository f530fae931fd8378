struct DiceParams {
    rows: u32,
    channels: u32,
    channel_stride: u32,
    ignore_index: u32,
    smoothing: f32,
    unused_a: u32,
    unused_b: u32,
    unused_c: u32,
}

@group(1) @binding(0) var<uniform> p: DiceParams;

@group(0) @binding(0) var<storage, read> probabilities: array<f32>;
@group(0) @binding(1) var<storage, read> labels: array<u32>;
// Three rows of classes: sums of p g, of p^2, of g^2.
@group(0) @binding(2) var<storage, read_write> sums: array<f32>;

// One workgroup for a class; a fixed tree, so that the same batch always gives the same bits.
@compute @workgroup_size(THREADS)
fn class_sums(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let category = flat_group(group, groups);
    var sum = vec3<f32>(0.0);
    let end = select(0u, p.rows, category < p.channels);
    for (var first = local; first < end; first += TOGETHER * THREADS) {
        var some = vec3<f32>(0.0);
        for (var row = first; row < min(end, first + TOGETHER * THREADS); row += THREADS) {
            let label = labels[row];
            if label != p.ignore_index {
                let q = probabilities[row * p.channel_stride + category];
                let g = select(0.0, 1.0, label == category);
                some += vec3<f32>(q * g, q * q, g);
                // A label that is no class makes the loss NaN, as with cross-entropy.
                if label >= p.channels {
                    some.x = bitcast<f32>(0x7fc00000u | label);
                }
            }
        }
        sum += some;
    }
    let total = sum_over_group(local, vec4<f32>(sum, 0.0));
    if local == 0u && category < p.channel_stride {
        sums[category] = total.x;
        sums[p.channel_stride + category] = total.y;
        sums[2u * p.channel_stride + category] = total.z;
    }
}

@group(0) @binding(0) var<storage, read> made_sums: array<f32>;
@group(0) @binding(1) var<storage, read_write> loss: array<f32>;

@compute @workgroup_size(THREADS)
fn forward(@builtin(local_invocation_index) local: u32) {
    if local != 0u {
        return;
    }
    var sum = 0.0;
    for (var c = 0u; c < p.channels; c += 1u) {
        let size = made_sums[p.channel_stride + c] + made_sums[2u * p.channel_stride + c];
        sum += (2.0 * made_sums[c] + p.smoothing) / (size + p.smoothing);
    }
    loss[0] = 1.0 - sum / f32(p.channels);
}

@group(0) @binding(0) var<storage, read> dloss: array<f32>;
@group(0) @binding(2) var<storage, read> given: array<u32>;
@group(0) @binding(1) var<storage, read> predicted: array<f32>;
@group(0) @binding(3) var<storage, read> of_class: array<f32>;
@group(0) @binding(4) var<storage, read_write> dprobabilities: array<f32>;

// One thread for a probability.
@compute @workgroup_size(THREADS)
fn backward(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let at = flat_thread(group, groups, local);
    if at >= p.rows * p.channel_stride {
        return;
    }
    let c = at % p.channel_stride;
    let label = given[at / p.channel_stride];
    var gradient = 0.0;
    if c < p.channels && label != p.ignore_index {
        let size = of_class[p.channel_stride + c] + of_class[2u * p.channel_stride + c] + p.smoothing;
        let overlap = 2.0 * of_class[c] + p.smoothing;
        let g = select(0.0, 1.0, label == c);
        gradient = -2.0 * dloss[0] / f32(p.channels) * (g * size - predicted[at] * overlap) / (size * size);
    }
    dprobabilities[at] = gradient;
}
