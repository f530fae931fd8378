struct SgdParams {
    len: u32,
    unused_a: u32,
    unused_b: u32,
    unused_c: u32,
}

@group(0) @binding(0) var<storage, read> gradients: array<vec4<f32>>;
// learning_rate, momentum, dampening, weight_decay; nesterov, first, 0, 0
@group(0) @binding(1) var<storage, read> hyper: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read_write> parameters: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read_write> velocity: array<vec4<f32>>;
@group(1) @binding(0) var<uniform> p: SgdParams;

@compute @workgroup_size(THREADS)
fn step(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let at = flat_thread(group, groups, local);
    if at >= p.len / 4u {
        return;
    }
    let rates = hyper[0];
    let flags = hyper[1];
    let parameter = parameters[at];
    var g = gradients[at] + rates.w * parameter;
    if rates.y != 0.0 {
        var v = (1.0 - rates.z) * g;
        // A velocity left from an earlier start may be anything, even NaN: the first step does not read it.
        if flags.y != 1.0 {
            v = rates.y * velocity[at] + v;
        }
        velocity[at] = v;
        g = select(v, g + rates.y * v, flags.x == 1.0);
    }
    parameters[at] = parameter - rates.x * g;
}
