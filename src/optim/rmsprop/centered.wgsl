@group(0) @binding(6) var<storage, read_write> mean: array<vec4<f32>>;

// The variance; rounding can make it negative, which has no root.
fn spread(at: u32, g: vec4<f32>, v: vec4<f32>) -> vec4<f32> {
    let a = hyper[2].x * held(mean[at]) + hyper[2].y * g;
    mean[at] = a;
    return rectify(v - a * a);
}
