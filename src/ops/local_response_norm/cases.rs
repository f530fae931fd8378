//! How the reference data writes this operator.

use super::LocalResponseNorm;
use crate::ops::adapter::{Adapter, one};

pub(super) static ADAPTERS: &[Adapter] =
    &[Adapter { op: "local_response_norm", build: |fields, _| one(LocalResponseNorm::read(fields)?), ..Adapter::BASE }];
