@group(0) @binding(0) var<storage, read> x: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read_write> y: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read_write> chosen: array<vec4<u32>>;

// One thread for four channels of an output pixel.
@compute @workgroup_size(THREADS)
fn forward(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let at = flat_thread(group, groups, local);
    let vectors = p.channel_stride / 4u;
    if at >= p.batch * p.out_height * p.out_width * vectors {
        return;
    }
    let vector = at % vectors;
    let pixel = at / vectors;
    let sample = pixel / p.out_width / p.out_height;
    let top = i32(pixel / p.out_width % p.out_height * p.stride_height) - i32(p.padding_height);
    let left = i32(pixel % p.out_width * p.stride_width) - i32(p.padding_width);
    let height = i32(p.in_height);
    let width = i32(p.in_width);
    let bottom = min(height, top + i32(p.kernel_height * p.dilation_height));
    let right = min(width, left + i32(p.kernel_width * p.dilation_width));
    let down = i32(p.dilation_height);
    let across = i32(p.dilation_width);

    var best = vec4<f32>(0.0);
    var place = vec4<u32>(0u);
    // Nothing has been seen yet: the first value in the map is taken whatever it is.
    var first = true;
    for (var row = top; row < bottom; row += down) {
        if row < 0 {
            continue;
        }
        for (var column = left; column < right; column += across) {
            if column < 0 {
                continue;
            }
            let spot = u32(row * width + column);
            let value = x[(sample * u32(height * width) + spot) * vectors + vector];
            let wins = (value > best) | is_nan(value) | vec4<bool>(first);
            best = select(best, value, wins);
            place = select(place, vec4<u32>(spot), wins);
            first = false;
        }
    }
    y[at] = without_padding(best, vector, p.channels);
    chosen[at] = select(vec4<u32>(0u), place, vec4<u32>(0u, 1u, 2u, 3u) + vec4<u32>(4u * vector) < vec4<u32>(p.channels));
}
