//! How the reference data writes this operator.

use super::DiceLoss;
use crate::ops::adapter::{Adapter, one};

pub(super) static ADAPTERS: &[Adapter] = &[Adapter {
    op: "dice_loss",
    inputs: &["x", "target"],
    outputs: &["loss"],
    build: |fields, _| one(DiceLoss::read(fields)?),
    ..Adapter::BASE
}];
