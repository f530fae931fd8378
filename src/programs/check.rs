//! A training step without the optimizer, whose logits and loss can be read. It repeats: no step changes a parameter.

use super::images::DataSet;
use super::training::{Gradients, gradients, random_of};
use super::training_plan::check_images;
use crate::core::error::ShapeError;
use crate::ir::program::{Located, ProgramId, Range};
use crate::network::spec::Spec;
use crate::plan::{Builder, Plan};

/// A training step without the optimizer, planned.
#[derive(Clone, Debug)]
pub struct CheckPlan {
    /// Its memory.
    pub plan: Plan,
    /// The program.
    pub program: ProgramId,
    /// Where the data set lies.
    pub data: DataSet,
    /// Which images the batch has: a word each.
    pub indices: Range,
    /// Of a network that draws random numbers: seed and step, low words first.
    pub random: Option<Range>,
    /// The mean loss.
    pub loss: Located,
    /// `[batch, classes]`, or `[batch, classes, height, width]`.
    pub logits: Located,
}

impl CheckPlan {
    /// Plans it at the specification's batch size.
    ///
    /// # Errors
    /// Those of [`super::TrainingPlan::for_dataset`].
    pub fn new(spec: &Spec) -> Result<Self, ShapeError> {
        check_images(spec)?;
        let size = spec.training.batch_size;
        let Gradients { graph, batch, logits, loss } = gradients(spec, size)?;
        let random = random_of(&graph);
        let mut builder = Builder::default();
        let built = builder.program("check", graph, &[logits, loss.loss]);
        Ok(Self {
            plan: builder.finish(size),
            program: built.program,
            data: DataSet::of(&batch, &built),
            indices: built.at(batch.indices).range,
            random: random.map(|id| built.at(id).range),
            loss: built.at(loss.loss),
            logits: built.at(logits),
        })
    }
}
