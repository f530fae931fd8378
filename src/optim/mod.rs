//! Optimizers: one fused kernel over the flat parameter arena.

pub mod schedule;
pub mod sgd;
