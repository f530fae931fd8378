//! How the reference data writes this operator.

use super::Crop2d;
use crate::conformance::adapter::{Adapter, Chain, Parameters, one};
use crate::conformance::case::CaseError;
use crate::core::fields::Fields;

pub(super) static ADAPTERS: &[Adapter] = &[Adapter { op: "crop2d", build, ..Adapter::BASE }];

fn build(fields: &mut Fields<'_>, _parameters: &Parameters) -> Result<Chain, CaseError> {
    one(Crop2d { offset: fields.pair("offset", 0, Some(0))?, size: fields.pair("size", 1, None)? })
}
