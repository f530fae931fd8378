struct DisplacementParams {
    batch: u32,
    height: u32,
    width: u32,
    radius: u32,
    alpha: f32,
    unused_a: u32,
    unused_b: u32,
    unused_c: u32,
}

@group(1) @binding(0) var<uniform> p: DisplacementParams;

// Seed and step, low words first.
@group(0) @binding(0) var<storage, read> random: array<u32>;
@group(0) @binding(1) var<storage, read> gaussian: array<f32>;
@group(0) @binding(2) var<storage, read_write> field: array<vec4<f32>>;
// Two floats a pixel: the random numbers smoothed along rows.
@group(0) @binding(3) var<storage, read_write> rows: array<f32>;

const STREAM: u32 = 0x656c6173u;

// Two numbers in ±1 for a pixel: right and down.
fn noise(key: u32, pixel: u32) -> vec2<f32> {
    let bits = draw(key, pixel);
    return (2.0 * vec2<f32>(f32(bits & 0xffffu), f32(bits >> 16u)) + 1.0) / 65536.0 - 1.0;
}

// One thread a pixel.
@compute @workgroup_size(THREADS)
fn smooth_rows(
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
    let x = at % p.width;
    let row = at % size - x;
    let first = x - min(x, p.radius);
    let last = min(x + p.radius, p.width - 1u);
    var sum = vec2<f32>(0.0);
    for (var place = first; place <= last; place += 1u) {
        sum += gaussian[place + p.radius - x] * noise(key, row + place);
    }
    rows[2u * at] = sum.x;
    rows[2u * at + 1u] = sum.y;
}

// One thread a pixel.
@compute @workgroup_size(THREADS)
fn smooth_columns(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let at = flat_thread(group, groups, local);
    if at >= p.batch * p.height * p.width {
        return;
    }
    let y = at / p.width % p.height;
    let top = at - y * p.width;
    let first = y - min(y, p.radius);
    let last = min(y + p.radius, p.height - 1u);
    var sum = vec2<f32>(0.0);
    for (var place = first; place <= last; place += 1u) {
        let source = 2u * (top + place * p.width);
        sum += gaussian[place + p.radius - y] * vec2<f32>(rows[source], rows[source + 1u]);
    }
    field[at] = vec4<f32>(p.alpha * sum, 0.0, 0.0);
}
