//! A border of zeros around maps.

#[cfg(feature = "harness")]
mod cases;

use std::rc::Rc;

use super::{Family, shift};
use crate::core::error::{Part, ShapeError, SpecError};
use crate::core::fields::Fields;
use crate::core::shape::Shape;
use crate::ir::graph::{Graph, Node, ValueId};
use crate::ir::operator::{Operator, OutputSpec};
use crate::ir::reach::Reach;

/// What this folder has to offer.
pub static FAMILY: Family = Family {
    operators: &[("pad2d", parse)],
    joins: &[],
    kernels: &[],
    #[cfg(feature = "harness")]
    adapters: cases::ADAPTERS,
};

/// A border of zeros around maps.
#[doc = include_str!("pad2d.en.md")]
#[derive(Clone, Debug, PartialEq)]
pub struct Pad2d {
    /// Left, right, top, bottom.
    pub padding: [usize; 4],
}

/// Reads the fields of a `pad2d` layer: `padding`, a number for all sides or `[left, right, top, bottom]`.
///
/// # Errors
/// A field that is missing or has an impossible value.
pub fn parse(fields: &mut Fields<'_>) -> Result<Rc<dyn Operator>, SpecError> {
    Ok(Rc::new(Pad2d { padding: fields.sides("padding")? }))
}

impl Pad2d {
    fn offset(&self) -> shift::Offset {
        let [left, _, top, _] = self.padding;
        [0, top as isize, left as isize]
    }
}

impl Operator for Pad2d {
    fn name(&self) -> &'static str {
        "pad2d"
    }

    fn short_name(&self) -> &'static str {
        "pad"
    }

    fn infer(&self, node: &str, inputs: &[&Shape]) -> Result<Vec<OutputSpec>, ShapeError> {
        let [n, c, height, width] = super::rank_4(node, inputs[0])?;
        let [left, right, top, bottom] = self.padding;
        let overflow = || ShapeError::SizeOverflow { node: node.to_owned(), what: Part::PaddedMap };
        let padded =
            |before: usize, size: usize, after: usize| before.checked_add(size).and_then(|sum| sum.checked_add(after)).ok_or_else(overflow);
        Ok(vec![OutputSpec::floats(&[n, c, padded(top, height, bottom)?, padded(left, width, right)?])])
    }

    fn reach(&self) -> Reach {
        let [left, _, top, _] = self.padding;
        Reach::Shifted([-(top as i64), -(left as i64)])
    }

    fn forward(&self, graph: &mut Graph, node: &Node) {
        shift::call(graph, &node.name, node.inputs[0], node.outputs[0], self.offset());
    }

    // y[top + h, left + w] = x[h, w]    dx[h, w] = dy[top + h, left + w]    keeps nothing
    fn backward(&self, graph: &mut Graph, node: &Node, dy: ValueId, wants: &[bool]) -> Result<Vec<Option<ValueId>>, ShapeError> {
        Ok(vec![wants[0].then(|| shift::gradient(graph, &node.name, dy, node.inputs[0], self.offset()))])
    }
}
