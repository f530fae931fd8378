//! How the reference data writes this operator.

use super::AvgPool2d;
use crate::conformance::adapter::{Adapter, Chain, Parameters, one};
use crate::conformance::case::CaseError;
use crate::core::fields::Fields;

pub(super) static ADAPTERS: &[Adapter] = &[Adapter { op: "avg_pool2d", build, ..Adapter::BASE }];

fn build(fields: &mut Fields<'_>, _parameters: &Parameters) -> Result<Chain, CaseError> {
    let kernel_size = fields.pair("kernel", 1, None)?;
    one(AvgPool2d::read(fields, kernel_size)?)
}
