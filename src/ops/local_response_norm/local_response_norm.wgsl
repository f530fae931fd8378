struct LocalResponseNormParams {
    pixels: u32,
    channels: u32,
    channel_stride: u32,
    before: u32,
    after: u32,
    scale: f32,
    beta: f32,
    k: f32,
}

@group(1) @binding(0) var<uniform> p: LocalResponseNormParams;

// The channels of a pixel that the windows of four neighbouring channels, from `first` on, hold together.
fn span(first: u32, before: u32, after: u32) -> vec2<u32> {
    return vec2<u32>(max(first, before) - before, min(first + 4u + after, p.channels));
}

// Which of the windows around four channels, from `first` on, hold channel `which`.
fn holds(first: u32, before: u32, after: u32, which: u32) -> vec4<bool> {
    let own = vec4<u32>(0u, 1u, 2u, 3u) + vec4<u32>(first);
    return (vec4<u32>(which + before) >= own) & (vec4<u32>(which) <= own + vec4<u32>(after));
}

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read_write> denominator: array<vec4<f32>>;

// One thread for four channels of a pixel.
@compute @workgroup_size(THREADS)
fn forward(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let at = flat_thread(group, groups, local);
    let vectors = p.channel_stride / 4u;
    if at >= p.pixels * vectors {
        return;
    }
    let vector = at % vectors;
    let pixel = at / vectors * p.channel_stride;
    let first = 4u * vector;
    let channels = span(first, p.before, p.after);
    var squares = vec4<f32>(0.0);
    for (var c = channels.x; c < channels.y; c += 1u) {
        let value = x[pixel + c];
        squares += select(vec4<f32>(0.0), vec4<f32>(value * value), holds(first, p.before, p.after, c));
    }
    let below = p.k + p.scale * squares;
    let own = vec4<f32>(x[4u * at], x[4u * at + 1u], x[4u * at + 2u], x[4u * at + 3u]);
    denominator[at] = without_padding(below, vector, p.channels);
    y[at] = without_padding(own * pow(below, vec4<f32>(-p.beta)), vector, p.channels);
}

@group(0) @binding(0) var<storage, read> dy: array<f32>;
@group(0) @binding(1) var<storage, read> given: array<f32>;
@group(0) @binding(2) var<storage, read> divisor: array<f32>;
@group(0) @binding(3) var<storage, read_write> dx: array<vec4<f32>>;

// One thread for four channels of a pixel. The windows that hold a channel are those of the channels as far before it as a window reaches
// behind its own.
@compute @workgroup_size(THREADS)
fn backward(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let at = flat_thread(group, groups, local);
    let vectors = p.channel_stride / 4u;
    if at >= p.pixels * vectors {
        return;
    }
    let vector = at % vectors;
    let pixel = at / vectors * p.channel_stride;
    let first = 4u * vector;
    let channels = span(first, p.after, p.before);
    var own = vec4<f32>(0.0);
    var direct = vec4<f32>(0.0);
    var others = vec4<f32>(0.0);
    for (var c = channels.x; c < channels.y; c += 1u) {
        let value = given[pixel + c];
        let below = divisor[pixel + c];
        let passed = dy[pixel + c] * pow(below, -p.beta);
        others += select(vec4<f32>(0.0), vec4<f32>(passed * value / below), holds(first, p.after, p.before, c));
        let here = vec4<u32>(0u, 1u, 2u, 3u) + vec4<u32>(first) == vec4<u32>(c);
        own = select(own, vec4<f32>(value), here);
        direct = select(direct, vec4<f32>(passed), here);
    }
    dx[at] = without_padding(direct - 2.0 * p.scale * p.beta * own * others, vector, p.channels);
}
