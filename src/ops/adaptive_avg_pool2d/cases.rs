//! How the reference data writes this operator.

use super::AdaptiveAvgPool2d;
use crate::core::error::SpecError;
use crate::core::fields::Fields;
use crate::ops::adapter::{Adapter, Chain, Parameters, one};

pub(super) static ADAPTERS: &[Adapter] = &[Adapter { op: "adaptive_avg_pool2d", build, ..Adapter::BASE }];

fn build(fields: &mut Fields<'_>, _parameters: &Parameters) -> Result<Chain, SpecError> {
    one(AdaptiveAvgPool2d { output_size: fields.pair("output_size", 1, None)? })
}
