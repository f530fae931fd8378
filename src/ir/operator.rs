//! What an operator is: the trait of the operators in [`crate::ops`], and what they say of their outputs, parameters and windows.

use std::fmt;

use crate::core::error::{Part, ShapeError, SpecError};
use crate::core::fields::Fields;
use crate::core::layout::Layout;
use crate::core::shape::Shape;
use crate::ir::graph::{Graph, Node, ValueId};
use crate::ir::reach::Reach;

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
            let overflow = || ShapeError::SizeOverflow { node: node.to_owned(), what: Part::PaddedInput };
            let span = self.checked_span(i).ok_or_else(overflow)?;
            let padded = self.padding[i].checked_mul(2).and_then(|p| p.checked_add(input[i])).ok_or_else(overflow)?;
            let axis = ["height", "width"][i];
            let room =
                padded.checked_sub(span).ok_or_else(|| ShapeError::KernelLargerThanInput { node: node.to_owned(), axis, span, padded })?;
            Ok(room / self.stride[i] + 1)
        };
        Ok([axis(0)?, axis(1)?])
    }

    /// The output size of a pooling, `ceil_mode` included: rounded up, unless the last window would start in the bottom or right padding.
    ///
    /// # Errors
    /// As [`Window::output_size`], and [`ShapeError::PaddingTooLarge`] or [`ShapeError::WindowOfPadding`] where a window might hold nothing.
    pub fn pooled_size(&self, node: &str, input: [usize; 2], ceil_mode: bool) -> Result<[usize; 2], ShapeError> {
        let Self { kernel_size, stride, padding, dilation } = *self;
        let mut output = self.output_size(node, input)?;
        for i in 0..2 {
            if padding[i] > kernel_size[i] / 2 {
                let axis = ["height", "width"][i];
                let (node, padding, kernel_size) = (node.to_owned(), padding[i], kernel_size[i]);
                return Err(ShapeError::PaddingTooLarge { node, axis, padding, kernel_size });
            }
            // With padding at half the kernel at most, only steps longer than the input can miss it.
            if padding[i] > 0 && input[i] < dilation[i] {
                let (node, axis) = (node.to_owned(), ["height", "width"][i]);
                return Err(ShapeError::WindowOfPadding { node, axis, dilation: dilation[i], input: input[i] });
            }
            // The sums below were checked by `Window::output_size`.
            let room = input[i] + 2 * padding[i] - (dilation[i] * (kernel_size[i] - 1) + 1);
            let starts_inside = output[i].checked_mul(stride[i]).is_some_and(|start| start < input[i] + padding[i]);
            if ceil_mode && !room.is_multiple_of(stride[i]) && starts_inside {
                output[i] += 1;
            }
        }
        Ok(output)
    }
}

/// What the network language calls a layer. Adding one is described in ARCHITECTURE.md.
pub trait Operator {
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

    /// Whether an infinity in its first input may leave no trace in its results and gradients. Training looks for one there, unless what
    /// made the input [is finite or NaN](Operator::is_finite_or_nan). (What no operator reads, since it is cropped away or stepped over, counts
    /// for nothing and is not looked at.)
    fn hides_infinity(&self) -> bool {
        false
    }

    /// Whether its result in training is never infinite: a finite number, or NaN where its inputs were not finite. (A NaN is passed on by
    /// every operator, to the loss.)
    fn is_finite_or_nan(&self) -> bool {
        false
    }

    /// Whether it brings several values together. It then stands in `residual`, `parallel` and `join`, and is no layer, which reads one.
    fn joins(&self) -> bool {
        false
    }

    /// How it looks at its input; `None` when every output sees the whole input.
    fn window(&self) -> Option<Window> {
        Some(Window::POINT)
    }

    /// Which positions of its input it reads, where a window does not say it.
    fn reach(&self) -> Reach {
        self.window().map_or(Reach::Whole, Reach::Window)
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

/// Its name. What each operator derives has its numbers too, and would be in the page's package for all of them.
impl fmt::Debug for dyn Operator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
