struct ShiftParams {
    batch: u32,
    in_channels: u32,
    in_height: u32,
    in_width: u32,
    out_channels: u32,
    out_height: u32,
    out_width: u32,
    front: i32,
    top: i32,
    left: i32,
    unused_a: u32,
    unused_b: u32,
}

@group(1) @binding(0) var<uniform> p: ShiftParams;

@group(0) @binding(0) var<storage, read> x: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read_write> y: array<vec4<f32>>;

// Vector number `vector` of a pixel of `x`; zero where there is none. The lanes past the last channel are zero.
fn vector_of(pixel: u32, vector: i32) -> vec4<f32> {
    let vectors = i32((p.in_channels + 3u) / 4u);
    if vector < 0 || vector >= vectors {
        return vec4<f32>(0.0);
    }
    return x[pixel * u32(vectors) + u32(vector)];
}

// One thread for four channels of an output pixel.
@compute @workgroup_size(THREADS)
fn forward(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let at = flat_thread(group, groups, local);
    let vectors = (p.out_channels + 3u) / 4u;
    if at >= p.batch * p.out_height * p.out_width * vectors {
        return;
    }
    let vector = at % vectors;
    let pixel = at / vectors;
    let sample = pixel / p.out_width / p.out_height;
    let row = i32(pixel / p.out_width % p.out_height) - p.top;
    let column = i32(pixel % p.out_width) - p.left;
    if row < 0 || column < 0 || row >= i32(p.in_height) || column >= i32(p.in_width) {
        y[at] = vec4<f32>(0.0);
        return;
    }
    let source = (sample * p.in_height + u32(row)) * p.in_width + u32(column);
    // The channel of `x` that the first lane gets; shifting right rounds down, below zero too.
    let channel = i32(4u * vector) - p.front;
    let first = u32(channel & 3);
    let low = vector_of(source, channel >> 2u);
    var value = low;
    if first > 0u {
        value = lanes_from(low, vector_of(source, (channel >> 2u) + 1), first);
    }
    y[at] = without_padding(value, vector, p.out_channels);
}
