struct MaxUnpool2dParams {
    batch: u32,
    channels: u32,
    channel_stride: u32,
    in_pixels: u32,
    out_pixels: u32,
    unused_a: u32,
    unused_b: u32,
    unused_c: u32,
}

@group(1) @binding(0) var<uniform> p: MaxUnpool2dParams;

@group(0) @binding(0) var<storage, read> indices: array<u32>;
@group(0) @binding(1) var<storage, read_write> latest: array<atomic<u32>>;

// One thread for a channel of an output pixel.
@compute @workgroup_size(THREADS)
fn clear(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let at = flat_thread(group, groups, local);
    if at < p.batch * p.out_pixels * p.channel_stride {
        atomicStore(&latest[at], 0u);
    }
}

// One thread for a channel of an input pixel. The largest number is the last in order.
@compute @workgroup_size(THREADS)
fn locate(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let at = flat_thread(group, groups, local);
    if at >= p.batch * p.in_pixels * p.channel_stride {
        return;
    }
    let channel = at % p.channel_stride;
    let pixel = at / p.channel_stride;
    let place = indices[at];
    if channel < p.channels && place < p.out_pixels {
        let sample = pixel / p.in_pixels;
        atomicMax(&latest[(sample * p.out_pixels + place) * p.channel_stride + channel], pixel % p.in_pixels + 1u);
    }
}

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> sources: array<vec4<u32>>;
@group(0) @binding(2) var<storage, read_write> y: array<vec4<f32>>;

// The value that pixel number `source` of `x` puts at a place, counted from 1; 0 is none.
fn value_of(sample: u32, source: u32, channel: u32) -> f32 {
    if source == 0u {
        return 0.0;
    }
    return x[(sample * p.in_pixels + source - 1u) * p.channel_stride + channel];
}

// One thread for four channels of an output pixel.
@compute @workgroup_size(THREADS)
fn forward(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let at = flat_thread(group, groups, local);
    let vectors = p.channel_stride / 4u;
    if at >= p.batch * p.out_pixels * vectors {
        return;
    }
    let sample = at / vectors / p.out_pixels;
    let channel = at % vectors * 4u;
    let source = sources[at];
    y[at] = vec4<f32>(
        value_of(sample, source.x, channel),
        value_of(sample, source.y, channel + 1u),
        value_of(sample, source.z, channel + 2u),
        value_of(sample, source.w, channel + 3u),
    );
}

@group(0) @binding(0) var<storage, read> dy: array<f32>;
@group(0) @binding(1) var<storage, read> places: array<vec4<u32>>;
@group(0) @binding(2) var<storage, read_write> dx: array<vec4<f32>>;

// The gradient at a place; zero where there is none.
fn gradient_of(sample: u32, place: u32, channel: u32) -> f32 {
    if channel >= p.channels || place >= p.out_pixels {
        return 0.0;
    }
    return dy[(sample * p.out_pixels + place) * p.channel_stride + channel];
}

// One thread for four channels of an input pixel.
@compute @workgroup_size(THREADS)
fn backward(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let at = flat_thread(group, groups, local);
    let vectors = p.channel_stride / 4u;
    if at >= p.batch * p.in_pixels * vectors {
        return;
    }
    let sample = at / vectors / p.in_pixels;
    let channel = at % vectors * 4u;
    let place = places[at];
    dx[at] = vec4<f32>(
        gradient_of(sample, place.x, channel),
        gradient_of(sample, place.y, channel + 1u),
        gradient_of(sample, place.z, channel + 2u),
        gradient_of(sample, place.w, channel + 3u),
    );
}
