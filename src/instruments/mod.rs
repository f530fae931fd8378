//! Instruments: what is asked of a network that has just been trained. Each is a folder here and a feature of the page; it reads a run and
//! changes nothing of it. The session knows them as [`Maker`]s.

pub mod lesion;

use crate::run::instrument::Maker;

/// All of them.
pub static INSTRUMENTS: &[Maker] = &[Maker { name: "lesion", make: lesion::make }];
