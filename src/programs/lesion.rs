//! A network without some of its parts: its evaluation, and batch normalization's statistics of it.

use super::evaluation::{self, Evaluation};
use super::statistics::{self, BatchStatistics};
use super::training_plan::check_images;
use crate::core::error::ShapeError;
use crate::network::cuts::Cuts;
use crate::network::spec::Spec;
use crate::plan::{Builder, Plan};

/// A network without some of its parts, planned. Its parameters have the names that they have in the whole network.
#[derive(Clone, Debug)]
pub struct LesionPlan {
    /// Its memory and programs.
    pub plan: Plan,
    /// A batch of an evaluation.
    pub evaluate: Evaluation,
    /// A training batch's statistics, where something gathers them.
    pub statistics: Option<BatchStatistics>,
}

impl LesionPlan {
    /// Plans it with so many images of an evaluation at a time, and of a training batch.
    ///
    /// # Errors
    /// An input that is not of the data set's size, a layer that does not fit, or a network that does not end in one row of logits an
    /// image.
    pub fn new(spec: &Spec, cuts: &Cuts, at_a_time: usize, batch: usize) -> Result<Self, ShapeError> {
        check_images(spec)?;
        let mut builder = Builder::for_inference();
        let evaluate = evaluation::plan_without(&mut builder, spec, at_a_time, cuts)?;
        let statistics = statistics::plan(&mut builder, spec, batch, cuts)?;
        Ok(Self { plan: builder.finish(at_a_time), evaluate, statistics })
    }
}
