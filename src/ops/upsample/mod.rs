//! Maps enlarged by repeating their pixels.

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
    operators: &[("upsample", parse)],
    joins: &[],
    kernels: &[],
    #[cfg(feature = "harness")]
    adapters: cases::ADAPTERS,
};

/// Nearest-neighbour upsampling.
#[doc = include_str!("upsample.en.md")]
#[derive(Clone, Debug, PartialEq)]
pub struct Upsample {
    /// Down and across.
    pub scale_factor: [usize; 2],
}

/// Reads the fields of an `upsample` layer: `scale_factor`, whole, and optionally `mode`, which must be `nearest`.
///
/// # Errors
/// A field that is missing or has an impossible value.
pub fn parse(fields: &mut Fields<'_>) -> Result<Rc<dyn Operator>, SpecError> {
    fields.choice_or("mode", &[("nearest", ())], ())?;
    Ok(Rc::new(Upsample { scale_factor: fields.pair("scale_factor", 1, None)? }))
}

impl Upsample {
    /// The sum pooling that this is the adjoint of: its input is our output, its output our input.
    fn pooling(&self, graph: &Graph, node: &Node) -> AvgPool2dParams {
        let window = Window { kernel_size: self.scale_factor, stride: self.scale_factor, ..Window::POINT };
        let plain = AvgPool2dParams::new(graph.shape(node.outputs[0]), graph.shape(node.inputs[0]), window);
        AvgPool2dParams { divisor: 1, ..plain }
    }
}

impl Operator for Upsample {
    fn name(&self) -> &'static str {
        "upsample"
    }

    fn short_name(&self) -> &'static str {
        "up"
    }

    fn infer(&self, node: &str, inputs: &[&Shape]) -> Result<Vec<OutputSpec>, ShapeError> {
        let [n, c, height, width] = super::rank_4(node, inputs[0])?;
        let overflow = || ShapeError::SizeOverflow { node: node.to_owned(), what: Part::EnlargedMap };
        let scaled = |size: usize, by: usize| size.checked_mul(by).ok_or_else(overflow);
        Ok(vec![OutputSpec::floats(&[n, c, scaled(height, self.scale_factor[0])?, scaled(width, self.scale_factor[1])?])])
    }

    fn reach(&self) -> Reach {
        Reach::Transposed(Window { kernel_size: self.scale_factor, stride: self.scale_factor, ..Window::POINT })
    }

    fn forward(&self, graph: &mut Graph, node: &Node) {
        let params = self.pooling(graph, node);
        graph.call(&node.name, &avg_pool2d::BACKWARD, bytemuck::bytes_of(&params), &[node.inputs[0], node.outputs[0]]);
    }

    // y = x at the pixel's part of the map    dx = sum of dy over the pixels that repeat it    keeps nothing
    fn backward(&self, graph: &mut Graph, node: &Node, dy: ValueId, wants: &[bool]) -> Result<Vec<Option<ValueId>>, ShapeError> {
        if !wants[0] {
            return Ok(vec![None]);
        }
        let params = self.pooling(graph, node);
        let dx = graph.gradient_of(node.inputs[0]);
        graph.call(&node.name, &avg_pool2d::FORWARD, bytemuck::bytes_of(&params), &[dy, dx]);
        Ok(vec![Some(dx)])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_whole_factors_and_repetition_are_known() {
        let read = |fields: serde_json::Value| parse(&mut Fields::new("layers[0]", &fields)?);
        assert!(read(json!({"scale_factor": 2, "mode": "nearest"})).is_ok());
        assert_eq!(
            read(json!({"scale_factor": 2, "mode": "bilinear"})).unwrap_err().to_string(),
            "layers[0].mode: \"bilinear\" is not possible here; expected nearest"
        );
        assert!(read(json!({"scale_factor": 1.5})).is_err());
        let huge = Upsample { scale_factor: [usize::MAX, 1] };
        assert!(matches!(huge.infer("up", &[&Shape::new(&[1, 1, 2, 2])]), Err(ShapeError::SizeOverflow { .. })));
    }
}
