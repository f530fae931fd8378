//! How the reference data writes this operator.

use super::MaxUnpool2d;
use crate::conformance::adapter::{Adapter, Chain, Parameters, one};
use crate::conformance::case::CaseError;
use crate::core::fields::Fields;

pub(super) static ADAPTERS: &[Adapter] = &[Adapter { op: "max_unpool2d", inputs: &["x", "indices"], build, ..Adapter::BASE }];

fn build(fields: &mut Fields<'_>, _parameters: &Parameters) -> Result<Chain, CaseError> {
    let kernel_size = fields.pair("kernel", 1, None)?;
    one(MaxUnpool2d::read(fields, kernel_size)?)
}
