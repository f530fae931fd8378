//! How the reference data writes this operator.

use super::Pad2d;
use crate::ops::adapter::{Adapter, one};

pub(super) static ADAPTERS: &[Adapter] =
    &[Adapter { op: "pad2d", build: |fields, _| one(Pad2d { padding: fields.sides("pad")? }), ..Adapter::BASE }];
