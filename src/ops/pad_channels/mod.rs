//! Channels of zeros before and behind the others.

#[cfg(feature = "harness")]
mod cases;

use std::rc::Rc;

use super::{Family, shift};
use crate::core::error::{Part, ShapeError, SpecError};
use crate::core::fields::Fields;
use crate::core::shape::Shape;
use crate::ir::graph::{Graph, Node, ValueId};
use crate::ir::operator::{Operator, OutputSpec};

/// What this folder has to offer.
pub static FAMILY: Family = Family {
    operators: &[("pad_channels", parse)],
    joins: &[],
    kernels: &[],
    #[cfg(feature = "harness")]
    adapters: cases::ADAPTERS,
};

/// Channels of zeros before and behind the others.
#[doc = include_str!("pad_channels.en.md")]
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "the names are the field's and explained in the type's own text")]
pub struct PadChannels {
    pub before: usize,
    pub after: usize,
}

/// Reads the fields of a `pad_channels` layer: `before` and `after`, each 0 where absent.
///
/// # Errors
/// An impossible value.
pub fn parse(fields: &mut Fields<'_>) -> Result<Rc<dyn Operator>, SpecError> {
    Ok(Rc::new(PadChannels { before: fields.whole_or("before", 0)?, after: fields.whole_or("after", 0)? }))
}

impl Operator for PadChannels {
    fn name(&self) -> &'static str {
        "pad_channels"
    }

    fn short_name(&self) -> &'static str {
        "pad"
    }

    fn infer(&self, node: &str, inputs: &[&Shape]) -> Result<Vec<OutputSpec>, ShapeError> {
        let [n, c, height, width] = super::rank_4(node, inputs[0])?;
        let channels = self.before.checked_add(c).and_then(|channels| channels.checked_add(self.after));
        let channels = channels.ok_or_else(|| ShapeError::SizeOverflow { node: node.to_owned(), what: Part::Channels })?;
        Ok(vec![OutputSpec::floats(&[n, channels, height, width])])
    }

    fn forward(&self, graph: &mut Graph, node: &Node) {
        shift::call(graph, &node.name, node.inputs[0], node.outputs[0], [self.before as isize, 0, 0]);
    }

    // y[before + c] = x[c]    dx[c] = dy[before + c]    keeps nothing
    fn backward(&self, graph: &mut Graph, node: &Node, dy: ValueId, wants: &[bool]) -> Result<Vec<Option<ValueId>>, ShapeError> {
        Ok(vec![wants[0].then(|| shift::gradient(graph, &node.name, dy, node.inputs[0], [self.before as isize, 0, 0]))])
    }
}
