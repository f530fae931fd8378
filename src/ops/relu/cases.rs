//! How the reference data writes this operator.

use super::Relu;
use crate::ops::adapter::{Adapter, one};

pub(super) static ADAPTERS: &[Adapter] = &[Adapter { op: "relu", build: |_, _| one(Relu), ..Adapter::BASE }];
