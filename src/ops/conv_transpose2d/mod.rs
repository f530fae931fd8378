//! Two-dimensional transposed convolution.

mod bias;
#[cfg(feature = "harness")]
mod cases;

use std::rc::Rc;

use self::bias::BiasParams;
use super::Family;
use super::conv2d::params::Conv2dParams;
use super::conv2d::{BIAS_GRADIENT, Conv2d, FORWARD, INPUT_GRADIENT, WEIGHT_GRADIENT, check_groups};
use crate::core::error::{Expected, Part, ShapeError, SpecError};
use crate::core::fields::Fields;
use crate::core::layout::{Layout, channel_stride};
use crate::core::shape::Shape;
use crate::ir::graph::{Graph, Node, ValueId};
use crate::ir::operator::{Operator, OutputSpec, ParameterSpec, Window};
use crate::ir::reach::Reach;

/// What this folder has to offer.
pub static FAMILY: Family = Family {
    operators: &[("conv_transpose2d", parse)],
    joins: &[],
    kernels: &[&BIAS],
    #[cfg(feature = "harness")]
    adapters: cases::ADAPTERS,
};

pub use self::bias::BIAS;

/// Two-dimensional transposed convolution: the adjoint of [`conv2d`](super::conv2d) with the same weight, window and groups.
#[doc = include_str!("conv_transpose2d.en.md")]
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "the names are the field's")]
pub struct ConvTranspose2d {
    pub out_channels: usize,
    pub window: Window,
    pub output_padding: [usize; 2],
    pub groups: usize,
    pub bias: bool,
}

/// Reads the fields of a `conv_transpose2d` layer: `out_channels`, `kernel_size`, and optionally `stride` 1, `padding` 0, `dilation` 1,
/// `output_padding` 0, `groups` 1, `bias` true.
///
/// # Errors
/// A field that is missing or has an impossible value; an `output_padding` that is not less than stride or dilation, as in PyTorch.
pub fn parse(fields: &mut Fields<'_>) -> Result<Rc<dyn Operator>, SpecError> {
    let out_channels = fields.positive("out_channels")?;
    let kernel_size = fields.pair("kernel_size", 1, None)?;
    let window = Window::read(fields, kernel_size, [1, 1])?;
    let output_padding = read_output_padding(fields, &window)?;
    let (groups, bias) = (fields.positive_or("groups", 1)?, fields.flag_or("bias", true)?);
    Ok(Rc::new(ConvTranspose2d { out_channels, window, output_padding, groups, bias }))
}

/// Reads `output_padding`, 0 where there is none. As in PyTorch it is less than stride or dilation.
///
/// # Errors
/// An impossible value.
fn read_output_padding(fields: &mut Fields<'_>, window: &Window) -> Result<[usize; 2], SpecError> {
    let output_padding = fields.pair("output_padding", 0, Some(0))?;
    for (axis, &extra) in output_padding.iter().enumerate() {
        let most = window.stride[axis].max(window.dilation[axis]) - 1;
        if extra > most {
            return Err(SpecError::InvalidValue {
                path: format!("{}.output_padding", fields.path()),
                found: extra.to_string(),
                expected: Expected::OutputPadding { most },
            });
        }
    }
    Ok(output_padding)
}

impl ConvTranspose2d {
    /// The params of the convolution that this one is the adjoint of: its input is our output, its output our input.
    fn convolution(&self, x: &Shape, y: &Shape) -> Conv2dParams {
        let [_, in_channels, ..] = x.nchw();
        Conv2d { out_channels: in_channels, window: self.window, groups: self.groups, bias: false }.params(y, x)
    }

    /// The output size along one axis.
    fn output_size(&self, node: &str, axis: usize, input: usize) -> Result<usize, ShapeError> {
        let Window { stride, padding, .. } = self.window;
        let overflow = || ShapeError::SizeOverflow { node: node.to_owned(), what: Part::Output };
        let reach = input.saturating_sub(1).checked_mul(stride[axis]).ok_or_else(overflow)?;
        let span = self.window.checked_span(axis).ok_or_else(overflow)?;
        let size = reach.checked_add(span).and_then(|size| size.checked_add(self.output_padding[axis])).ok_or_else(overflow)?;
        let cut = padding[axis].checked_mul(2).ok_or_else(overflow)?;
        match size.checked_sub(cut) {
            Some(left) if left > 0 => Ok(left),
            _ => Err(ShapeError::EmptyOutput { node: node.to_owned(), axis: ["height", "width"][axis], padding: padding[axis], size }),
        }
    }
}

impl Operator for ConvTranspose2d {
    fn name(&self) -> &'static str {
        "conv_transpose2d"
    }

    fn short_name(&self) -> &'static str {
        "upconv"
    }

    fn infer(&self, node: &str, inputs: &[&Shape]) -> Result<Vec<OutputSpec>, ShapeError> {
        let [n, in_channels, height, width] = super::rank_4(node, inputs[0])?;
        check_groups(node, [in_channels, self.out_channels], self.groups)?;
        let (out_height, out_width) = (self.output_size(node, 0, height)?, self.output_size(node, 1, width)?);
        Ok(vec![OutputSpec::floats(&[n, self.out_channels, out_height, out_width])])
    }

    // The weight has the layout of the adjoint convolution, whose output channels are our input channels.
    fn parameters(&self, inputs: &[&Shape]) -> Vec<ParameterSpec> {
        let [_, in_channels, ..] = inputs[0].nchw();
        let out_per_group = self.out_channels / self.groups;
        let [kernel_height, kernel_width] = self.window.kernel_size;
        // PyTorch takes the weight's second dimension, as for a convolution; here that counts output channels.
        let fan_in = out_per_group.saturating_mul(kernel_height).saturating_mul(kernel_width);
        let weight = ParameterSpec {
            role: "weight",
            shape: Shape::new(&[in_channels, out_per_group, kernel_height, kernel_width]),
            layout: Layout::ConvWeight,
            fan_in,
        };
        let bias = ParameterSpec { role: "bias", shape: Shape::new(&[self.out_channels]), layout: Layout::Channels, fan_in };
        if self.bias { vec![weight, bias] } else { vec![weight] }
    }

    fn macs(&self, inputs: &[&Shape], _output: &Shape) -> u64 {
        let [kernel_height, kernel_width] = self.window.kernel_size;
        [inputs[0].count(), self.out_channels / self.groups, kernel_height, kernel_width]
            .iter()
            .fold(1, |macs: u64, &n| macs.saturating_mul(n as u64))
    }

    fn reach(&self) -> Reach {
        Reach::Transposed(self.window)
    }

    fn forward(&self, graph: &mut Graph, node: &Node) {
        let (x, y, weight) = (node.inputs[0], node.outputs[0], node.parameters[0]);
        let params = self.convolution(graph.shape(x), graph.shape(y));
        graph.call(&node.name, &INPUT_GRADIENT, bytemuck::bytes_of(&params), &[x, weight, y]);
        if self.bias {
            let params = BiasParams::new(graph.shape(y));
            graph.call(&node.name, &BIAS, bytemuck::bytes_of(&params), &[node.parameters[1], y]);
        }
    }

    // With conv the convolution of which this is the adjoint: y = conv's input gradient of x, plus bias
    // dx = conv(dy, weight)    dweight = conv's weight gradient for input dy and output gradient x
    // dbias[o] = sum over n,a,b of dy[n,o,a,b]    keeps x and weight
    fn backward(&self, graph: &mut Graph, node: &Node, dy: ValueId, wants: &[bool]) -> Result<Vec<Option<ValueId>>, ShapeError> {
        let (x, weight) = (node.inputs[0], node.parameters[0]);
        let params = self.convolution(graph.shape(x), graph.shape(node.outputs[0]));
        let mut gradients = vec![None; 1 + node.parameters.len()];
        if self.bias && wants[2] {
            let dbias = graph.gradient_of(node.parameters[1]);
            let params = bias_gradient_params(graph.shape(node.outputs[0]));
            graph.call(&node.name, &BIAS_GRADIENT, bytemuck::bytes_of(&params), &[dy, dbias]);
            gradients[2] = Some(dbias);
        }
        if wants[1] {
            let dweight = graph.gradient_of(weight);
            graph.call(&node.name, &WEIGHT_GRADIENT, bytemuck::bytes_of(&params), &[dy, x, dweight]);
            gradients[1] = Some(dweight);
        }
        if wants[0] {
            let dx = graph.gradient_of(x);
            graph.call(&node.name, &FORWARD, bytemuck::bytes_of(&params), &[dy, weight, weight, dx]);
            gradients[0] = Some(dx);
        }
        Ok(gradients)
    }
}

/// What conv2d's bias gradient reads: only how large the output is.
fn bias_gradient_params(y: &Shape) -> Conv2dParams {
    let [batch, out_channels, out_height, out_width] = y.nchw();
    Conv2dParams {
        batch: batch as u32,
        out_channels: out_channels as u32,
        out_height: out_height as u32,
        out_width: out_width as u32,
        out_stride: channel_stride(out_channels) as u32,
        ..bytemuck::Zeroable::zeroed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn operator(fields: serde_json::Value) -> Result<Rc<dyn Operator>, SpecError> {
        parse(&mut Fields::new("layers[0]", &fields)?)
    }

    fn size(fields: serde_json::Value, dims: &[usize]) -> Result<Vec<usize>, ShapeError> {
        let outputs = operator(fields).unwrap().infer("up", &[&Shape::new(dims)])?;
        Ok(outputs[0].shape.dims().to_vec())
    }

    #[test]
    fn sizes_are_those_that_the_convolution_came_from() {
        assert_eq!(size(json!({"out_channels": 3, "kernel_size": 2, "stride": 2}), &[2, 6, 5, 7]).unwrap(), [2, 3, 10, 14]);
        let padded = json!({"out_channels": 3, "kernel_size": 5, "stride": 3, "padding": 2, "output_padding": [2, 1]});
        assert_eq!(size(padded, &[1, 2, 4, 3]).unwrap(), [1, 3, 12, 8]);
    }

    #[test]
    fn the_weight_is_pytorchs_and_so_is_its_fan_in() {
        let operator = operator(json!({"out_channels": 6, "kernel_size": [2, 3], "groups": 2})).unwrap();
        let x = Shape::new(&[1, 4, 5, 5]);
        let parameters = operator.parameters(&[&x]);
        assert_eq!(parameters[0].shape.dims(), [4, 3, 2, 3]);
        assert_eq!((parameters[0].fan_in, parameters[1].fan_in), (18, 18));
        assert_eq!(operator.macs(&[&x], &Shape::new(&[1, 6, 6, 7])), 4 * 3 * 2 * 3 * 25);
    }

    #[test]
    fn what_cannot_be_is_refused_with_its_numbers() {
        let refused = size(json!({"out_channels": 1, "kernel_size": 3, "padding": [1, 2]}), &[1, 1, 2, 2]).unwrap_err();
        assert_eq!(refused.to_string(), "up: padding 2 cuts away all 4 of the output (width); use less padding");
        let refused = operator(json!({"out_channels": 1, "kernel_size": 3, "stride": [2, 1], "output_padding": 1})).unwrap_err();
        assert_eq!(
            refused.to_string(),
            "layers[0].output_padding: 1 is not possible here; expected at most 0: less than stride or dilation"
        );
        let groups = size(json!({"out_channels": 3, "kernel_size": 1, "groups": 2}), &[1, 4, 2, 2]);
        assert!(matches!(groups, Err(ShapeError::ChannelsNotDivisible { .. })));
        let most = 1 << 24;
        let huge = operator(json!({"out_channels": most, "kernel_size": most, "stride": most, "dilation": most})).unwrap();
        let mut graph = Graph::default();
        let x = graph.temporary("x", Shape::new(&[1, 4, 8, 8]));
        assert!(matches!(graph.apply("up", huge, &[x]), Err(ShapeError::SizeOverflow { .. })));
    }
}
