//! Batch normalization's statistics of one training batch: forward as in training, without a loss and without a step.

use super::images;
use super::training::random_of;
use crate::core::error::ShapeError;
use crate::ir::graph::Graph;
use crate::ir::program::{ProgramId, Range};
use crate::network::cuts::Cuts;
use crate::network::{apply_without, spec::Spec};
use crate::ops::batch_norm2d::{NORMALIZE_BATCH, forget};
use crate::plan::Builder;

/// A training batch's way forward, planned. Where the running statistics are 0 before a run, they are the batch's after it.
#[derive(Clone, Debug)]
pub struct BatchStatistics {
    /// The program.
    pub program: ProgramId,
    /// Which images the batch has: a word each.
    pub indices: Range,
    /// Of a network that draws random numbers: seed and step, low words first.
    pub random: Option<Range>,
    /// Images of a batch.
    pub batch: usize,
}

/// Adds a training batch's way forward through the network without these parts; nothing where no part that is left gathers statistics.
///
/// # Errors
/// A layer that does not fit.
pub fn plan(builder: &mut Builder, spec: &Spec, batch: usize, cuts: &Cuts) -> Result<Option<BatchStatistics>, ShapeError> {
    let mut graph = Graph { training: true, ..Graph::default() };
    let images = images::add_batch(&mut graph, spec, batch)?;
    let augmented = spec.training.augmentation.apply(&mut graph, images.images, spec.data.normalization());
    let logits = apply_without(&mut graph, spec, augmented, cuts)?;
    graph.keep_needed(&[logits]);
    if graph.statistics.is_empty() {
        return Ok(None);
    }
    graph.calls.iter_mut().filter(|call| std::ptr::eq(call.kernel, &NORMALIZE_BATCH)).for_each(|call| forget(&mut call.params));
    let random = random_of(&graph);
    let built = builder.program("statistics", graph, &[logits]);
    let (indices, random) = (built.at(images.indices).range, random.map(|id| built.at(id).range));
    Ok(Some(BatchStatistics { program: built.program, indices, random, batch }))
}
