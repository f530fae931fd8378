//! How the reference data writes this operator.

use super::{Codes, Rbf};
use crate::conformance::adapter::{Adapter, Chain, Parameters, dims, one};
use crate::conformance::case::CaseError;
use crate::core::fields::Fields;

pub(super) static ADAPTERS: &[Adapter] = &[Adapter { op: "rbf", build, ..Adapter::BASE }];

fn build(_fields: &mut Fields<'_>, parameters: &Parameters) -> Result<Chain, CaseError> {
    let &[out_features, _] = dims(parameters, "weight") else {
        return Err(CaseError::Malformed("rbf needs a weight of rank 2".into()));
    };
    one(Rbf { out_features, codes: Codes::Trained })
}
