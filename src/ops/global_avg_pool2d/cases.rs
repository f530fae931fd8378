//! How the reference data writes this operator.

use super::GlobalAvgPool2d;
use crate::ops::adapter::{Adapter, one};

pub(super) static ADAPTERS: &[Adapter] = &[Adapter { op: "global_avg_pool2d", build: |_, _| one(GlobalAvgPool2d), ..Adapter::BASE }];
