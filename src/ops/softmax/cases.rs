//! How the reference data writes this operator.

use super::Softmax;
use crate::core::error::SpecError;
use crate::core::fields::Fields;
use crate::ops::adapter::{Adapter, Chain, one};

pub(super) static ADAPTERS: &[Adapter] = &[
    Adapter { op: "log_softmax", build: |fields, _| build(fields, true), ..Adapter::BASE },
    Adapter { op: "softmax", build: |fields, _| build(fields, false), ..Adapter::BASE },
];

/// Over channels only, which is dimension 1.
fn build(fields: &mut Fields<'_>, logarithm: bool) -> Result<Chain, SpecError> {
    fields.only("dim", 1, crate::core::error::Expected::SoftmaxDim)?;
    one(Softmax { logarithm })
}
