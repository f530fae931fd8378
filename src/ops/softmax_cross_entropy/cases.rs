//! How the reference data writes this operator.

use super::{IGNORE_INDEX, Reduction, SoftmaxCrossEntropy};
use crate::core::error::SpecError;
use crate::core::fields::Fields;
use crate::ops::adapter::{Adapter, Chain, Parameters, one};

pub(super) static ADAPTERS: &[Adapter] = &[Adapter {
    op: "softmax_cross_entropy",
    inputs: &["x", "target"],
    optional_inputs: &["class_weight"],
    outputs: &["loss"],
    build,
    ..Adapter::BASE
}];

fn build(fields: &mut Fields<'_>, _parameters: &Parameters) -> Result<Chain, SpecError> {
    let reductions = [("mean", Reduction::Mean), ("sum", Reduction::Sum), ("none", Reduction::None)];
    one(SoftmaxCrossEntropy {
        reduction: fields.choice_or("reduction", &reductions, Reduction::Mean)?,
        label_smoothing: fields.number_or("label_smoothing", 0.0, 1.0, 0.0)? as f32,
        ignore_index: fields.number_or("ignore_index", i32::MIN.into(), i32::MAX.into(), IGNORE_INDEX.into())? as i32,
        weighted: fields.flag_or("weighted", false)?,
        soft_target: fields.flag_or("soft_target", false)?,
    })
}
