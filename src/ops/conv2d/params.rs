//! The numbers every conv2d kernel gets, on every backend.

use bytemuck::{Pod, Zeroable};

/// Geometry of one convolution; the same bytes as `struct Conv2dParams` in `conv2d.wgsl`.
///
/// Sizes are in elements. `in_stride` and `out_stride` are the floats from one pixel to the next, that is the channel count
/// rounded up to a multiple of four.
#[repr(C)]
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[expect(missing_docs, reason = "the names are the field's and explained in the type's own text")]
pub struct Conv2dParams {
    pub batch: u32,
    pub in_channels: u32,
    pub in_height: u32,
    pub in_width: u32,
    pub in_stride: u32,
    pub out_channels: u32,
    pub out_height: u32,
    pub out_width: u32,
    pub out_stride: u32,
    pub kernel_height: u32,
    pub kernel_width: u32,
    pub stride_height: u32,
    pub stride_width: u32,
    pub padding_height: u32,
    pub padding_width: u32,
    pub dilation_height: u32,
    pub dilation_width: u32,
    pub groups: u32,
    /// 1 when a bias is added, else 0 (the bias binding is then not read).
    pub has_bias: u32,
    /// 1 when `max(0, y)` is applied to the result before it is stored (a ReLU fused in by the planner).
    pub relu: u32,
}
