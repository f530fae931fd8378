//! A training step: a batch of the data set, forward, loss, backward, and the optimizer's step.

use super::images::{self, Batch};
use super::loss::{Loss, add_cross_entropy, add_loss};
use super::optimizer::{OptimizerStep, add_optimizer};
use crate::autodiff::differentiate;
use crate::core::error::ShapeError;
use crate::core::layout::Layout;
use crate::core::shape::Shape;
use crate::ir::graph::{Graph, RANDOM, Role, ValueId};
use crate::ir::program::{Located, ProgramId, Range};
use crate::network::{apply_network, spec::Spec};
use crate::plan::{Builder, lower};

/// A training step, planned.
#[derive(Clone, Debug)]
pub struct Training {
    /// The program.
    pub program: ProgramId,
    /// Which images the batch has: a word each.
    pub indices: Range,
    /// What the device sums over steps ([`super::metrics`]).
    pub sums: Range,
    /// Of a network that draws random numbers: seed and step, low words first.
    pub random: Option<Range>,
    /// Of a network with parameters.
    pub optimizer: Option<OptimizerStep>,
    /// What nodes compute with and do not learn, by its name: `output.codes`.
    pub tables: Vec<(String, Located)>,
}

/// A training step up to its gradients.
pub(super) struct Gradients {
    pub(super) graph: Graph,
    pub(super) batch: Batch,
    #[cfg_attr(not(feature = "harness"), expect(dead_code, reason = "only the comparison of kernel sets reads it"))]
    pub(super) logits: ValueId,
    pub(super) loss: Loss,
}

/// The values that the host writes before a step.
pub(super) fn random_of(graph: &Graph) -> Option<ValueId> {
    graph.values.iter().position(|value| value.role == Role::State && value.name == RANDOM).map(ValueId)
}

/// Adds a training step to a plan.
///
/// # Errors
/// A layer that does not fit, or a network that does not end in one row of logits an image.
pub fn plan(builder: &mut Builder, spec: &Spec, batch: usize) -> Result<Training, ShapeError> {
    let Gradients { mut graph, batch, loss, .. } = gradients(spec, batch)?;
    let optimizer = add_optimizer(&mut graph, &spec.training.optimizer, Some(loss.sums));
    let random = random_of(&graph);
    let tables = graph.values.iter().enumerate().filter(|(_, value)| matches!(value.role, Role::Table(_)));
    let tables: Vec<(String, ValueId)> = tables.map(|(id, value)| (value.name.clone(), ValueId(id))).collect();
    let built = builder.program("train", graph, &[]);
    Ok(Training {
        program: built.program,
        indices: built.at(batch.indices).range,
        sums: built.at(loss.sums).range,
        random: random.map(|id| built.at(id).range),
        optimizer: optimizer.map(|values| OptimizerStep::of(&values, &built)),
        tables: tables.into_iter().map(|(name, id)| (name, built.at(id))).collect(),
    })
}

/// A training step up to its gradients.
pub(super) fn gradients(spec: &Spec, batch: usize) -> Result<Gradients, ShapeError> {
    let mut graph = Graph { training: true, ..Graph::default() };
    let batch = images::add_batch(&mut graph, spec, batch)?;
    let images = spec.training.augmentation.apply(&mut graph, batch.images, spec.data.normalization());
    let outputs = apply_network(&mut graph, spec, images, true)?;
    lower::check_arena(&graph)?;
    let loss = add_loss(&mut graph, outputs.output, &batch, &spec.data, false)?;
    let mut losses = vec![(loss.loss, 1.0)];
    for ((logits, weight), head) in outputs.heads.into_iter().zip(&spec.heads) {
        losses.push((add_cross_entropy(&mut graph, &format!("{}.loss", head.name), logits, batch.targets, &spec.data)?.0, weight));
    }
    // What is minimised is the weighted sum: its gradient with respect to a loss is that loss's weight.
    let weigh = |(loss, weight): (ValueId, f64)| {
        (loss, graph.add(format!("weight {weight}"), Shape::new(&[1]), Layout::Activation, false, Role::Constant(weight as f32)))
    };
    let seeds: Vec<(ValueId, ValueId)> = losses.into_iter().map(weigh).collect();
    differentiate(&mut graph, &seeds, &[])?;
    Ok(Gradients { graph, batch, logits: outputs.output, loss })
}
