//! How the reference data writes this operator.

use super::Concat;
use crate::core::error::SpecError;
use crate::core::fields::Fields;
use crate::ops::adapter::{Adapter, Chain, Parameters, one};

pub(super) static ADAPTERS: &[Adapter] = &[Adapter {
    op: "concat",
    inputs: &["x0"],
    optional_inputs: &["x1", "x2", "x3", "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12", "x13", "x14", "x15"],
    build,
    ..Adapter::BASE
}];

fn build(fields: &mut Fields<'_>, _parameters: &Parameters) -> Result<Chain, SpecError> {
    fields.only("dim", 1, crate::core::error::Expected::ConcatDim)?;
    one(Concat)
}
