//! How the reference data writes this operator.

use super::Add;
use crate::ops::adapter::{Adapter, one};

pub(super) static ADAPTERS: &[Adapter] =
    &[Adapter { op: "add", inputs: &["a", "b"], build: |fields, _| one(Add { relu: fields.flag_or("relu", false)? }), ..Adapter::BASE }];
