//! How the reference data writes this operator.

use super::PadChannels;
use crate::conformance::adapter::{Adapter, Chain, Parameters, one};
use crate::conformance::case::CaseError;
use crate::core::fields::Fields;

pub(super) static ADAPTERS: &[Adapter] = &[Adapter { op: "pad_channels", build, ..Adapter::BASE }];

fn build(fields: &mut Fields<'_>, _parameters: &Parameters) -> Result<Chain, CaseError> {
    one(PadChannels { before: fields.whole_or("before", 0)?, after: fields.whole_or("after", 0)? })
}
