//! The numbers every batch_norm2d kernel gets, on every backend.

use bytemuck::{Pod, Zeroable};

/// Geometry and constants of one batch normalization; the same bytes as `struct BatchNorm2dParams` in `batch_norm2d.wgsl`.
#[repr(C)]
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[expect(missing_docs, reason = "the names are the field's and explained here where they are not")]
pub struct BatchNorm2dParams {
    /// Values of a channel: batch times height times width.
    pub pixels: u32,
    pub channels: u32,
    /// Floats from one pixel to the next.
    pub channel_stride: u32,
    /// 1 when statistics are those of the batch, 0 when they are the running ones.
    pub training: u32,
    pub eps: f32,
    pub momentum: f32,
    /// 1 to apply a ReLU to the result.
    pub relu: u32,
    /// Uniform structs are multiples of 16 bytes.
    pub unused: u32,
}
