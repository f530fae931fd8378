// The forward pass in tiles: from x to y.

fn source_vectors() -> u32 {
    return p.in_stride / 4u;
}

fn target_vectors() -> u32 {
    return p.out_stride / 4u;
}

fn pixel_count() -> u32 {
    return p.batch * p.out_height * p.out_width;
}

// Where the sample of an output pixel begins in x, and its window's first row and column; past the last pixel, outside of every map.
fn place_of(pixel: u32) -> vec3<i32> {
    if pixel >= pixel_count() {
        return vec3<i32>(0, -0x40000000, 0);
    }
    let sample = pixel / (p.out_height * p.out_width);
    let row = pixel / p.out_width % p.out_height;
    let column = pixel % p.out_width;
    let padding = vec3<i32>(0, i32(p.padding_height), i32(p.padding_width));
    return vec3<i32>(vec3<u32>(sample * p.in_height * p.in_width, row * p.stride_height, column * p.stride_width)) - padding;
}

fn source(place: vec3<i32>, reach: vec2<i32>, vector: u32) -> vec4<f32> {
    let at = place.yz + reach;
    if any(at < vec2<i32>(0)) || at.x >= i32(p.in_height) || at.y >= i32(p.in_width) {
        return vec4<f32>(0.0);
    }
    return x[u32(place.x + at.x * i32(p.in_width) + at.y) * source_vectors() + vector];
}

// Of four input channels each, at a tap: the weights of four output channels.
fn weights(tap: u32, given: u32, made: u32) -> mat4x4<f32> {
    var found = mat4x4<f32>();
    for (var term = 0u; term < min(4u, p.in_channels - 4u * given); term += 1u) {
        found[term] = weight[(tap * p.in_channels + 4u * given + term) * target_vectors() + made];
    }
    return found;
}

fn first_sum(vector: u32) -> vec4<f32> {
    if p.has_bias == 0u || vector >= target_vectors() {
        return vec4<f32>(0.0);
    }
    return bias[vector];
}

fn store_sum(pixel: u32, vector: u32, sum: vec4<f32>) {
    y[pixel * target_vectors() + vector] = rectified(without_padding(sum, vector, p.out_channels), p.relu);
}

@compute @workgroup_size(THREADS)
fn forward_tiles(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    compute_tile(flat_group(group, groups), local);
}
