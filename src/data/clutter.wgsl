struct ClutterParams {
    batch: u32,
    height: u32,
    width: u32,
    step: u32,
    mean: f32,
    deviation: f32,
    noise: f32,
    unused: u32,
}

@group(1) @binding(0) var<uniform> p: ClutterParams;

// Four pixels a word, lowest byte first.
@group(0) @binding(0) var<storage, read> packed: array<u32>;
@group(0) @binding(1) var<storage, read> labels: array<u32>;
@group(0) @binding(2) var<storage, read> indices: array<u32>;
@group(0) @binding(3) var<storage, read> random: array<u32>;
@group(0) @binding(4) var<storage, read_write> x: array<vec4<f32>>;
@group(0) @binding(5) var<storage, read_write> targets: array<u32>;

// As in data/clutter.rs, data/gather.rs and ops/softmax_cross_entropy/mod.rs.
const STREAM: u32 = 0x636c7574u;
const FEWEST: u32 = 1u;
const MOST: u32 = 3u;
const NO_IMAGE: u32 = 0xffffffffu;
const IGNORE_INDEX: u32 = 0xffffff9cu;

// Random number `which` of an image, uniform in [0, 1): 0 for the number of strokes, eight for each stroke from 8 on, from 64 on one a pixel.
fn number(key: u32, which: u32) -> f32 {
    return fraction(draw(key, which));
}

// The brightness at a place (right, down) of the stroke whose random numbers begin at `first`: an arc of a circle with round ends.
fn stroke(key: u32, first: u32, at: vec2<f32>) -> f32 {
    let size = vec2<f32>(f32(p.width - 1u), f32(p.height - 1u));
    let place = at - size * vec2<f32>(number(key, first), number(key, first + 1u));
    let turn = 2.0 * number(key, first + 2u) - 1.0;
    let end = select(1.0, -1.0, number(key, first + 3u) < 0.5);
    let direction = end * vec2<f32>(1.0 - turn * turn, 2.0 * turn) / (1.0 + turn * turn);
    let half = 4.0 + 4.0 * number(key, first + 4u);
    let bend = half * (0.05 + 0.7 * number(key, first + 5u));
    let offset = (half * half - bend * bend) / (2.0 * bend);
    let radius = offset + bend;

    let along = dot(place, direction);
    let up = place.y * direction.x - place.x * direction.y;
    let above_centre = up + offset;
    let from_centre = length(vec2<f32>(along, above_centre));
    var distance = length(vec2<f32>(abs(along) - half, up));
    if above_centre * radius >= offset * from_centre {
        // `from_centre - radius`, without the difference of two large numbers.
        distance = abs(along * along + up * up + 2.0 * up * offset - half * half) / (from_centre + radius);
    }
    let thickness = 0.9 + 0.6 * number(key, first + 6u);
    return (0.75 + 0.25 * number(key, first + 7u)) * clamp(thickness + 0.5 - distance, 0.0, 1.0);
}

// One thread a pixel: its only channel, three zeros, and its class.
@compute @workgroup_size(THREADS)
fn clutter(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let at = flat_thread(group, groups, local);
    let size = p.height * p.width;
    if at >= p.batch * size {
        return;
    }
    let index = indices[at / size];
    if index == NO_IMAGE {
        x[at] = vec4<f32>(0.0);
        targets[at] = IGNORE_INDEX;
        return;
    }
    let key = draw(step_key(STREAM, vec4<u32>(random[0], random[1], random[2], random[3])), index);
    let pixel = at % size;
    let image = index * p.step;
    let byte = image * size + pixel;
    let ink = (packed[byte / 4u] >> (8u * (byte % 4u))) & 0xffu;
    targets[at] = select(0u, 1u + labels[image], ink >= 128u);

    let place = vec2<f32>(f32(pixel % p.width), f32(pixel / p.width));
    let count = FEWEST + u32(f32(MOST - FEWEST + 1u) * number(key, 0u));
    var under = 0.0;
    for (var drawn = 1u; drawn <= count; drawn += 1u) {
        under = max(under, stroke(key, 8u * drawn, place));
    }
    let digit = f32(ink) / 255.0;
    let noise = p.noise * (2.0 * number(key, 64u + pixel) - 1.0);
    let seen = clamp(digit + (1.0 - digit) * under + noise, 0.0, 1.0);
    x[at] = vec4<f32>((seen - p.mean) / p.deviation, 0.0, 0.0, 0.0);
}
