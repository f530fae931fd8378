//! Max pooling undone.

#[cfg(feature = "harness")]
mod cases;
mod scalar;

use std::rc::Rc;

use bytemuck::{Pod, Zeroable};

use super::Family;
use crate::core::error::{Fix, Operands, Part, ShapeError, SpecError};
use crate::core::fields::Fields;
use crate::core::kernel::{Binding::*, Kernel, Pass, params};
use crate::core::layout::{Layout, channel_stride};
use crate::core::shape::Shape;
use crate::core::wgsl::PRELUDE;
use crate::ir::graph::{Graph, Node, Role, ValueId};
use crate::ir::operator::{Operator, OutputSpec, Window};
use crate::ir::reach::Reach;

/// What this folder has to offer.
pub static FAMILY: Family = Family {
    operators: &[],
    joins: &[("max_unpool2d", parse)],
    kernels: &[&LOCATE, &FORWARD, &BACKWARD],
    #[cfg(feature = "harness")]
    adapters: cases::ADAPTERS,
};

/// Max pooling undone.
#[doc = include_str!("max_unpool2d.en.md")]
#[derive(Clone, Debug, PartialEq)]
pub struct MaxUnpool2d {
    /// That of the pooling. Its dilation is 1, as in PyTorch.
    pub window: Window,
    /// Height and width: what the pooling's input had, where strides leave several possible.
    pub output_size: Option<[usize; 2]>,
}

/// Reads the fields of a `max_unpool2d` layer: `kernel_size`, and optionally `stride` (as the kernel), `padding` 0, `output_size`.
///
/// # Errors
/// A field that is missing or has an impossible value.
pub fn parse(fields: &mut Fields<'_>) -> Result<Rc<dyn Operator>, SpecError> {
    let kernel_size = fields.pair("kernel_size", 1, None)?;
    Ok(Rc::new(MaxUnpool2d::read(fields, kernel_size)?))
}

/// Sizes; the same bytes as `struct MaxUnpool2dParams` in `max_unpool2d.wgsl`.
#[repr(C)]
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[expect(missing_docs, reason = "the names are the field's")]
pub struct MaxUnpool2dParams {
    pub batch: u32,
    pub channels: u32,
    pub channel_stride: u32,
    /// Of a map of `x`.
    pub in_pixels: u32,
    /// Of a map of `y`.
    pub out_pixels: u32,
    /// Uniform structs are multiples of 16 bytes.
    pub unused: [u32; 3],
}

impl MaxUnpool2d {
    /// The fields besides the kernel's size.
    pub(crate) fn read(fields: &mut Fields<'_>, kernel_size: [usize; 2]) -> Result<Self, SpecError> {
        let (stride, padding) = (fields.pair_or("stride", 1, kernel_size)?, fields.pair("padding", 0, Some(0))?);
        let [height, width] = fields.pair("output_size", 1, Some(0))?;
        let window = Window { kernel_size, stride, padding, dilation: [1; 2] };
        Ok(Self { window, output_size: (height > 0).then_some([height, width]) })
    }

    /// The output size along one axis.
    fn size(&self, node: &str, i: usize, input: usize) -> Result<usize, ShapeError> {
        let Window { kernel_size, stride, padding, .. } = self.window;
        let (kernel_size, stride, padding) = (kernel_size[i], stride[i], padding[i]);
        let (node, axis) = (|| node.to_owned(), ["height", "width"][i]);
        let overflow = || ShapeError::SizeOverflow { node: node(), what: Part::Output };
        let padded = input.saturating_sub(1).checked_mul(stride).and_then(|size| size.checked_add(kernel_size)).ok_or_else(overflow)?;
        let cut = padding.checked_mul(2).ok_or_else(overflow)?;
        // Sizes less than a stride from the default, which may itself be none.
        let least = (padded + 1).saturating_sub(cut.checked_add(stride).ok_or_else(overflow)?).max(1);
        let most = padded.checked_add(stride - 1).ok_or_else(overflow)?.saturating_sub(cut);
        match self.output_size.map_or(padded.saturating_sub(cut), |size| size[i]) {
            0 => Err(ShapeError::EmptyOutput { node: node(), axis, padding, size: padded }),
            size if (least..=most).contains(&size) => Ok(size),
            _ if most == 0 => Err(ShapeError::EmptyOutput { node: node(), axis, padding, size: padded }),
            size => Err(ShapeError::NotUnpoolable { node: node(), axis, size, input, least, most }),
        }
    }
}

fn sizes(x: &Shape, y: &Shape) -> MaxUnpool2dParams {
    let ([batch, channels, in_height, in_width], [_, _, out_height, out_width]) = (x.nchw(), y.nchw());
    MaxUnpool2dParams {
        batch: batch as u32,
        channels: channels as u32,
        channel_stride: channel_stride(channels) as u32,
        in_pixels: (in_height * in_width) as u32,
        out_pixels: (out_height * out_width) as u32,
        unused: [0; 3],
    }
}

impl Operator for MaxUnpool2d {
    fn name(&self) -> &'static str {
        "max_unpool2d"
    }

    fn short_name(&self) -> &'static str {
        "unpool"
    }

    fn joins(&self) -> bool {
        true
    }

    fn infer(&self, node: &str, inputs: &[&Shape]) -> Result<Vec<OutputSpec>, ShapeError> {
        let &[x, indices] = inputs else {
            return Err(ShapeError::WrongInputs {
                node: node.to_owned(),
                op: "max_unpool2d",
                needed: 2,
                what: Operands::MapsAndPlaces,
                found: inputs.len(),
                fix: Fix::GivePlaces,
            });
        };
        let [n, c, height, width] = super::rank_4(node, x)?;
        if x != indices {
            return Err(ShapeError::ShapesDiffer { node: node.to_owned(), left: x.to_string(), right: indices.to_string() });
        }
        Ok(vec![OutputSpec::floats(&[n, c, self.size(node, 0, height)?, self.size(node, 1, width)?])])
    }

    fn reach(&self) -> Reach {
        Reach::Transposed(self.window)
    }

    fn forward(&self, graph: &mut Graph, node: &Node) {
        let (x, indices, y) = (node.inputs[0], node.inputs[1], node.outputs[0]);
        let params = sizes(graph.shape(x), graph.shape(y));
        let shape = graph.shape(y).clone();
        let source = graph.add(format!("{}.source", node.name), shape, Layout::Activation, true, Role::Temporary);
        graph.call(&node.name, &LOCATE, bytemuck::bytes_of(&params), &[indices, source]);
        graph.call(&node.name, &FORWARD, bytemuck::bytes_of(&params), &[x, source, y]);
    }

    // y[indices] = x    dx = dy[indices]    keeps the indices
    fn backward(&self, graph: &mut Graph, node: &Node, dy: ValueId, wants: &[bool]) -> Result<Vec<Option<ValueId>>, ShapeError> {
        if !wants[0] {
            return Ok(vec![None, None]);
        }
        let (x, indices) = (node.inputs[0], node.inputs[1]);
        let params = sizes(graph.shape(x), graph.shape(node.outputs[0]));
        let dx = graph.gradient_of(x);
        graph.call(&node.name, &BACKWARD, bytemuck::bytes_of(&params), &[dy, indices, dx]);
        Ok(vec![Some(dx), None])
    }
}

const WGSL: &[&str] = &[PRELUDE, crate::core::wgsl::wgsl!("max_unpool2d.wgsl")];

/// indices -> which pixel of x every place of y has its value from
pub static LOCATE: Kernel = Kernel {
    name: "max_unpool2d.locate",
    bindings: &[ReadWords, WriteWords],
    scalar: scalar::locate::<f32>,
    scalar_f64: scalar::locate::<f64>,
    wgsl: WGSL,
    passes: &[Pass { entry: "clear", workgroups: clear_workgroups }, Pass { entry: "locate", workgroups: locate_workgroups }],
    ..Kernel::BASE
};

/// x, sources -> y
pub static FORWARD: Kernel = Kernel {
    name: "max_unpool2d.forward",
    bindings: &[Read, ReadWords, Write],
    scalar: scalar::forward::<f32>,
    scalar_f64: scalar::forward::<f64>,
    wgsl: WGSL,
    passes: &[Pass { entry: "forward", workgroups: forward_workgroups }],
    ..Kernel::BASE
};

/// dy, indices -> dx
pub static BACKWARD: Kernel = Kernel {
    name: "max_unpool2d.backward",
    bindings: &[Read, ReadWords, Write],
    scalar: scalar::backward::<f32>,
    scalar_f64: scalar::backward::<f64>,
    wgsl: WGSL,
    passes: &[Pass { entry: "backward", workgroups: backward_workgroups }],
    ..Kernel::BASE
};

/// One thread for a channel of an output pixel.
fn clear_workgroups(bytes: &[u8]) -> u64 {
    let p: MaxUnpool2dParams = params(bytes);
    threads(&p, p.out_pixels, 1)
}

/// One thread for a channel of an input pixel.
fn locate_workgroups(bytes: &[u8]) -> u64 {
    let p: MaxUnpool2dParams = params(bytes);
    threads(&p, p.in_pixels, 1)
}

/// One thread for four channels of an output pixel.
fn forward_workgroups(bytes: &[u8]) -> u64 {
    let p: MaxUnpool2dParams = params(bytes);
    threads(&p, p.out_pixels, 4)
}

/// One thread for four channels of an input pixel.
fn backward_workgroups(bytes: &[u8]) -> u64 {
    let p: MaxUnpool2dParams = params(bytes);
    threads(&p, p.in_pixels, 4)
}

fn threads(p: &MaxUnpool2dParams, pixels: u32, channels: u32) -> u64 {
    (u64::from(p.batch) * u64::from(pixels) * u64::from(p.channel_stride / channels)).div_ceil(64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn size(fields: serde_json::Value, dims: &[usize]) -> Result<Vec<usize>, ShapeError> {
        let operator = parse(&mut Fields::new("layers[0]", &fields).unwrap()).unwrap();
        let x = Shape::new(dims);
        Ok(operator.infer("unpool", &[&x, &x])?[0].shape.dims().to_vec())
    }

    #[test]
    fn sizes_are_those_that_a_pooling_came_from() {
        assert_eq!(size(json!({"kernel_size": 2}), &[2, 3, 4, 5]).unwrap(), [2, 3, 8, 10]);
        assert_eq!(size(json!({"kernel_size": 3, "stride": 2, "padding": 1}), &[1, 3, 6, 5]).unwrap(), [1, 3, 11, 9]);
        assert_eq!(size(json!({"kernel_size": 3, "stride": 2, "output_size": [14, 10]}), &[1, 3, 6, 5]).unwrap(), [1, 3, 14, 10]);
        let refused = size(json!({"kernel_size": 3, "stride": 2, "output_size": [13, 13]}), &[1, 3, 6, 5]).unwrap_err();
        assert_eq!(
            refused.to_string(),
            "unpool: no pooling with this kernel_size and stride leads from 13 to 5 (width); use an output_size from 10 to 12"
        );
        assert!(matches!(size(json!({"kernel_size": 1, "padding": 1}), &[1, 3, 2, 2]), Err(ShapeError::EmptyOutput { .. })));
        assert_eq!(size(json!({"kernel_size": 2, "padding": 1, "output_size": 1}), &[1, 3, 1, 1]).unwrap(), [1, 3, 1, 1]);
    }

    #[test]
    fn it_needs_maps_and_places_of_one_shape() {
        let operator = MaxUnpool2d { window: Window { kernel_size: [2; 2], stride: [2; 2], ..Window::POINT }, output_size: None };
        let (x, other) = (Shape::new(&[1, 3, 4, 4]), Shape::new(&[1, 2, 4, 4]));
        assert_eq!(
            operator.infer("unpool", &[&x]).unwrap_err().to_string(),
            "unpool: max_unpool2d reads 2 values, maps and the places of a max_pool2d, and got 1; give it the places of the pooling that it undoes"
        );
        assert!(matches!(operator.infer("unpool", &[&x, &other]), Err(ShapeError::ShapesDiffer { .. })));
    }
}
