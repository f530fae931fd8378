struct MaskParams {
    len: u32,
    unused_a: u32,
    unused_b: u32,
    unused_c: u32,
}

@group(0) @binding(0) var<storage, read> weight: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read> mask: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read_write> masked: array<vec4<f32>>;
@group(1) @binding(0) var<uniform> p: MaskParams;

@compute @workgroup_size(THREADS)
fn apply_mask(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let at = flat_thread(group, groups, local);
    if at < p.len / 4u {
        masked[at] = weight[at] * mask[at];
    }
}
