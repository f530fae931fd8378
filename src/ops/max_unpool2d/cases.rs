//! How the reference data writes this operator.

use super::MaxUnpool2d;
use crate::core::error::SpecError;
use crate::core::fields::Fields;
use crate::ops::adapter::{Adapter, Chain, Parameters, one};

pub(super) static ADAPTERS: &[Adapter] = &[Adapter { op: "max_unpool2d", inputs: &["x", "indices"], build, ..Adapter::BASE }];

fn build(fields: &mut Fields<'_>, _parameters: &Parameters) -> Result<Chain, SpecError> {
    let kernel_size = fields.pair("kernel", 1, None)?;
    one(MaxUnpool2d::read(fields, kernel_size)?)
}
