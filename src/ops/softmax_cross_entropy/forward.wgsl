@group(0) @binding(3) var<storage, read_write> loss: array<f32>;
// Each item's cost, then each item's weight, then the sum of the weights.
@group(0) @binding(4) var<storage, read_write> items: array<f32>;

// As in mod.rs: so many items are one workgroup's.
const FEW: u32 = 512u;

// Writes an item's cost and weight, and returns both.
fn cost_item(row: u32) -> vec2<f32> {
    var cost = 0.0;
    var weight = 0.0;
    if counts(row) {
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

// One thread an item, where there are many.
@compute @workgroup_size(THREADS)
fn item_costs(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let row = flat_thread(group, groups, local);
    if row < p.rows {
        _ = cost_item(row);
    }
}

var<workgroup> partial: array<vec2<f32>, THREADS>;

// One workgroup sums the costs and the weights, of few items after it has made them.
@compute @workgroup_size(THREADS)
fn reduce(@builtin(local_invocation_index) local: u32) {
    var sum = vec2<f32>(0.0);
    for (var row = local; row < p.rows; row += THREADS) {
        if p.rows <= FEW {
            sum += cost_item(row);
        } else {
            sum += vec2<f32>(items[row], items[p.rows + row]);
        }
    }
    partial[local] = sum;
    for (var width = THREADS / 2u; width > 0u; width /= 2u) {
        workgroupBarrier();
        if local < width {
            partial[local] += partial[local + width];
        }
    }
    if local == 0u {
        let total = partial[0];
        items[2u * p.rows] = total.y;
        if p.reduction == SUM {
            loss[0] = total.x;
        } else if p.reduction != NONE {
            loss[0] = total.x / total.y;
        }
    }
}
