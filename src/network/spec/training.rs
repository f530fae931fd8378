//! How a network is trained: the `training` object of a specification.

use serde_json::Value;

use crate::core::error::SpecError;
use crate::core::fields::Fields;
use crate::data::augment::Augmentation;
use crate::optim::Optimizer;
use crate::optim::schedule::Schedule;

/// How initial parameters are drawn.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Initialization {
    /// PyTorch's default for convolutions and linear layers: weights and biases uniform in ±1/sqrt(fan_in).
    Pytorch,
    /// Weights normal with variance 2/fan_in, biases zero (He et al. 2015, section 2.2).
    Kaiming,
}

/// How a network is trained.
#[derive(Clone, Debug, PartialEq)]
pub struct Training {
    /// Images a step.
    pub batch_size: usize,
    /// Passes over the training images.
    pub epochs: usize,
    /// Of the one generator behind weights and order.
    pub seed: u64,
    /// How initial parameters are drawn.
    pub init: Initialization,
    /// The rule of a step.
    pub optimizer: Optimizer,
    /// How its learning rate changes over the run.
    pub schedule: Schedule,
    /// How the images of a training step are changed.
    pub augmentation: Augmentation,
}

impl Default for Training {
    fn default() -> Self {
        Self {
            batch_size: 64,
            epochs: 1,
            seed: 1,
            init: Initialization::Pytorch,
            optimizer: Optimizer::default(),
            schedule: Schedule::default(),
            augmentation: Augmentation::default(),
        }
    }
}

impl Training {
    pub(super) fn from_json(json: &Value) -> Result<Self, SpecError> {
        let default = Self::default();
        let mut fields = Fields::new("training", json)?;
        let training = Self {
            batch_size: fields.positive_or("batch_size", default.batch_size)?,
            epochs: fields.positive_or("epochs", default.epochs)?,
            seed: fields.seed_or("seed", default.seed)?,
            init: fields.choice_or("init", &[("pytorch", Initialization::Pytorch), ("kaiming", Initialization::Kaiming)], default.init)?,
            optimizer: match fields.get("optimizer") {
                Some(optimizer) => Optimizer::from_json(optimizer)?,
                None => default.optimizer,
            },
            schedule: match fields.get("schedule") {
                Some(schedule) => Schedule::from_json(schedule)?,
                None => default.schedule,
            },
            augmentation: match fields.get("augmentation") {
                Some(augmentation) => Augmentation::from_json(augmentation)?,
                None => default.augmentation,
            },
        };
        fields.finish()?;
        Ok(training)
    }
}
