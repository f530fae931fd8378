//! Average pooling to a given size.

#[cfg(feature = "harness")]
mod cases;

use std::rc::Rc;

use super::Family;
use super::avg_pool2d::{self, params::AvgPool2dParams};
use crate::core::error::{Part, ShapeError, SpecError};
use crate::core::fields::Fields;
use crate::core::shape::Shape;
use crate::ir::graph::{Graph, Node, ValueId};
use crate::ir::operator::{Operator, OutputSpec, Window};
use crate::ir::reach::Reach;

/// What this folder has to offer.
pub static FAMILY: Family = Family {
    operators: &[("adaptive_avg_pool2d", parse)],
    joins: &[],
    kernels: &[],
    #[cfg(feature = "harness")]
    adapters: cases::ADAPTERS,
};

/// Average pooling to `output_size`, whatever the input's.
#[doc = include_str!("adaptive_avg_pool2d.en.md")]
#[derive(Clone, Debug, PartialEq)]
pub struct AdaptiveAvgPool2d {
    /// Height and width.
    pub output_size: [usize; 2],
}

/// Reads the fields of an `adaptive_avg_pool2d` layer: `output_size`.
///
/// # Errors
/// A field that is missing or has an impossible value.
pub fn parse(fields: &mut Fields<'_>) -> Result<Rc<dyn Operator>, SpecError> {
    Ok(Rc::new(AdaptiveAvgPool2d { output_size: fields.pair("output_size", 1, None)? }))
}

fn pooling(graph: &Graph, node: &Node) -> AvgPool2dParams {
    let plain = AvgPool2dParams::new(graph.shape(node.inputs[0]), graph.shape(node.outputs[0]), Window::POINT);
    AvgPool2dParams { adaptive: 1, ..plain }
}

impl Operator for AdaptiveAvgPool2d {
    fn name(&self) -> &'static str {
        "adaptive_avg_pool2d"
    }

    fn short_name(&self) -> &'static str {
        "pool"
    }

    fn infer(&self, node: &str, inputs: &[&Shape]) -> Result<Vec<OutputSpec>, ShapeError> {
        let [n, c, height, width] = super::rank_4(node, inputs[0])?;
        let [out_height, out_width] = self.output_size;
        for (input, output) in [(height, out_height), (width, out_width)] {
            // The kernels multiply the two in 32 bits.
            let product = input.checked_add(1).zip(output.checked_add(1)).and_then(|(input, output)| input.checked_mul(output));
            if product.is_none_or(|product| product > i32::MAX as usize) {
                return Err(ShapeError::SizeOverflow { node: node.to_owned(), what: Part::InputTimesOutput });
            }
        }
        Ok(vec![OutputSpec::floats(&[n, c, out_height, out_width])])
    }

    // Its windows depend on the input's size; to be on the safe side, any may see everything.
    fn reach(&self) -> Reach {
        Reach::Shares
    }

    fn forward(&self, graph: &mut Graph, node: &Node) {
        let params = pooling(graph, node);
        graph.call(&node.name, &avg_pool2d::FORWARD, bytemuck::bytes_of(&params), &[node.inputs[0], node.outputs[0]]);
    }

    // y = mean of x over the window    dx = sum over the windows that hold it of dy / the window's size    keeps nothing
    fn backward(&self, graph: &mut Graph, node: &Node, dy: ValueId, wants: &[bool]) -> Result<Vec<Option<ValueId>>, ShapeError> {
        let params = pooling(graph, node);
        Ok(vec![wants[0].then(|| avg_pool2d::gradient(graph, node, dy, &params))])
    }
}
