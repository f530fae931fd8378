struct WarpParams {
    batch: u32,
    height: u32,
    width: u32,
    shift: u32,
    angle: f32,
    scale: f32,
    displaced: u32,
    erase: u32,
    smallest: u32,
    areas: u32,
    flattest: u32,
    aspects: u32,
    noise: u32,
    mean: f32,
    deviation: f32,
    unused: u32,
}

@group(1) @binding(0) var<uniform> p: WarpParams;

// Seed and step, low words first.
@group(0) @binding(0) var<storage, read> random: array<u32>;
@group(0) @binding(1) var<storage, read> x: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> field: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read_write> y: array<vec4<f32>>;

const STREAM: u32 = 0x77617270u;
const ASPECT_UNIT: u32 = 64u;

// What each of an image's random numbers is for; from DRAW_PIXELS on, one for each pixel that is erased.
const DRAW_RIGHT: u32 = 0u;
const DRAW_DOWN: u32 = 1u;
const DRAW_ANGLE: u32 = 2u;
const DRAW_SCALE: u32 = 3u;
const DRAW_ERASE: u32 = 4u;
const DRAW_AREA: u32 = 5u;
const DRAW_ASPECT: u32 = 6u;
const DRAW_TOP: u32 = 7u;
const DRAW_LEFT: u32 = 8u;
const DRAW_PIXELS: u32 = 16u;

// Uniform in [-1, 1).
fn symmetric(bits: u32) -> f32 {
    return f32(bits >> 8u) / 8388608.0 - 1.0;
}

fn drawn_shift(key: u32, which: u32) -> f32 {
    return f32(i32(draw(key, which) % (2u * p.shift + 1u)) - i32(p.shift));
}

// Sine and cosine of up to 45 degrees by their series: the built-in functions may be off by 2^-11.
fn sine_cosine(angle: f32) -> vec2<f32> {
    let a = angle * angle;
    let sine = angle * (1.0 - a / 6.0 * (1.0 - a / 20.0 * (1.0 - a / 42.0 * (1.0 - a / 72.0))));
    let cosine = 1.0 - a / 2.0 * (1.0 - a / 12.0 * (1.0 - a / 30.0 * (1.0 - a / 56.0 * (1.0 - a / 90.0))));
    return vec2<f32>(sine, cosine);
}

// The largest whole number whose square is not above `value`, bit by bit.
fn root(value: u32) -> u32 {
    var result = 0u;
    for (var bit = 32768u; bit > 0u; bit >>= 1u) {
        let tried = result | bit;
        if tried * tried <= value {
            result = tried;
        }
    }
    return result;
}

// Whether the image's rectangle holds this pixel.
fn erased(key: u32, row: u32, column: u32) -> bool {
    if draw(key, DRAW_ERASE) >= p.erase {
        return false;
    }
    let area = p.smallest + draw(key, DRAW_AREA) % p.areas;
    let aspect = p.flattest + draw(key, DRAW_ASPECT) % p.aspects;
    let height = clamp(root(area * aspect / ASPECT_UNIT), 1u, p.height);
    let width = clamp(root(area * ASPECT_UNIT / aspect), 1u, p.width);
    let top = draw(key, DRAW_TOP) % (p.height - height + 1u);
    let left = draw(key, DRAW_LEFT) % (p.width - width + 1u);
    return row >= top && row < top + height && column >= left && column < left + width;
}

fn pixel(image: u32, row: i32, column: i32) -> f32 {
    if row < 0 || row >= i32(p.height) || column < 0 || column >= i32(p.width) {
        return -p.mean / p.deviation;
    }
    return x[image + u32(row) * p.width + u32(column)].x;
}

// One thread a pixel: its only channel, and three zeros.
@compute @workgroup_size(THREADS)
fn warp(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let at = flat_thread(group, groups, local);
    let size = p.height * p.width;
    if at >= p.batch * size {
        return;
    }
    let key = draw(step_key(STREAM, vec4<u32>(random[0], random[1], random[2], random[3])), at / size);
    let row = at / p.width % p.height;
    let column = at % p.width;
    if erased(key, row, column) {
        let bits = draw(key, DRAW_PIXELS + at % size);
        let value = select(0.0, fraction(bits), p.noise == 1u);
        y[at] = vec4<f32>((value - p.mean) / p.deviation, 0.0, 0.0, 0.0);
        return;
    }
    let turn = sine_cosine(p.angle * symmetric(draw(key, DRAW_ANGLE)));
    let inverse_scale = 1.0 / (1.0 + p.scale * symmetric(draw(key, DRAW_SCALE)));
    let middle = vec2<f32>(f32(p.width - 1u), f32(p.height - 1u)) / 2.0;
    let shift = vec2<f32>(drawn_shift(key, DRAW_RIGHT), drawn_shift(key, DRAW_DOWN));
    let place = vec2<f32>(f32(column), f32(row)) - shift - middle;
    var source = middle + inverse_scale * vec2<f32>(turn.y * place.x + turn.x * place.y, turn.y * place.y - turn.x * place.x);
    if p.displaced == 1u {
        source += field[at].xy;
    }
    let corner = floor(source);
    let part = source - corner;
    let left = i32(corner.x);
    let top = i32(corner.y);
    let image = at - at % size;
    let above = pixel(image, top, left) * (1.0 - part.x) + pixel(image, top, left + 1) * part.x;
    let below = pixel(image, top + 1, left) * (1.0 - part.x) + pixel(image, top + 1, left + 1) * part.x;
    y[at] = vec4<f32>(above * (1.0 - part.y) + below * part.y, 0.0, 0.0, 0.0);
}
