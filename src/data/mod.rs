//! Images and labels: reading the files, holding them, drawing batches.

pub mod gather;
