//! The loss on top of a network, and the sums that the device keeps of it.

use std::rc::Rc;

use super::images::Batch;
use super::metrics::{self, MetricsParams};
use crate::core::error::ShapeError;
use crate::core::layout::{Layout, channel_stride};
use crate::core::shape::Shape;
use crate::data::Data;
use crate::data::kind::Logits;
use crate::ir::graph::{Graph, Role, ValueId};
use crate::ops::softmax_cross_entropy::SoftmaxCrossEntropy;

/// Adds the loss of one output, and returns it with the loss of each item.
pub(super) fn add_cross_entropy(
    graph: &mut Graph,
    node: &str,
    logits: ValueId,
    targets: ValueId,
    data: &Data,
) -> Result<(ValueId, ValueId), ShapeError> {
    let (name, shape) = (&graph.value(logits).name, graph.shape(logits));
    let Logits { rank: needed, fix } = data.logits();
    if shape.rank() != needed {
        return Err(ShapeError::RankMismatch { node: name.clone(), needed, also: None, shape: shape.to_string(), fix });
    }
    let (found, classes) = (shape.nchw()[1], data.classes());
    if found != classes {
        return Err(ShapeError::ClassesMismatch { node: name.clone(), shape: format!("[{found}]"), classes });
    }
    let loss = graph.apply(node, Rc::new(SoftmaxCrossEntropy::default()), &[logits, targets])?;
    Ok((loss, graph.nodes[graph.nodes.len() - 1].outputs[1]))
}

/// The loss of a batch and its sums.
#[derive(Clone, Copy, Debug)]
pub(super) struct Loss {
    /// The mean over the items.
    pub(super) loss: ValueId,
    /// Words that [`metrics::ACCUMULATE`] adds to.
    pub(super) sums: ValueId,
}

/// Adds loss and metrics on top of the network. An evaluation keeps sums of its own, with a confusion matrix.
pub(super) fn add_loss(graph: &mut Graph, logits: ValueId, batch: &Batch, data: &Data, evaluation: bool) -> Result<Loss, ShapeError> {
    let (loss, items) = add_cross_entropy(graph, "loss", logits, batch.targets, data)?;
    let [images, classes, height, width] = graph.shape(logits).nchw();
    let name = if evaluation { "metrics.evaluation_sums" } else { "metrics.sums" };
    let sums = graph.add(name, Shape::new(&[metrics::sums_len(classes)]), Layout::Activation, true, Role::State);
    let params = MetricsParams {
        rows: (images * height * width) as u32,
        channels: classes as u32,
        channel_stride: channel_stride(classes) as u32,
        confusion: evaluation.into(),
    };
    graph.call("metrics", &metrics::ACCUMULATE, bytemuck::bytes_of(&params), &[logits, batch.targets, items, sums]);
    Ok(Loss { loss, sums })
}
