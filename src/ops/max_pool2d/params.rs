//! The numbers every max_pool2d kernel gets, on every backend.

use bytemuck::{Pod, Zeroable};

/// Geometry of one max pooling; the same bytes as `struct MaxPool2dParams` in `max_pool2d.wgsl`.
///
/// `ceil_mode` is already in `out_height` and `out_width`. `channel_stride` is the floats from one pixel to the next, on both sides.
#[repr(C)]
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[expect(missing_docs, reason = "the names are the field's and explained in the type's own text")]
pub struct MaxPool2dParams {
    pub batch: u32,
    pub channels: u32,
    pub channel_stride: u32,
    pub in_height: u32,
    pub in_width: u32,
    pub out_height: u32,
    pub out_width: u32,
    pub kernel_height: u32,
    pub kernel_width: u32,
    pub stride_height: u32,
    pub stride_width: u32,
    pub padding_height: u32,
    pub padding_width: u32,
    pub dilation_height: u32,
    pub dilation_width: u32,
    /// Uniform structs are multiples of 16 bytes.
    pub unused: u32,
}
