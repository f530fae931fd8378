// The sum over all pixels of all samples, in two levels: each thread sums a share of the pixels into `partial`, and a second pass adds
// the shares. How many there are is told by the length of `partial`.

@group(0) @binding(0) var<storage, read> dy: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read_write> dbias: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read_write> partial: array<vec4<f32>>;

// One thread for four channels of a share.
@compute @workgroup_size(THREADS)
fn bias_gradient(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let thread = flat_thread(group, groups, local);
    let vectors = p.out_stride / 4u;
    let shares = arrayLength(&partial) / vectors;
    let share = thread / vectors;
    let vector = thread % vectors;
    if share >= shares {
        return;
    }
    // Neighbouring threads read neighbouring pixels.
    let len = p.batch * p.out_height * p.out_width * vectors;
    let step = shares * vectors;
    var sum = vec4<f32>(0.0);
    for (var first = share * vectors + vector; first < len; first += TOGETHER * step) {
        var some = vec4<f32>(0.0);
        for (var at = first; at < min(len, first + TOGETHER * step); at += step) {
            some += dy[at];
        }
        sum += some;
    }
    partial[thread] = sum;
}

// One thread for four channels.
@compute @workgroup_size(THREADS)
fn reduce(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let vector = flat_thread(group, groups, local);
    let vectors = p.out_stride / 4u;
    if vector >= vectors {
        return;
    }
    var sum = vec4<f32>(0.0);
    let len = arrayLength(&partial);
    for (var first = vector; first < len; first += TOGETHER * vectors) {
        var some = vec4<f32>(0.0);
        for (var at = first; at < min(len, first + TOGETHER * vectors); at += vectors) {
            some += partial[at];
        }
        sum += some;
    }
    dbias[vector] = sum;
}
