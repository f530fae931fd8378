// The rule's own, hyper[2]: alpha, 1 - alpha, eps, momentum
@group(0) @binding(4) var<storage, read_write> square: array<vec4<f32>>;
@group(0) @binding(5) var<storage, read_write> velocity: array<vec4<f32>>;

// One thread for four floats.
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
    let g = gradient(at, parameter);
    let v = own.x * held(square[at]) + own.y * g * g;
    square[at] = v;
    let b = own.w * held(velocity[at]) + g / (sqrt(spread(at, g, v)) + own.z);
    velocity[at] = b;
    parameters[at] = parameter - hyper[0].x * b;
}
