// The rule's own, hyper[2] and hyper[3]: beta1, 1 - beta1, beta2, 1 - beta2; eps, 1 / sqrt(1 - beta2^t), 0, 0
@group(0) @binding(4) var<storage, read_write> first_moment: array<vec4<f32>>;
@group(0) @binding(5) var<storage, read_write> second_moment: array<vec4<f32>>;

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
    let betas = hyper[2];
    let parameter = parameters[at];
    let g = gradient(at, parameter);
    let m = betas.x * held(first_moment[at]) + betas.y * g;
    let v = betas.z * held(second_moment[at]) + betas.w * g * g;
    first_moment[at] = m;
    second_moment[at] = v;
    let divisor = sqrt(divided_by(at, v)) * hyper[3].y + hyper[3].x;
    parameters[at] = kept(at, parameter) - hyper[0].x * m / divisor;
}
