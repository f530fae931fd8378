//! The numbers every rbf kernel gets, on every backend.

use bytemuck::{Pod, Zeroable};

/// Geometry; the same bytes as `struct RbfParams` in `rbf.wgsl`.
#[repr(C)]
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
pub struct RbfParams {
    /// Samples.
    pub batch: u32,
    /// Values of a code.
    pub in_features: u32,
    /// Floats from one sample's input to the next.
    pub in_stride: u32,
    /// Codes.
    pub out_features: u32,
    /// Floats from one sample's output to the next.
    pub out_stride: u32,
    /// Uniform structs are multiples of 16 bytes.
    pub unused: [u32; 3],
}
