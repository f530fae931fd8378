//! How the reference data writes this operator.

use super::Linear;
use crate::core::error::SpecError;
use crate::core::fields::Fields;
use crate::ops::adapter::{Adapter, Chain, Parameters, dims, has, one, wrong_weight};

pub(super) static ADAPTERS: &[Adapter] = &[Adapter { op: "linear", build, ..Adapter::BASE }];

fn build(_fields: &mut Fields<'_>, parameters: &Parameters) -> Result<Chain, SpecError> {
    let &[out_features, _] = dims(parameters, "weight") else {
        return Err(wrong_weight(2));
    };
    one(Linear { out_features, bias: has(parameters, "bias") })
}
