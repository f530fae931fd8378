struct BatchNorm2dParams {
    pixels: u32,
    channels: u32,
    channel_stride: u32,
    training: u32,
    eps: f32,
    momentum: f32,
    relu: u32,
    unused: u32,
}

@group(1) @binding(0) var<uniform> p: BatchNorm2dParams;
