//! Optimizers: one fused kernel over the flat parameter arena.

pub mod sgd;
