@group(0) @binding(3) var<storage, read> items: array<f32>;
@group(0) @binding(4) var<storage, read> dloss: array<f32>;
@group(0) @binding(5) var<storage, read_write> dlogits: array<f32>;

// One thread an item.
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
    if !counts(row) {
        for (var c = 0u; c < p.channel_stride; c += 1u) {
            dlogits[first + c] = 0.0;
        }
        return;
    }
    if !has_class(row) {
        for (var c = 0u; c < p.channel_stride; c += 1u) {
            dlogits[first + c] = select(0.0, no_number(), c < p.channels);
        }
        return;
    }
    var scale = dloss[0];
    if p.reduction == NONE {
        scale = dloss[row];
    } else if p.reduction != SUM {
        scale = scale / items[2u * p.rows];
    }
    let normalizer = log_sum_exp(row);
    var mass = 0.0;
    for (var c = 0u; c < p.channels; c += 1u) {
        mass += coefficient(row, c);
    }
    for (var c = 0u; c < p.channels; c += 1u) {
        let probability = exp(logits[first + c] - normalizer.x - normalizer.y);
        dlogits[first + c] = scale * (mass * probability - coefficient(row, c));
    }
    for (var c = p.channels; c < p.channel_stride; c += 1u) {
        dlogits[first + c] = 0.0;
    }
}
