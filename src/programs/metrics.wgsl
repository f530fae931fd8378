struct MetricsParams {
    rows: u32,
    channels: u32,
    channel_stride: u32,
    confusion: u32,
}

// As in programs/metrics.rs and ops/softmax_cross_entropy/mod.rs.
const HEADER: u32 = 12u;
const LOSS: u32 = 6u;
const LEVELS: u32 = 3u;
const CARRY: u32 = 32u;
const IGNORE_INDEX: u32 = 0xffffff9cu;

@group(0) @binding(0) var<storage, read> logits: array<f32>;
@group(0) @binding(1) var<storage, read> targets: array<u32>;
@group(0) @binding(2) var<storage, read> items: array<f32>;
// Items, right at first place, right within five, steps, unused, 1 once a loss or a gradient was not finite, the levels of the loss sum and of the weight
// sum (bits of f32); then counts by label and prediction.
@group(0) @binding(3) var<storage, read_write> sums: array<atomic<u32>>;
@group(1) @binding(0) var<uniform> p: MetricsParams;

// Two floats a workgroup: its sums of the costs and of the weights.
@group(0) @binding(4) var<storage, read_write> partial: array<f32>;

// As in programs/metrics.rs. There may be more, which have nothing to do.
fn workgroup_count() -> u32 {
    return min((p.rows + THREADS - 1u) / THREADS, 256u);
}

// The sum over the workgroup, for thread 0.
fn workgroup_sum(local: u32, sum: vec2<f32>) -> vec2<f32> {
    return sum_over_group(local, vec4<f32>(sum, 0.0, 0.0)).xy;
}

// As in programs/metrics.rs: so many rows are one workgroup's.
const FEW: u32 = 512u;

// Counts rows `first`, `first + step`, ... and returns the sums of their costs and weights. Counts are atomic, whose order does not matter.
fn count_rows(first: u32, step: u32) -> vec2<f32> {
    var sum = vec2<f32>(0.0);
    var some = vec2<f32>(0.0);
    var in_a_row = 0u;
    // Items, right at first place, right within five.
    var counts = vec3<u32>(0u);
    // Once a number was not finite training's sums get nothing more.
    let stopped = p.confusion == 0u && atomicLoad(&sums[5]) != 0u;
    for (var row = first; row < p.rows; row += step) {
        let label = targets[row];
        if label == IGNORE_INDEX || stopped {
            continue;
        }
        some += vec2<f32>(items[row], items[p.rows + row]);
        in_a_row += 1u;
        if in_a_row == TOGETHER {
            sum += some;
            some = vec2<f32>(0.0);
            in_a_row = 0u;
        }
        // A label that is no class costs NaN, and is in no count.
        if label >= p.channels {
            continue;
        }
        let start = row * p.channel_stride;
        let value = logits[start + label];
        // The label's place among the logits: how many are larger, or equal and earlier.
        var place = 0u;
        var predicted = 0u;
        var largest = logits[start];
        // A NaN logit, or +infinity: by its bits, since comparisons may take both for numbers.
        var unranked = false;
        var infinite = true;
        for (var c = 0u; c < p.channels; c += 1u) {
            let other = logits[start + c];
            let bits = bitcast<u32>(other);
            unranked = unranked || bits == 0x7f800000u || (bits & 0x7fffffffu) > 0x7f800000u;
            infinite = infinite && bits == 0xff800000u;
            if other > value || (other == value && c < label) {
                place += 1u;
            }
            if other > largest {
                largest = other;
                predicted = c;
            }
        }
        let ranked = !unranked && !infinite;
        counts += vec3<u32>(1u, select(0u, 1u, ranked && place == 0u), select(0u, 1u, ranked && place < 5u));
        if ranked && p.confusion == 1u {
            atomicAdd(&sums[HEADER + label * p.channels + predicted], 1u);
        }
    }
    for (var i = 0u; i < 3u; i += 1u) {
        if counts[i] > 0u {
            atomicAdd(&sums[i], counts[i]);
        }
    }
    return sum + some;
}

// One thread for every so many rows, where there are many.
@compute @workgroup_size(THREADS)
fn accumulate(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let workgroups = workgroup_count();
    let number = flat_group(group, groups);
    let first = select(p.rows, number * THREADS + local, number < workgroups);
    let sum = count_rows(first, workgroups * THREADS);
    let total = workgroup_sum(local, sum);
    if local == 0u && number < workgroups {
        partial[2u * number] = total.x;
        partial[2u * number + 1u] = total.y;
    }
}

// As in programs/metrics.rs: adds the sum of step number `steps` to the levels from `first` on.
fn add_to_levels(first: u32, more: f32, steps: u32) {
    var carried = more;
    var every = 1u;
    for (var level = 0u; level < LEVELS; level += 1u) {
        let sum = bitcast<f32>(atomicLoad(&sums[first + level])) + carried;
        every *= CARRY;
        if level + 1u == LEVELS || steps % every != 0u {
            atomicStore(&sums[first + level], bitcast<u32>(sum));
            return;
        }
        atomicStore(&sums[first + level], 0u);
        carried = sum;
    }
}

// One workgroup for the sums of all, of few rows after it has counted them.
@compute @workgroup_size(THREADS)
fn total(@builtin(local_invocation_index) local: u32) {
    let stopped = p.confusion == 0u && atomicLoad(&sums[5]) != 0u;
    var sum = vec2<f32>(0.0);
    if p.rows <= FEW {
        sum = count_rows(local, THREADS);
    } else {
        for (var number = local; number < workgroup_count(); number += THREADS) {
            sum += vec2<f32>(partial[2u * number], partial[2u * number + 1u]);
        }
    }
    let all = workgroup_sum(local, sum);
    if local == 0u && !stopped {
        let steps = atomicAdd(&sums[3], 1u) + 1u;
        add_to_levels(LOSS, all.x, steps);
        add_to_levels(LOSS + LEVELS, all.y, steps);
        // Infinity and NaN have all exponent bits set.
        if (bitcast<u32>(all.x) & 0x7f800000u) == 0x7f800000u {
            atomicStore(&sums[5], 1u);
        }
    }
}
