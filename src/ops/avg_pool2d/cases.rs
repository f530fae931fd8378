//! How the reference data writes this operator.

use super::AvgPool2d;
use crate::core::error::SpecError;
use crate::core::fields::Fields;
use crate::ops::adapter::{Adapter, Chain, Parameters, one};

pub(super) static ADAPTERS: &[Adapter] = &[Adapter { op: "avg_pool2d", build, ..Adapter::BASE }];

fn build(fields: &mut Fields<'_>, _parameters: &Parameters) -> Result<Chain, SpecError> {
    let kernel_size = fields.pair("kernel", 1, None)?;
    one(AvgPool2d::read(fields, kernel_size)?)
}
