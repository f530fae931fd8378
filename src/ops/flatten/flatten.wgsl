struct FlattenParams {
    batch: u32,
    channels: u32,
    height: u32,
    width: u32,
    channel_stride: u32,
    feature_stride: u32,
    unused_a: u32,
    unused_b: u32,
}

@group(1) @binding(0) var<uniform> p: FlattenParams;

@group(0) @binding(0) var<storage, read> maps: array<f32>;
@group(0) @binding(1) var<storage, read_write> features: array<vec4<f32>>;

// The float of a sample's maps that feature number `feature` is; zero past the last.
fn feature_of(sample: u32, feature: u32) -> f32 {
    let pixels = p.height * p.width;
    if feature >= p.channels * pixels {
        return 0.0;
    }
    return maps[(sample * pixels + feature % pixels) * p.channel_stride + feature / pixels];
}

// One thread for four features.
@compute @workgroup_size(THREADS)
fn forward(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let at = flat_thread(group, groups, local);
    let vectors = p.feature_stride / 4u;
    if at >= p.batch * vectors {
        return;
    }
    let sample = at / vectors;
    let first = at % vectors * 4u;
    features[at] = vec4<f32>(
        feature_of(sample, first),
        feature_of(sample, first + 1u),
        feature_of(sample, first + 2u),
        feature_of(sample, first + 3u),
    );
}

@group(0) @binding(0) var<storage, read> dfeatures: array<f32>;
@group(0) @binding(1) var<storage, read_write> dmaps: array<vec4<f32>>;

// The gradient of channel `channel` at a pixel; zero past the last channel.
fn gradient_of(sample: u32, pixel: u32, channel: u32) -> f32 {
    if channel >= p.channels {
        return 0.0;
    }
    return dfeatures[sample * p.feature_stride + channel * p.height * p.width + pixel];
}

// One thread for four channels of a pixel.
@compute @workgroup_size(THREADS)
fn backward(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let at = flat_thread(group, groups, local);
    let vectors = p.channel_stride / 4u;
    let pixels = p.height * p.width;
    if at >= p.batch * pixels * vectors {
        return;
    }
    let sample = at / vectors / pixels;
    let pixel = at / vectors % pixels;
    let channel = at % vectors * 4u;
    dmaps[at] = vec4<f32>(
        gradient_of(sample, pixel, channel),
        gradient_of(sample, pixel, channel + 1u),
        gradient_of(sample, pixel, channel + 2u),
        gradient_of(sample, pixel, channel + 3u),
    );
}
