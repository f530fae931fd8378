//! How the reference data writes this operator.

use super::AdaptiveAvgPool2d;
use crate::conformance::adapter::{Adapter, Chain, Parameters, one};
use crate::conformance::case::CaseError;
use crate::core::fields::Fields;

pub(super) static ADAPTERS: &[Adapter] = &[Adapter { op: "adaptive_avg_pool2d", build, ..Adapter::BASE }];

fn build(fields: &mut Fields<'_>, _parameters: &Parameters) -> Result<Chain, CaseError> {
    one(AdaptiveAvgPool2d { output_size: fields.pair("output_size", 1, None)? })
}
