//! How the reference data writes this operator.

use super::{Codes, Rbf};
use crate::core::error::SpecError;
use crate::core::fields::Fields;
use crate::ops::adapter::{Adapter, Chain, Parameters, dims, one, wrong_weight};

pub(super) static ADAPTERS: &[Adapter] = &[Adapter { op: "rbf", build, ..Adapter::BASE }];

fn build(_fields: &mut Fields<'_>, parameters: &Parameters) -> Result<Chain, SpecError> {
    let &[out_features, _] = dims(parameters, "weight") else {
        return Err(wrong_weight(2));
    };
    one(Rbf { out_features, codes: Codes::Trained })
}
