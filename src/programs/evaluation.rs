//! A batch of an evaluation: forward, loss, metrics.

use super::images::{self, DataSet};
use super::loss::add_loss;
use crate::core::error::ShapeError;
use crate::ir::graph::Graph;
use crate::ir::program::{Located, ProgramId, Range};
use crate::network::cuts::Cuts;
use crate::network::{apply_without, spec::Spec};
use crate::plan::Builder;

/// A batch of an evaluation, planned.
#[derive(Clone, Debug)]
pub struct Evaluation {
    /// The program.
    pub program: ProgramId,
    /// Where the data set lies.
    pub data: DataSet,
    /// Which images the batch has: a word each; [`crate::data::gather::NO_IMAGE`] for none.
    pub indices: Range,
    /// `[batch, classes]`, or `[batch, classes, height, width]`.
    pub logits: Located,
    /// What the device sums over batches ([`super::metrics`]), with a confusion matrix.
    pub sums: Range,
}

/// Adds a batch of an evaluation to a plan.
///
/// # Errors
/// A layer that does not fit, or a network that does not end in one row of logits an image.
pub fn plan(builder: &mut Builder, spec: &Spec, batch: usize) -> Result<Evaluation, ShapeError> {
    plan_without(builder, spec, batch, &Cuts::default())
}

/// Adds a batch of an evaluation of the network without these parts.
///
/// # Errors
/// As [`plan`].
pub fn plan_without(builder: &mut Builder, spec: &Spec, batch: usize, cuts: &Cuts) -> Result<Evaluation, ShapeError> {
    let mut graph = Graph::default();
    let batch = images::add_batch(&mut graph, spec, batch)?;
    let logits = apply_without(&mut graph, spec, batch.images, cuts)?;
    let loss = add_loss(&mut graph, logits, &batch, &spec.data, true)?;
    if !cuts.is_empty() {
        graph.keep_needed(&[logits]);
    }
    let built = builder.program("evaluate", graph, &[logits]);
    Ok(Evaluation {
        program: built.program,
        data: DataSet::of(&batch, &built),
        indices: built.at(batch.indices).range,
        logits: built.at(logits),
        sums: built.at(loss.sums).range,
    })
}
