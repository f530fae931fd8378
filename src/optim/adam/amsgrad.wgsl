@group(0) @binding(6) var<storage, read_write> largest: array<vec4<f32>>;

// The largest second moment so far; a NaN wins, whichever it is.
fn divided_by(at: u32, v: vec4<f32>) -> vec4<f32> {
    let before = held(largest[at]);
    let now = select(before, v, (v > before) | is_nan(v));
    largest[at] = now;
    return now;
}
