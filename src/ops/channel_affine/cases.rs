//! How the reference data writes this operator.

use super::ChannelAffine;
use crate::ops::adapter::{Adapter, one};

pub(super) static ADAPTERS: &[Adapter] = &[Adapter { op: "channel_affine", build: |_, _| one(ChannelAffine), ..Adapter::BASE }];
