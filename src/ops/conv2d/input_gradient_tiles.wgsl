// The input gradient in tiles, where the stride is 1: from dy to dx, each tap in the other direction.

fn source_vectors() -> u32 {
    return p.out_stride / 4u;
}

fn target_vectors() -> u32 {
    return p.in_stride / 4u;
}

fn pixel_count() -> u32 {
    return p.batch * p.in_height * p.in_width;
}

// Where the sample of an input pixel begins in dy, and the output of which it is the first tap; past the last pixel, outside of every map.
fn place_of(pixel: u32) -> vec3<i32> {
    if pixel >= pixel_count() {
        return vec3<i32>(0, -0x40000000, 0);
    }
    let sample = pixel / (p.in_height * p.in_width);
    let row = pixel / p.in_width % p.in_height;
    let column = pixel % p.in_width;
    return vec3<i32>(vec3<u32>(sample * p.out_height * p.out_width, row + p.padding_height, column + p.padding_width));
}

fn source(place: vec3<i32>, reach: vec2<i32>, vector: u32) -> vec4<f32> {
    let at = place.yz - reach;
    if any(at < vec2<i32>(0)) || at.x >= i32(p.out_height) || at.y >= i32(p.out_width) {
        return vec4<f32>(0.0);
    }
    return dy[u32(place.x + at.x * i32(p.out_width) + at.y) * source_vectors() + vector];
}

// Of four output channels each, at a tap: the weights of four input channels.
fn weights(tap: u32, given: u32, made: u32) -> mat4x4<f32> {
    var found = mat4x4<f32>();
    for (var channel = 0u; channel < min(4u, p.in_channels - 4u * made); channel += 1u) {
        found[channel] = weight[(tap * p.in_channels + 4u * made + channel) * source_vectors() + given];
    }
    return transpose(found);
}

fn first_sum(vector: u32) -> vec4<f32> {
    return vec4<f32>(0.0);
}

fn store_sum(pixel: u32, vector: u32, sum: vec4<f32>) {
    store_gradient(pixel * target_vectors() + vector, without_padding(sum, vector, p.in_channels));
}

@compute @workgroup_size(THREADS)
fn input_gradient_tiles(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    compute_tile(flat_group(group, groups), local);
}
