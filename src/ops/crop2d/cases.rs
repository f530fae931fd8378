//! How the reference data writes this operator.

use super::Crop2d;
use crate::core::error::SpecError;
use crate::core::fields::Fields;
use crate::ops::adapter::{Adapter, Chain, Parameters, one};

pub(super) static ADAPTERS: &[Adapter] = &[Adapter { op: "crop2d", build, ..Adapter::BASE }];

fn build(fields: &mut Fields<'_>, _parameters: &Parameters) -> Result<Chain, SpecError> {
    one(Crop2d { offset: fields.pair("offset", 0, Some(0))?, size: fields.pair("size", 1, None)? })
}
