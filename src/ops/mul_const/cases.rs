//! How the reference data writes this operator.

use super::{Factor, MulConst};
use crate::ops::adapter::{Adapter, one};

pub(super) static ADAPTERS: &[Adapter] =
    &[Adapter { op: "mul_const", inputs: &["x", "factor"], build: |_, _| one(MulConst { factor: Factor::Given }), ..Adapter::BASE }];
