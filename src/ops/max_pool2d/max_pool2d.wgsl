struct MaxPool2dParams {
    batch: u32,
    channels: u32,
    channel_stride: u32,
    in_height: u32,
    in_width: u32,
    out_height: u32,
    out_width: u32,
    kernel_height: u32,
    kernel_width: u32,
    stride_height: u32,
    stride_width: u32,
    padding_height: u32,
    padding_width: u32,
    dilation_height: u32,
    dilation_width: u32,
    unused: u32,
}

@group(1) @binding(0) var<uniform> p: MaxPool2dParams;
