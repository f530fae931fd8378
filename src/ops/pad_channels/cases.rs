//! How the reference data writes this operator.

use super::PadChannels;
use crate::core::error::SpecError;
use crate::core::fields::Fields;
use crate::ops::adapter::{Adapter, Chain, Parameters, one};

pub(super) static ADAPTERS: &[Adapter] = &[Adapter { op: "pad_channels", build, ..Adapter::BASE }];

fn build(fields: &mut Fields<'_>, _parameters: &Parameters) -> Result<Chain, SpecError> {
    one(PadChannels { before: fields.whole_or("before", 0)?, after: fields.whole_or("after", 0)? })
}
