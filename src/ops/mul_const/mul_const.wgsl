struct MulConstParams {
    len: u32,
    factors: u32,
    number: f32,
    unused: u32,
}

// As in mul_const/mod.rs.
const FIRST: u32 = 1u;
const EACH: u32 = 2u;

@group(1) @binding(0) var<uniform> p: MulConstParams;

@group(0) @binding(0) var<storage, read> x: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read> factors: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read_write> y: array<vec4<f32>>;

// One thread for four floats. Pad lanes of x are zero, and stay it.
@compute @workgroup_size(THREADS)
fn multiply(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let at = flat_thread(group, groups, local);
    if at >= p.len / 4u {
        return;
    }
    var factor = vec4<f32>(p.number);
    if p.factors == FIRST {
        factor = vec4<f32>(factors[0].x);
    } else if p.factors == EACH {
        factor = factors[at];
    }
    y[at] = x[at] * factor;
}
