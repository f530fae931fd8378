@group(0) @binding(0) var<storage, read> x: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read_write> y: array<vec4<f32>>;

var<workgroup> sums: array<vec4<f32>, THREADS>;

// One workgroup for four channels of a sample: every thread sums a share of the pixels, and then half of the threads add the others' sums
// to theirs, again and again.
@compute @workgroup_size(THREADS)
fn forward(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let at = flat_group(group, groups);
    let vectors = p.channel_stride / 4u;
    let pixels = p.input.x * p.input.y;
    let exists = at < p.batch * vectors;
    var sum = vec4<f32>(0.0);
    if exists {
        let first = at / vectors * pixels * vectors + at % vectors;
        for (var pixel = local; pixel < pixels; pixel += THREADS) {
            sum += x[first + pixel * vectors];
        }
    }
    sums[local] = sum;
    for (var others = THREADS / 2u; others > 0u; others /= 2u) {
        workgroupBarrier();
        if local < others {
            sums[local] += sums[local + others];
        }
    }
    if exists && local == 0u {
        y[at] = sums[0] / f32(pixels);
    }
}
