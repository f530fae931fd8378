//! How the reference data writes this operator.

use super::{Dropout, Source, Unit};
use crate::core::error::SpecError;
use crate::core::fields::Fields;
use crate::ops::adapter::{Adapter, Chain, Parameters, one};

pub(super) static ADAPTERS: &[Adapter] = &[Adapter { op: "dropout", optional_inputs: &["mask"], build, ..Adapter::BASE }];

fn build(fields: &mut Fields<'_>, _parameters: &Parameters) -> Result<Chain, SpecError> {
    fields.flag_or("training", true)?;
    one(Dropout { p: fields.number_or("p", 0.0, 1.0, 0.5)?, unit: Unit::Value, source: Source::Given })
}
