// The ReLU's output, which has the shape of dx.
@group(0) @binding(2) var<storage, read> rectified_value: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read_write> dx: array<vec4<f32>>;

fn store_gradient(at: u32, gradient: vec4<f32>) {
    dx[at] = select(vec4<f32>(0.0), gradient, rectified_value[at] > vec4<f32>(0.0));
}
