//! Images and labels: reading the files, holding them, drawing batches, and what is made of them.
//!
//! What differs between data sets is [`kind::DataKind`]: [`mnist`], [`clutter`] and [`idx_set`] are one each.

pub mod augment;
pub mod clutter;
pub mod dataset;
pub mod facts;
pub mod gather;
pub mod idx;
pub mod idx_set;
pub mod kind;
pub mod mnist;
pub mod sampler;
pub mod shard;

pub use kind::Data;
