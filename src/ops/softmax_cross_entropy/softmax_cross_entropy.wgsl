// What forward and backward share. The targets come from `labels.wgsl` or `distributions.wgsl`, which have the same functions.

struct SoftmaxCrossEntropyParams {
    rows: u32,
    channels: u32,
    channel_stride: u32,
    reduction: u32,
    label_smoothing: f32,
    ignore_index: u32,
    weighted: u32,
    soft_target: u32,
}

const SUM: u32 = 1u;
const NONE: u32 = 2u;

@group(0) @binding(0) var<storage, read> logits: array<f32>;
@group(0) @binding(2) var<storage, read> class_weight: array<f32>;
@group(1) @binding(0) var<uniform> p: SoftmaxCrossEntropyParams;

// NaN. Its bits are made of what is not known beforehand, since WGSL refuses a NaN that is.
fn no_number() -> f32 {
    return bitcast<f32>(0x7fc00000u | p.channels);
}

fn weight_of(which: u32) -> f32 {
    if p.weighted == 1u {
        return class_weight[which];
    }
    return 1.0;
}

// `a[c]` in `cost = -sum over c of a[c] log p[c]`: the smoothed target times the class weight.
fn coefficient(row: u32, which: u32) -> f32 {
    let kept = 1.0 - p.label_smoothing;
    return weight_of(which) * (kept * share(row, which) + p.label_smoothing / f32(p.channels));
}

// `log sum over c of exp(logits[c])`, shifted by the largest so that nothing overflows: (the largest, the log of the shifted sum).
fn log_sum_exp(row: u32) -> vec2<f32> {
    let first = row * p.channel_stride;
    var largest = logits[first];
    for (var c = 1u; c < p.channels; c += 1u) {
        largest = max(largest, logits[first + c]);
    }
    var sum = 0.0;
    for (var c = 0u; c < p.channels; c += 1u) {
        sum += exp(logits[first + c] - largest);
    }
    return vec2<f32>(largest, log(sum));
}
