@group(0) @binding(3) var<storage, read_write> partial: array<vec4<f32>>;

const BIAS_ROWS: u32 = 0u;

fn sum_bias(thread: u32, shares: u32) {}

fn store_bias(vector: u32, sum: vec4<f32>) {}
