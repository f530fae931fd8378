struct StepParams {
    len: u32,
    unused_a: u32,
    unused_b: u32,
    unused_c: u32,
}

@group(0) @binding(0) var<storage, read> gradients: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read_write> sums: array<atomic<u32>>;
@group(0) @binding(2) var<storage, read_write> hyper: array<f32>;
@group(1) @binding(0) var<uniform> p: StepParams;

// As in programs/guard.rs and optim/hyper.rs.
const FLAG: u32 = 5u;
const STOPPED: u32 = 6u;

// Infinity and NaN have all exponent bits set; told by the bits, since a compiler may assume that there is neither.
@compute @workgroup_size(THREADS)
fn check(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let exponent = vec4<u32>(0x7f800000u);
    let step = groups.x * groups.y * THREADS;
    var found = vec4<bool>(false);
    for (var at = flat_thread(group, groups, local); at < p.len / 4u; at += step) {
        found |= (bitcast<vec4<u32>>(gradients[at]) & exponent) == exponent;
    }
    if any(found) {
        atomicStore(&sums[FLAG], 1u);
    }
}

@compute @workgroup_size(THREADS)
fn stop(@builtin(local_invocation_index) local: u32) {
    if local == 0u && atomicLoad(&sums[FLAG]) != 0u {
        hyper[STOPPED] = 1.0;
    }
}
