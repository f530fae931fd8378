@group(0) @binding(3) var<storage, read_write> loss: array<f32>;
// Each item's cost, then each item's weight, then the sum of the weights.
@group(0) @binding(4) var<storage, read_write> items: array<f32>;
// Where there are many items, two floats a workgroup: the sums of its costs and of its weights.
@group(0) @binding(5) var<storage, read_write> partial: array<f32>;

// As in mod.rs: so many items are one workgroup's.
const FEW: u32 = 512u;

// Writes an item's cost and weight, and returns both.
fn cost_item(row: u32) -> vec2<f32> {
    var cost = 0.0;
    var weight = 0.0;
    if counts(row) && !has_class(row) {
        cost = no_number();
        weight = cost;
    } else if counts(row) {
        let normalizer = log_sum_exp(row);
        for (var c = 0u; c < p.channels; c += 1u) {
            cost += coefficient(row, c) * (normalizer.y - (logits[row * p.channel_stride + c] - normalizer.x));
        }
        weight = item_weight(row);
    }
    items[row] = cost;
    items[p.rows + row] = weight;
    if p.reduction == NONE {
        loss[row] = cost;
    }
    return vec2<f32>(cost, weight);
}

fn workgroup_count() -> u32 {
    return (p.rows + THREADS - 1u) / THREADS;
}

// One thread an item, where there are many.
@compute @workgroup_size(THREADS)
fn item_costs(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let number = flat_group(group, groups);
    let row = number * THREADS + local;
    var mine = vec2<f32>(0.0);
    if row < p.rows {
        mine = cost_item(row);
    }
    let sum = sum_over_group(local, vec4<f32>(mine, 0.0, 0.0));
    if local == 0u && number < workgroup_count() {
        partial[2u * number] = sum.x;
        partial[2u * number + 1u] = sum.y;
    }
}

// One workgroup sums the costs and the weights, of few items after it has made them.
@compute @workgroup_size(THREADS)
fn reduce(@builtin(local_invocation_index) local: u32) {
    var sum = vec2<f32>(0.0);
    if p.rows <= FEW {
        for (var row = local; row < p.rows; row += THREADS) {
            sum += cost_item(row);
        }
    } else {
        let count = workgroup_count();
        for (var first = local; first < count; first += TOGETHER * THREADS) {
            var some = vec2<f32>(0.0);
            for (var number = first; number < min(count, first + TOGETHER * THREADS); number += THREADS) {
                some += vec2<f32>(partial[2u * number], partial[2u * number + 1u]);
            }
            sum += some;
        }
    }
    let total = sum_over_group(local, vec4<f32>(sum, 0.0, 0.0));
    if local == 0u {
        items[2u * p.rows] = total.y;
        if p.reduction == SUM {
            loss[0] = total.x;
        } else if p.reduction != NONE {
            loss[0] = total.x / total.y;
        }
    }
}
