// Pairs are height and width.
struct AvgPool2dParams {
    batch: u32,
    channels: u32,
    channel_stride: u32,
    divisor: u32,
    input: vec2<u32>,
    output: vec2<u32>,
    kernel_size: vec2<u32>,
    stride: vec2<u32>,
    padding: vec2<u32>,
    count_include_pad: u32,
    adaptive: u32,
}

@group(1) @binding(0) var<uniform> p: AvgPool2dParams;
