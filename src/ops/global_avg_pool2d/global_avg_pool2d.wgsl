@group(0) @binding(0) var<storage, read> x: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read_write> y: array<vec4<f32>>;

// One workgroup for four channels of a sample: every thread sums a share of the pixels.
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
        for (var begin = local; begin < pixels; begin += TOGETHER * THREADS) {
            var some = vec4<f32>(0.0);
            for (var pixel = begin; pixel < min(pixels, begin + TOGETHER * THREADS); pixel += THREADS) {
                some += x[first + pixel * vectors];
            }
            sum += some;
        }
    }
    let total = sum_over_group(local, sum);
    if exists && local == 0u {
        y[at] = total / f32(pixels);
    }
}
