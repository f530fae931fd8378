//! How the reference data writes this operator.

use super::Linear;
use crate::conformance::adapter::{Adapter, Chain, Parameters, dims, has, one};
use crate::conformance::case::CaseError;
use crate::core::fields::Fields;

pub(super) static ADAPTERS: &[Adapter] = &[Adapter { op: "linear", build, ..Adapter::BASE }];

fn build(_fields: &mut Fields<'_>, parameters: &Parameters) -> Result<Chain, CaseError> {
    let &[out_features, _] = dims(parameters, "weight") else {
        return Err(CaseError::Malformed("linear needs a weight of rank 2".into()));
    };
    one(Linear { out_features, bias: has(parameters, "bias") })
}
