//! A batch of an evaluation: forward, loss, metrics.

use super::images::{self, DataSet};
use super::loss::add_loss;
use crate::core::error::ShapeError;
use crate::ir::graph::Graph;
use crate::ir::program::{Located, ProgramId, Range};
use crate::network::{apply_layers, spec::Spec};
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
    let mut graph = Graph::default();
    let batch = images::add_batch(&mut graph, spec, batch)?;
    let logits = apply_layers(&mut graph, spec, batch.images)?;
    let loss = add_loss(&mut graph, logits, &batch, &spec.data, true)?;
    let built = builder.program("evaluate", graph, &[logits]);
    Ok(Evaluation {
        program: built.program,
        data: DataSet::of(&batch, &built),
        indices: built.at(batch.indices).range,
        logits: built.at(logits),
        sums: built.at(loss.sums).range,
    })
}
