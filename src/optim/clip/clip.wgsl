struct ClipParams {
    len: u32,
    unused_a: u32,
    unused_b: u32,
    unused_c: u32,
}

// As in optim/hyper.rs.
const SCALE: u32 = 4u;
const MAX_NORM: u32 = 5u;

@group(0) @binding(0) var<storage, read> gradients: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read_write> hyper: array<f32>;
// The sum of squares of each share; there are as many as it is long.
@group(0) @binding(2) var<storage, read_write> shares: array<f32>;
@group(1) @binding(0) var<uniform> p: ClipParams;

// One workgroup for a share of the vectors.
@compute @workgroup_size(THREADS)
fn sum_shares(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let share = flat_group(group, groups);
    let count = arrayLength(&shares);
    let len = p.len / 4u;
    let step = count * THREADS;
    var squares = vec4<f32>(0.0);
    for (var first = share * THREADS + local; first < len; first += TOGETHER * step) {
        var some = vec4<f32>(0.0);
        for (var at = first; at < min(len, first + TOGETHER * step); at += step) {
            some += gradients[at] * gradients[at];
        }
        squares += some;
    }
    let sum = sum_over_group(local, squares);
    // The grid may have more workgroups than there are shares.
    if local == 0u && share < count {
        shares[share] = (sum.x + sum.y) + (sum.z + sum.w);
    }
}

@compute @workgroup_size(THREADS)
fn scale(@builtin(local_invocation_index) local: u32) {
    var sum = 0.0;
    for (var share = local; share < arrayLength(&shares); share += THREADS) {
        sum += shares[share];
    }
    let squares = sum_over_group(local, vec4<f32>(sum, 0.0, 0.0, 0.0)).x;
    if local == 0u {
        let found = hyper[MAX_NORM] / (sqrt(squares) + 1e-6);
        // Not `min`, which may hide a NaN.
        hyper[SCALE] = select(found, 1.0, found > 1.0);
    }
}
