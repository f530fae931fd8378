//! The operators: one folder each, with its params, shape rule, gradient rule, scalar kernels, SIMD kernels and WGSL.

pub mod add;
pub mod batch_norm2d;
pub mod conv2d;
pub mod conv_transpose2d;
pub mod dropout;
pub mod flatten;
pub mod linear;
pub mod max_pool2d;
pub mod relu;
pub mod softmax_cross_entropy;

use std::fmt;
use std::rc::Rc;

use crate::error::{ShapeError, SpecError};
use crate::graph::{Graph, Node, ValueId};
use crate::kernel::Kernel;
use crate::layout::Layout;
use crate::network::fields::Fields;
use crate::shape::Shape;

/// WGSL that every kernel's source begins with: the flat workgroup number.
pub const PRELUDE: &str = include_str!("shared/prelude.wgsl");

/// Something an operator makes.
#[derive(Clone, Debug, PartialEq)]
pub struct OutputSpec {
    /// Its canonical shape.
    pub shape: Shape,
    /// What it is, for outputs after the first: `argmax`.
    pub what: &'static str,
    /// Whether it holds words and not floats.
    pub words: bool,
}

impl OutputSpec {
    /// An operator's usual result: one float tensor.
    pub fn floats(dims: &[usize]) -> Self {
        Self { shape: Shape::new(dims), what: "", words: false }
    }
}

/// A parameter an operator needs.
#[derive(Clone, Debug, PartialEq)]
pub struct ParameterSpec {
    /// `weight`, `bias`, `gamma`.
    pub role: &'static str,
    /// PyTorch's shape of it.
    pub shape: Shape,
    /// How it lies in the arena.
    pub layout: Layout,
    /// Inputs that one output sums over: what initialisations scale with.
    pub fan_in: usize,
}

/// Something an operator gathers over training and reads in evaluation.
#[derive(Clone, Debug, PartialEq)]
pub struct StatisticSpec {
    /// `running_mean`, `running_var`.
    pub role: &'static str,
    /// PyTorch's shape of it.
    pub shape: Shape,
    /// How it lies in the arena.
    pub layout: Layout,
    /// What every value is at first.
    pub fill: f32,
}

/// How one output position looks at the input: the part of a layer that its receptive field depends on.
#[derive(Clone, Copy, Debug, PartialEq)]
#[expect(missing_docs, reason = "the names are the field's")]
pub struct Window {
    pub kernel_size: [usize; 2],
    pub stride: [usize; 2],
    pub padding: [usize; 2],
    pub dilation: [usize; 2],
}

impl Window {
    /// One position sees one position.
    pub const POINT: Self = Self { kernel_size: [1, 1], stride: [1, 1], padding: [0, 0], dilation: [1, 1] };

    /// Reads the fields after `kernel_size`: `stride`, by default this one, `padding` 0, `dilation` 1.
    ///
    /// # Errors
    /// A field that has an impossible value.
    pub fn read(fields: &mut Fields<'_>, kernel_size: [usize; 2], stride: [usize; 2]) -> Result<Self, SpecError> {
        Ok(Self {
            kernel_size,
            stride: fields.pair_or("stride", 1, stride)?,
            padding: fields.pair("padding", 0, Some(0))?,
            dilation: fields.pair("dilation", 1, Some(1))?,
        })
    }

    /// From the first position of the input that a window covers to its last, both included; `None` when that overflows.
    pub fn checked_span(&self, axis: usize) -> Option<usize> {
        self.dilation[axis].checked_mul(self.kernel_size[axis] - 1)?.checked_add(1)
    }

    /// The output size along both axes.
    ///
    /// # Errors
    /// [`ShapeError::KernelLargerThanInput`] when not one window fits, [`ShapeError::SizeOverflow`] when the numbers do not.
    pub fn output_size(&self, node: &str, input: [usize; 2]) -> Result<[usize; 2], ShapeError> {
        let axis = |i: usize| {
            let overflow = || ShapeError::SizeOverflow { node: node.to_owned(), what: "the padded input" };
            let span = self.checked_span(i).ok_or_else(overflow)?;
            let padded = self.padding[i].checked_mul(2).and_then(|p| p.checked_add(input[i])).ok_or_else(overflow)?;
            let axis = ["height", "width"][i];
            let room =
                padded.checked_sub(span).ok_or_else(|| ShapeError::KernelLargerThanInput { node: node.to_owned(), axis, span, padded })?;
            Ok(room / self.stride[i] + 1)
        };
        Ok([axis(0)?, axis(1)?])
    }
}

/// What the network language calls a layer. Adding one is described in ARCHITECTURE.md.
pub trait Operator: fmt::Debug {
    /// Its name in specifications: `conv2d`.
    fn name(&self) -> &'static str;

    /// What layers of this kind are called when the author gives no name: `conv` makes `conv1`, `conv2`.
    fn short_name(&self) -> &'static str;

    /// The shapes it makes from these inputs. Pure; the editor and the compiler both call it.
    ///
    /// # Errors
    /// Inputs that do not fit, with the node's name and a fix.
    fn infer(&self, node: &str, inputs: &[&Shape]) -> Result<Vec<OutputSpec>, ShapeError>;

    /// The parameters it needs for these inputs, which passed [`Operator::infer`].
    fn parameters(&self, inputs: &[&Shape]) -> Vec<ParameterSpec> {
        let _ = inputs;
        Vec::new()
    }

    /// What it gathers over training for these inputs, which passed [`Operator::infer`].
    fn statistics(&self, inputs: &[&Shape]) -> Vec<StatisticSpec> {
        let _ = inputs;
        Vec::new()
    }

    /// Refuses inputs that it can evaluate but not train on.
    ///
    /// # Errors
    /// Such inputs, with the node's name and a fix.
    fn check_training(&self, node: &str, inputs: &[&Shape]) -> Result<(), ShapeError> {
        let _ = (node, inputs);
        Ok(())
    }

    /// How many values of its parameters count: all, unless some have no effect.
    fn parameter_count(&self, inputs: &[&Shape]) -> u64 {
        self.parameters(inputs).iter().map(|parameter| parameter.shape.count() as u64).sum()
    }

    /// Multiply-accumulates of one forward pass, whole batch.
    fn macs(&self, inputs: &[&Shape], output: &Shape) -> u64 {
        let _ = (inputs, output);
        0
    }

    /// How it looks at its input; `None` when every output sees the whole input.
    fn window(&self) -> Option<Window> {
        Some(Window::POINT)
    }

    /// By how much the output is larger than the input: neighbouring outputs see places so many times closer together.
    fn enlargement(&self) -> [usize; 2] {
        [1, 1]
    }

    /// Adds its forward calls, as in training or in evaluation ([`Node::training`]).
    fn forward(&self, graph: &mut Graph, node: &Node);

    /// Adds its backward calls, given the gradient `dy` of its result, and returns the gradients of its inputs and then of its
    /// parameters. Where `wants` is false no gradient is needed and none should be computed.
    ///
    /// # Errors
    /// [`ShapeError::NotDifferentiable`] where there is no gradient.
    fn backward(&self, graph: &mut Graph, node: &Node, dy: ValueId, wants: &[bool]) -> Result<Vec<Option<ValueId>>, ShapeError>;
}

/// The dimensions of a rank-4 input.
///
/// # Errors
/// [`ShapeError::RankMismatch`] for any other rank.
pub fn rank_4(node: &str, input: &Shape) -> Result<[usize; 4], ShapeError> {
    match *input.dims() {
        [n, c, h, w] => Ok([n, c, h, w]),
        _ => Err(ShapeError::RankMismatch { node: node.to_owned(), needed: 4, shape: input.to_string(), fix: "put it before flatten" }),
    }
}

/// Reads one operator's fields from a layer of a specification.
type Parse = fn(&mut Fields<'_>) -> Result<Rc<dyn Operator>, SpecError>;

/// Every operator a specification can name. A new operator adds its line here.
pub const OPERATORS: &[(&str, Parse)] = &[
    ("batch_norm2d", batch_norm2d::parse),
    ("conv2d", conv2d::parse),
    ("dropout", dropout::parse),
    ("conv_transpose2d", conv_transpose2d::parse),
    ("flatten", flatten::parse),
    ("linear", linear::parse),
    ("max_pool2d", max_pool2d::parse),
    ("relu", relu::parse),
    ("stochastic_depth", dropout::parse_stochastic_depth),
];

/// Every kernel there is: what checks of declarations and shaders go through. A new kernel adds its line here.
pub static KERNELS: &[&Kernel] = &[
    &add::FORWARD,
    &batch_norm2d::BATCH_STATISTICS,
    &batch_norm2d::RUNNING_STATISTICS,
    &batch_norm2d::NORMALIZE,
    &batch_norm2d::PARAMETER_GRADIENTS,
    &batch_norm2d::INPUT_GRADIENT,
    &conv2d::FORWARD,
    &conv2d::INPUT_GRADIENT,
    &conv2d::WEIGHT_GRADIENT,
    &conv2d::BIAS_GRADIENT,
    &conv2d::connections::MASK,
    &dropout::MASK,
    &dropout::APPLY,
    &dropout::COPY,
    &conv_transpose2d::BIAS,
    &flatten::FORWARD,
    &flatten::BACKWARD,
    &linear::FORWARD,
    &linear::INPUT_GRADIENT,
    &linear::WEIGHT_GRADIENT,
    &linear::BIAS_GRADIENT,
    &max_pool2d::FORWARD,
    &max_pool2d::BACKWARD,
    &relu::FORWARD,
    &relu::BACKWARD,
    &softmax_cross_entropy::FORWARD_LABELS,
    &softmax_cross_entropy::FORWARD_DISTRIBUTIONS,
    &softmax_cross_entropy::BACKWARD_LABELS,
    &softmax_cross_entropy::BACKWARD_DISTRIBUTIONS,
    &crate::data::gather::IMAGES,
    &crate::data::gather::LABELS,
    &crate::train::metrics::ACCUMULATE,
    &crate::optim::sgd::STEP,
];
