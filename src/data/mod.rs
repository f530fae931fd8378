//! Images and labels: reading the files, holding them, drawing batches.

pub mod augment;
pub mod dataset;
pub mod gather;
pub mod idx;
pub mod sampler;
pub mod shard;
