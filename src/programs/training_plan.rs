//! A network in training: the programs of a training step, an evaluation and a prediction over one memory.

use super::evaluation::{self, Evaluation};
use super::images::DataSet;
use super::prediction::{self, Prediction};
use super::training::{self, Training};
use crate::core::error::ShapeError;
use crate::core::shape::Shape;
use crate::network::spec::{self, Spec};
use crate::plan::cost::Cost;
use crate::plan::{Builder, Plan};

/// A network in training, planned.
#[derive(Clone, Debug)]
pub struct TrainingPlan {
    /// Its memory and programs.
    pub plan: Plan,
    /// A training step.
    pub train: Training,
    /// A batch of an evaluation.
    pub evaluate: Evaluation,
    /// One image's way to its logits.
    pub predict: Prediction,
    /// Classes the network tells apart.
    pub classes: usize,
    /// What of an image has a class: 1, or all its pixels.
    pub targets_per_image: usize,
}

impl TrainingPlan {
    /// Plans training, evaluation and prediction of a specification at its batch size.
    ///
    /// # Errors
    /// A layer that does not fit, or a network that does not end in one row of logits an image.
    pub fn new(spec: &Spec) -> Result<Self, ShapeError> {
        let batch = spec.training.batch_size;
        let mut builder = Builder::default();
        let train = training::plan(&mut builder, spec, batch)?;
        let evaluate = evaluation::plan(&mut builder, spec, batch)?;
        let predict = prediction::plan(&mut builder, spec, &spec.data)?;
        let targets_per_image = spec.data.targets_per_image(spec.input);
        Ok(Self { plan: builder.finish(batch), train, evaluate, predict, classes: spec.data.classes(), targets_per_image })
    }

    /// Plans a specification as [`TrainingPlan::new`] does, for a data set's images.
    ///
    /// # Errors
    /// [`ShapeError::ShapesDiffer`] for an input that is not of their size, and those of [`TrainingPlan::new`].
    pub fn for_dataset(spec: &Spec) -> Result<Self, ShapeError> {
        let plan = Self::new(spec)?;
        check_images(spec).map(|()| plan)
    }

    /// Plans a specification as [`TrainingPlan::for_dataset`] does, or refuses one that needs more memory than there is.
    ///
    /// # Errors
    /// [`ShapeError::TooLarge`] with the largest batch size that fits (0 when none does), and those of [`TrainingPlan::for_dataset`].
    pub fn within_memory(spec: &Spec, limit_bytes: u64) -> Result<Self, ShapeError> {
        let plan = Self::for_dataset(spec)?;
        let needed_bytes = plan.plan.bytes();
        if needed_bytes <= limit_bytes {
            return Ok(plan);
        }
        let fits = |batch_size: usize| {
            let training = spec::Training { batch_size, ..spec.training.clone() };
            let smaller = Spec { training, ..spec.clone() };
            Self::new(&smaller).is_ok_and(|plan| plan.plan.bytes() <= limit_bytes)
        };
        let (mut largest_batch, mut too_large) = (0, spec.training.batch_size);
        while too_large - largest_batch > 1 {
            let middle = largest_batch + (too_large - largest_batch) / 2;
            if fits(middle) { largest_batch = middle } else { too_large = middle }
        }
        Err(ShapeError::TooLarge { node: spec.name.clone(), needed_bytes, limit_bytes, largest_batch })
    }

    /// Where the data set lies.
    pub fn data(&self) -> DataSet {
        self.evaluate.data
    }

    /// What a training step costs.
    pub fn cost(&self) -> Cost {
        self.plan.cost(self.train.program)
    }
}

/// Refuses an input that is not of the size of a data set's images: the gathering kernel would read on behind the last of them.
///
/// # Errors
/// [`ShapeError::ShapesDiffer`].
pub(super) fn check_images(spec: &Spec) -> Result<(), ShapeError> {
    let differ = |has: [usize; 3]| ShapeError::ShapesDiffer {
        node: "input".into(),
        left: Shape::new(&spec.input).to_string(),
        right: Shape::new(&has).to_string(),
    };
    spec.data.has_images(spec.input).map_err(differ)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::zoo::preset;

    #[test]
    fn what_does_not_fit_is_refused_with_the_largest_batch_that_does() {
        let mut spec = Spec::from_json(&preset("lenet5").unwrap().spec).unwrap();
        let bytes = |spec: &Spec, batch_size: usize| {
            let training = spec::Training { batch_size, ..spec.training.clone() };
            TrainingPlan::new(&Spec { training, ..spec.clone() }).unwrap().plan.bytes()
        };
        let limit = bytes(&spec, 100);
        assert!(TrainingPlan::within_memory(&spec, limit).is_ok());
        spec.training.batch_size = 4096;
        let refused = TrainingPlan::within_memory(&spec, limit).unwrap_err();
        assert!(matches!(refused, ShapeError::TooLarge { largest_batch: 100, .. }), "{refused}");
        assert!(matches!(TrainingPlan::within_memory(&spec, 1000), Err(ShapeError::TooLarge { largest_batch: 0, .. })));
    }
}
