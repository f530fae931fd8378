// The rule's own, hyper[2]: momentum, taken, nesterov, 0
@group(0) @binding(4) var<storage, read_write> velocity: array<vec4<f32>>;

@compute @workgroup_size(THREADS)
fn step(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let at = flat_thread(group, groups, local);
    if at >= p.len / 4u || stopped() {
        return;
    }
    let own = hyper[2];
    let parameter = parameters[at];
    var g = gradient(at, parameter);
    if own.x != 0.0 {
        let v = own.x * held(velocity[at]) + own.y * g;
        velocity[at] = v;
        g = select(v, g + own.x * v, own.z == 1.0);
    }
    parameters[at] = parameter - hyper[0].x * g;
}
