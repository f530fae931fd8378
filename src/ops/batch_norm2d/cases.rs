//! How the reference data writes this operator.

use super::BatchNorm2d;
use crate::core::error::SpecError;
use crate::core::fields::Fields;
use crate::ops::adapter::{Adapter, Chain, Parameters, has, one};

pub(super) static ADAPTERS: &[Adapter] = &[Adapter {
    op: "batch_norm2d",
    renamed: &[("weight", "gamma"), ("bias", "beta")],
    statistics: &["running_mean", "running_var"],
    build,
    ..Adapter::BASE
}];

fn build(fields: &mut Fields<'_>, parameters: &Parameters) -> Result<Chain, SpecError> {
    fields.flag_or("training", true)?;
    let affine = fields.flag_or("affine", has(parameters, "gamma"))?;
    one(BatchNorm2d { eps: fields.number_or("eps", 0.0, 1.0, 1e-5)?, momentum: fields.number_or("momentum", 0.0, 1.0, 0.1)?, affine })
}
