//! How the reference data writes this operator.

use super::parse;
use crate::ops::adapter::Adapter;

pub(super) static ADAPTERS: &[Adapter] = &[Adapter { op: "upsample", build: |fields, _| Ok(vec![parse(fields)?]), ..Adapter::BASE }];
