@group(0) @binding(2) var<storage, read_write> dx: array<vec4<f32>>;

fn store_gradient(at: u32, gradient: vec4<f32>) {
    dx[at] = gradient;
}
