struct ConcatParams {
    pixels: u32,
    in_channels: u32,
    out_channels: u32,
    first: u32,
}

@group(1) @binding(0) var<uniform> p: ConcatParams;

@group(0) @binding(0) var<storage, read> x: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read_write> y: array<vec4<f32>>;

// One thread for four channels of an output pixel, from the vector that `x` begins in to the one it ends in.
@compute @workgroup_size(THREADS)
fn place(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let thread = flat_thread(group, groups, local);
    // Lanes of the first vector that hold what was placed before.
    let taken = p.first % 4u;
    let touched = (taken + p.in_channels + 3u) / 4u;
    if thread >= p.pixels * touched {
        return;
    }
    let pixel = thread / touched;
    let vector = thread % touched;
    let in_vectors = (p.in_channels + 3u) / 4u;
    let at = pixel * ((p.out_channels + 3u) / 4u) + p.first / 4u + vector;
    var here = vec4<f32>(0.0);
    if vector < in_vectors {
        here = x[pixel * in_vectors + vector];
    }
    if taken == 0u {
        y[at] = here;
        return;
    }
    var before = vec4<f32>(0.0);
    if vector > 0u {
        before = x[pixel * in_vectors + vector - 1u];
    }
    let moved = lanes_from(before, here, 4u - taken);
    let kept = vec4<bool>(vector == 0u) & (vec4<u32>(0u, 1u, 2u, 3u) < vec4<u32>(taken));
    y[at] = select(moved, y[at], kept);
}
