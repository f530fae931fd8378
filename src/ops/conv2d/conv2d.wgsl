// What the kernels of conv2d share.
//
// The tiled kernels compute a few vectors of four channels in registers, for several samples of the batch at one place of the map: the
// borders of the map are the same for all samples, so they are looked at once a tap. They need each vector to lie in one group; the
// `grouped` kernels do without that, and take the channels of a vector one by one.

struct Conv2dParams {
    batch: u32,
    in_channels: u32,
    in_height: u32,
    in_width: u32,
    in_stride: u32,
    out_channels: u32,
    out_height: u32,
    out_width: u32,
    out_stride: u32,
    kernel_height: u32,
    kernel_width: u32,
    stride_height: u32,
    stride_width: u32,
    padding_height: u32,
    padding_width: u32,
    dilation_height: u32,
    dilation_width: u32,
    groups: u32,
    has_bias: u32,
    relu: u32,
}

@group(1) @binding(0) var<uniform> p: Conv2dParams;
