//! The numbers every linear kernel gets, on every backend.

use bytemuck::{Pod, Zeroable};

/// Geometry of one fully connected layer; the same bytes as `struct LinearParams` in `linear.wgsl`.
///
/// `in_stride` and `out_stride` are the floats from one row to the next: the feature count rounded up to a multiple of four.
#[repr(C)]
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[expect(missing_docs, reason = "the names are the field's and explained in the type's own text")]
pub struct LinearParams {
    pub batch: u32,
    pub in_features: u32,
    pub in_stride: u32,
    pub out_features: u32,
    pub out_stride: u32,
    /// 1 when a bias is added, else 0 (the bias binding is then not read).
    pub has_bias: u32,
    /// 1 when `max(0, y)` is applied to the result before it is stored (a ReLU fused in by the planner).
    pub relu: u32,
    /// Uniform structs are multiples of 16 bytes.
    pub unused: u32,
}
