//! Images and labels: reading the files, holding them, drawing batches, and what is made of them.

pub mod augment;
pub mod clutter;
pub mod dataset;
pub mod gather;
pub mod idx;
pub mod mnist;
pub mod sampler;
pub mod shard;

/// What a network learns from: the `data` of a specification.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Data {
    /// A digit and its label: one class an image.
    #[default]
    Mnist,
    /// The same digits over strokes and noise: one class a pixel.
    ClutteredMnist,
}

impl Data {
    /// How many classes there are.
    pub fn classes(self) -> usize {
        match self {
            Self::Mnist => 10,
            Self::ClutteredMnist => clutter::CLASSES,
        }
    }
}
