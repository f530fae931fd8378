struct LinearParams {
    batch: u32,
    in_features: u32,
    in_stride: u32,
    out_features: u32,
    out_stride: u32,
    has_bias: u32,
    relu: u32,
    unused: u32,
}

@group(1) @binding(0) var<uniform> p: LinearParams;
