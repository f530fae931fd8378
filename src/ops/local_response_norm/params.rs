//! The numbers every local_response_norm kernel gets, on every backend.

use bytemuck::{Pod, Zeroable};

/// Geometry and factors; the same bytes as `struct LocalResponseNormParams` in `local_response_norm.wgsl`.
#[repr(C)]
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
pub struct LocalResponseNormParams {
    /// Positions: batch times height times width.
    pub pixels: u32,
    /// Channels of a position.
    pub channels: u32,
    /// Floats from one position to the next.
    pub channel_stride: u32,
    /// Channels of a window before its own, no more than there are.
    pub before: u32,
    /// Channels of a window after its own, no more than there are.
    pub after: u32,
    /// What the sum of squares is multiplied with: alpha, or alpha / size.
    pub scale: f32,
    /// The exponent.
    pub beta: f32,
    /// What is added to the sum.
    pub k: f32,
}
