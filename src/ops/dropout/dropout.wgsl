struct DropoutParams {
    len: u32,
    unit: u32,
    threshold: u32,
    layer: u32,
    scale: f32,
    unused_a: u32,
    unused_b: u32,
    unused_c: u32,
}

@group(1) @binding(0) var<uniform> p: DropoutParams;

// Seed and step, low words first.
@group(0) @binding(0) var<storage, read> random: array<u32>;
@group(0) @binding(1) var<storage, read_write> drawn_mask: array<vec4<f32>>;

fn kept_or_not(key: u32, at: u32) -> f32 {
    return select(1.0, 0.0, draw(key, at / p.unit) < p.threshold);
}

// One thread for four floats.
@compute @workgroup_size(THREADS)
fn mask(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let at = flat_thread(group, groups, local);
    if at < p.len / 4u {
        let key = step_key(p.layer, vec4<u32>(random[0], random[1], random[2], random[3]));
        let first = 4u * at;
        drawn_mask[at] = vec4<f32>(kept_or_not(key, first), kept_or_not(key, first + 1u), kept_or_not(key, first + 2u), kept_or_not(key, first + 3u));
    }
}

@group(0) @binding(0) var<storage, read> x: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read> kept: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read_write> y: array<vec4<f32>>;

@compute @workgroup_size(THREADS)
fn apply(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let at = flat_thread(group, groups, local);
    if at < p.len / 4u {
        y[at] = x[at] * kept[at] * p.scale;
    }
}

@group(0) @binding(1) var<storage, read_write> same: array<vec4<f32>>;

@compute @workgroup_size(THREADS)
fn copy(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let at = flat_thread(group, groups, local);
    if at < p.len / 4u {
        same[at] = x[at];
    }
}
