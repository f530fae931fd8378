struct MetricsParams {
    rows: u32,
    channels: u32,
    channel_stride: u32,
    confusion: u32,
}

// As in train/metrics.rs and ops/softmax_cross_entropy/mod.rs.
const HEADER: u32 = 8u;
const IGNORE_INDEX: u32 = 0xffffff9cu;

@group(0) @binding(0) var<storage, read> logits: array<f32>;
@group(0) @binding(1) var<storage, read> targets: array<u32>;
@group(0) @binding(2) var<storage, read> items: array<f32>;
// Loss sum and weight sum (bits of f32), items, right at first place, right within five, 1 once a loss or a gradient was not finite, steps, unused;
// then counts by label and prediction.
@group(0) @binding(3) var<storage, read_write> sums: array<atomic<u32>>;
@group(1) @binding(0) var<uniform> p: MetricsParams;

var<workgroup> partial: array<vec2<f32>, THREADS>;

fn add_bits(place: u32, more: f32) {
    atomicStore(&sums[place], bitcast<u32>(bitcast<f32>(atomicLoad(&sums[place])) + more));
}

// One workgroup for the batch. Counts are atomic, whose order does not matter; the two float sums go through a fixed tree, so that the
// same batch always gives the same bits.
@compute @workgroup_size(THREADS)
fn accumulate(@builtin(local_invocation_index) local: u32) {
    var sum = vec2<f32>(0.0);
    // Once a number was not finite nothing is added.
    let stopped = atomicLoad(&sums[5]) != 0u;
    for (var row = local; row < p.rows; row += THREADS) {
        let label = targets[row];
        if label == IGNORE_INDEX || stopped {
            continue;
        }
        let first = row * p.channel_stride;
        let value = logits[first + label];
        // The label's place among the logits: how many are larger, or equal and earlier.
        var place = 0u;
        var predicted = 0u;
        var largest = logits[first];
        for (var c = 0u; c < p.channels; c += 1u) {
            let other = logits[first + c];
            if other > value || (other == value && c < label) {
                place += 1u;
            }
            if other > largest {
                largest = other;
                predicted = c;
            }
        }
        atomicAdd(&sums[2], 1u);
        atomicAdd(&sums[3], select(0u, 1u, place == 0u));
        atomicAdd(&sums[4], select(0u, 1u, place < 5u));
        if p.confusion == 1u {
            atomicAdd(&sums[HEADER + label * p.channels + predicted], 1u);
        }
        sum += vec2<f32>(items[row], items[p.rows + row]);
    }
    partial[local] = sum;
    for (var width = THREADS / 2u; width > 0u; width /= 2u) {
        workgroupBarrier();
        if local < width {
            partial[local] += partial[local + width];
        }
    }
    if local == 0u && !stopped {
        let total = partial[0];
        add_bits(0u, total.x);
        add_bits(1u, total.y);
        // Infinity and NaN have all exponent bits set.
        if (bitcast<u32>(total.x) & 0x7f800000u) == 0x7f800000u {
            atomicStore(&sums[5], 1u);
        }
        atomicAdd(&sums[6], 1u);
    }
}
