//! How the reference data writes this operator.

use super::Flatten;
use crate::ops::adapter::{Adapter, one};

pub(super) static ADAPTERS: &[Adapter] = &[Adapter { op: "flatten", build: |_, _| one(Flatten), ..Adapter::BASE }];
