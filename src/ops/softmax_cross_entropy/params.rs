//! The numbers every softmax_cross_entropy kernel gets, on every backend.

use bytemuck::{Pod, Zeroable};

/// Geometry and options; the same bytes as `struct SoftmaxCrossEntropyParams` in `softmax_cross_entropy.wgsl`.
#[repr(C)]
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
pub struct SoftmaxCrossEntropyParams {
    /// Items that are classified: the batch, or batch * height * width when every pixel is.
    pub rows: u32,
    /// Classes.
    pub channels: u32,
    /// Floats from one row of logits to the next.
    pub channel_stride: u32,
    /// 0 mean, 1 sum, 2 none.
    pub reduction: u32,
    /// The part of the target that is spread over all classes, 0 to 1.
    pub label_smoothing: f32,
    /// The label (as the bits of an `i32`) of items that do not count.
    pub ignore_index: u32,
    /// 1 when `class_weight` is read.
    pub weighted: u32,
    /// 1 when the target is a distribution over the classes and not a label.
    pub soft_target: u32,
}

impl SoftmaxCrossEntropyParams {
    /// Value of `reduction`: divide by the summed weight of the items that count.
    pub const MEAN: u32 = 0;
    /// Value of `reduction`: add the items' costs.
    pub const SUM: u32 = 1;
    /// Value of `reduction`: one cost an item.
    pub const NONE: u32 = 2;
}
