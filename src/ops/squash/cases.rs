//! How the reference data writes this operator.

use super::Squash;
use crate::core::error::SpecError;
use crate::core::fields::Fields;
use crate::ops::adapter::{Adapter, Chain, Parameters, one};

pub(super) static ADAPTERS: &[Adapter] = &[
    Adapter { op: "scaled_tanh", build: scaled_tanh, ..Adapter::BASE },
    Adapter { op: "sigmoid", build: |_, _| one(Squash::Sigmoid), ..Adapter::BASE },
    Adapter { op: "tanh", build: |_, _| one(Squash::Tanh), ..Adapter::BASE },
];

fn scaled_tanh(fields: &mut Fields<'_>, _parameters: &Parameters) -> Result<Chain, SpecError> {
    one(Squash::ScaledTanh {
        amplitude: fields.number_or("amplitude", 1e-3, 1e3, 1.7159)?,
        slope: fields.number_or("slope", 1e-3, 1e3, 2.0 / 3.0)?,
    })
}
