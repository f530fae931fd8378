//! Softmax and cross-entropy in one operator: the loss of classification.

#[cfg(feature = "harness")]
mod cases;
pub mod params;
mod scalar;

use self::params::SoftmaxCrossEntropyParams;
use super::Family;
use crate::core::error::{Fix, ShapeError};
use crate::core::kernel::{Binding::*, Kernel, Pass, double, params};
use crate::core::layout::channel_stride;
use crate::core::shape::Shape;
use crate::core::wgsl::{PRELUDE, SUMS};
use crate::ir::graph::{Graph, Node, ValueId};
use crate::ir::operator::{Operator, OutputSpec, Window};

/// What this folder has to offer.
pub static FAMILY: Family = Family {
    operators: &[],
    joins: &[],
    kernels: &[&FORWARD_LABELS, &FORWARD_DISTRIBUTIONS, &BACKWARD_LABELS, &BACKWARD_DISTRIBUTIONS],
    #[cfg(feature = "harness")]
    adapters: cases::ADAPTERS,
};

/// How the items' costs become one loss.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Reduction {
    /// Their sum over the summed class weights of the items that count (with a soft target, over the number of items).
    Mean,
    /// Their sum.
    Sum,
    /// One loss an item.
    None,
}

/// Cross-entropy of softmax(logits) against a label or a distribution.
#[doc = include_str!("softmax_cross_entropy.en.md")]
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "the names are the field's")]
pub struct SoftmaxCrossEntropy {
    pub reduction: Reduction,
    pub label_smoothing: f32,
    pub ignore_index: i32,
    pub weighted: bool,
    pub soft_target: bool,
}

/// PyTorch's default `ignore_index`.
pub const IGNORE_INDEX: i32 = -100;

impl Default for SoftmaxCrossEntropy {
    fn default() -> Self {
        Self { reduction: Reduction::Mean, label_smoothing: 0.0, ignore_index: IGNORE_INDEX, weighted: false, soft_target: false }
    }
}

impl SoftmaxCrossEntropy {
    fn params(&self, logits: &Shape) -> SoftmaxCrossEntropyParams {
        let [batch, channels, height, width] = logits.nchw();
        SoftmaxCrossEntropyParams {
            rows: (batch * height * width) as u32,
            channels: channels as u32,
            channel_stride: channel_stride(channels) as u32,
            reduction: match self.reduction {
                Reduction::Mean => SoftmaxCrossEntropyParams::MEAN,
                Reduction::Sum => SoftmaxCrossEntropyParams::SUM,
                Reduction::None => SoftmaxCrossEntropyParams::NONE,
            },
            label_smoothing: self.label_smoothing,
            ignore_index: self.ignore_index as u32,
            weighted: self.weighted.into(),
            soft_target: self.soft_target.into(),
        }
    }

    /// The class weights, or any float buffer of the node when there are none (the kernels then do not read it).
    fn class_weight(node: &Node) -> ValueId {
        node.inputs.get(2).copied().unwrap_or(node.inputs[0])
    }
}

impl Operator for SoftmaxCrossEntropy {
    fn name(&self) -> &'static str {
        "softmax_cross_entropy"
    }

    fn short_name(&self) -> &'static str {
        "loss"
    }

    fn infer(&self, node: &str, inputs: &[&Shape]) -> Result<Vec<OutputSpec>, ShapeError> {
        let (logits, target) = (inputs[0], inputs[1]);
        let items = match *logits.dims() {
            [n, _] => vec![n],
            [n, _, h, w] => vec![n, h, w],
            _ => {
                let (node, shape) = (node.to_owned(), logits.to_string());
                return Err(ShapeError::RankMismatch { node, needed: 2, also: Some(4), shape, fix: Fix::EndInLinear });
            }
        };
        let expected = if self.soft_target { logits.clone() } else { Shape::new(&items) };
        if *target != expected {
            let (left, right) = (target.to_string(), expected.to_string());
            return Err(ShapeError::ShapesDiffer { node: node.to_owned(), left, right });
        }
        if self.weighted {
            let (given, needed) =
                (inputs.get(2).map_or("nothing".into(), |shape| shape.to_string()), Shape::new(&logits.dims()[1..2]).to_string());
            if given != needed {
                return Err(ShapeError::ShapesDiffer { node: node.to_owned(), left: given, right: needed });
            }
        }
        let rows: usize = items.iter().product();
        let loss = if self.reduction == Reduction::None { OutputSpec::floats(&items) } else { OutputSpec::floats(&[1]) };
        Ok(vec![loss, OutputSpec { what: "items", ..OutputSpec::floats(&[2 * rows + 1]) }])
    }

    fn window(&self) -> Option<Window> {
        None
    }

    fn hides_infinity(&self) -> bool {
        true
    }

    fn forward(&self, graph: &mut Graph, node: &Node) {
        let (logits, target) = (node.inputs[0], node.inputs[1]);
        let params = self.params(graph.shape(logits));
        let arguments = [logits, target, Self::class_weight(node), node.outputs[0], node.outputs[1]];
        let kernel = if self.soft_target { &FORWARD_DISTRIBUTIONS } else { &FORWARD_LABELS };
        graph.call(&node.name, kernel, bytemuck::bytes_of(&params), &arguments);
    }

    // cost = -sum over c of a[c] log p[c], p = softmax(z)    dz[c] = dcost * (p[c] * sum of a - a[c])    keeps z and the sum of weights
    fn backward(&self, graph: &mut Graph, node: &Node, dy: ValueId, wants: &[bool]) -> Result<Vec<Option<ValueId>>, ShapeError> {
        let mut gradients = vec![None; node.inputs.len()];
        if wants[0] {
            let (logits, target) = (node.inputs[0], node.inputs[1]);
            let params = self.params(graph.shape(logits));
            let dlogits = graph.gradient_of(logits);
            let arguments = [logits, target, Self::class_weight(node), node.outputs[1], dy, dlogits];
            let kernel = if self.soft_target { &BACKWARD_DISTRIBUTIONS } else { &BACKWARD_LABELS };
            graph.call(&node.name, kernel, bytemuck::bytes_of(&params), &arguments);
            gradients[0] = Some(dlogits);
        }
        Ok(gradients)
    }
}

const WGSL: &str = crate::core::wgsl::wgsl!("softmax_cross_entropy.wgsl");
const LABELS: &str = crate::core::wgsl::wgsl!("labels.wgsl");
const DISTRIBUTIONS: &str = crate::core::wgsl::wgsl!("distributions.wgsl");
const FORWARD: &str = crate::core::wgsl::wgsl!("forward.wgsl");
const BACKWARD: &str = crate::core::wgsl::wgsl!("backward.wgsl");

/// logits, labels, class_weight -> loss, items
pub static FORWARD_LABELS: Kernel = Kernel {
    name: "softmax_cross_entropy.forward_labels",
    bindings: &[Read, ReadWords, Read, Write, Write],
    scalar: scalar::forward_labels::<f32>,
    scalar_f64: double(scalar::forward_labels::<f64>),
    wgsl: &[PRELUDE, SUMS, WGSL, LABELS, FORWARD],
    passes: FORWARD_PASSES,
    wgsl_scratch: partial_sums,
    ..Kernel::BASE
};

/// logits, distributions, class_weight -> loss, items
pub static FORWARD_DISTRIBUTIONS: Kernel = Kernel {
    name: "softmax_cross_entropy.forward_distributions",
    bindings: &[Read, Read, Read, Write, Write],
    scalar: scalar::forward_distributions::<f32>,
    scalar_f64: double(scalar::forward_distributions::<f64>),
    wgsl: &[PRELUDE, SUMS, WGSL, DISTRIBUTIONS, FORWARD],
    passes: FORWARD_PASSES,
    wgsl_scratch: partial_sums,
    ..Kernel::BASE
};

/// logits, labels, class_weight, items, dloss -> dlogits
pub static BACKWARD_LABELS: Kernel = Kernel {
    name: "softmax_cross_entropy.backward_labels",
    bindings: &[Read, ReadWords, Read, Read, Read, Write],
    scalar: scalar::backward_labels::<f32>,
    scalar_f64: double(scalar::backward_labels::<f64>),
    wgsl: &[PRELUDE, WGSL, LABELS, BACKWARD],
    passes: BACKWARD_PASSES,
    ..Kernel::BASE
};

/// logits, distributions, class_weight, items, dloss -> dlogits
pub static BACKWARD_DISTRIBUTIONS: Kernel = Kernel {
    name: "softmax_cross_entropy.backward_distributions",
    bindings: &[Read, Read, Read, Read, Read, Write],
    scalar: scalar::backward_distributions::<f32>,
    scalar_f64: double(scalar::backward_distributions::<f64>),
    wgsl: &[PRELUDE, WGSL, DISTRIBUTIONS, BACKWARD],
    passes: BACKWARD_PASSES,
    ..Kernel::BASE
};

/// The items' costs, one thread a row, with their sums over each workgroup; then the sum of these, one workgroup, which makes the costs too where there
/// are few.
const FORWARD_PASSES: &[Pass] = &[Pass { entry: "item_costs", workgroups: many_workgroups }, Pass { entry: "reduce", workgroups: |_| 1 }];

/// Items that are one workgroup's.
const FEW: u32 = 512;

fn many_workgroups(bytes: &[u8]) -> u64 {
    let p: SoftmaxCrossEntropyParams = params(bytes);
    if p.rows <= FEW { 0 } else { row_workgroups(bytes) }
}

/// Two floats a workgroup of rows.
fn partial_sums(bytes: &[u8]) -> usize {
    2 * row_workgroups(bytes) as usize
}

const BACKWARD_PASSES: &[Pass] = &[Pass { entry: "backward", workgroups: row_workgroups }];

fn row_workgroups(bytes: &[u8]) -> u64 {
    let p: SoftmaxCrossEntropyParams = params(bytes);
    u64::from(p.rows).div_ceil(64)
}
