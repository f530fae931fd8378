//! A rectangle cut out of maps.

#[cfg(feature = "harness")]
mod cases;

use std::rc::Rc;

use super::{Family, shift};
use crate::core::error::{ShapeError, SpecError};
use crate::core::fields::Fields;
use crate::core::shape::Shape;
use crate::ir::graph::{Graph, Node, ValueId};
use crate::ir::operator::{Operator, OutputSpec};
use crate::ir::reach::Reach;

/// What this folder has to offer.
pub static FAMILY: Family = Family {
    operators: &[("crop2d", parse)],
    joins: &[],
    kernels: &[],
    #[cfg(feature = "harness")]
    adapters: cases::ADAPTERS,
};

/// A rectangle cut out of maps.
#[doc = include_str!("crop2d.en.md")]
#[derive(Clone, Debug, PartialEq)]
pub struct Crop2d {
    /// Top and left.
    pub offset: [usize; 2],
    /// Height and width.
    pub size: [usize; 2],
}

/// Reads the fields of a `crop2d` layer: `size`, and optionally `offset` 0.
///
/// # Errors
/// A field that is missing or has an impossible value.
pub fn parse(fields: &mut Fields<'_>) -> Result<Rc<dyn Operator>, SpecError> {
    Ok(Rc::new(Crop2d { offset: fields.pair("offset", 0, Some(0))?, size: fields.pair("size", 1, None)? }))
}

impl Crop2d {
    /// How far the input begins before the output.
    fn shift(&self) -> shift::Offset {
        let [top, left] = self.offset;
        [0, -(top as isize), -(left as isize)]
    }
}

impl Operator for Crop2d {
    fn name(&self) -> &'static str {
        "crop2d"
    }

    fn short_name(&self) -> &'static str {
        "crop"
    }

    fn infer(&self, node: &str, inputs: &[&Shape]) -> Result<Vec<OutputSpec>, ShapeError> {
        let [n, c, height, width] = super::rank_4(node, inputs[0])?;
        for (i, input) in [height, width].into_iter().enumerate() {
            let (offset, size) = (self.offset[i], self.size[i]);
            if offset.checked_add(size).is_none_or(|end| end > input) {
                return Err(ShapeError::CropOutside { node: node.to_owned(), axis: ["height", "width"][i], size, offset, input });
            }
        }
        Ok(vec![OutputSpec::floats(&[n, c, self.size[0], self.size[1]])])
    }

    fn reach(&self) -> Reach {
        Reach::Shifted(self.offset.map(|offset| offset as i64))
    }

    fn forward(&self, graph: &mut Graph, node: &Node) {
        shift::call(graph, &node.name, node.inputs[0], node.outputs[0], self.shift());
    }

    // y[h, w] = x[top + h, left + w]    dx[top + h, left + w] = dy[h, w], zero elsewhere    keeps nothing
    fn backward(&self, graph: &mut Graph, node: &Node, dy: ValueId, wants: &[bool]) -> Result<Vec<Option<ValueId>>, ShapeError> {
        Ok(vec![wants[0].then(|| shift::gradient(graph, &node.name, dy, node.inputs[0], self.shift()))])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crop_that_is_not_inside_is_refused_with_its_numbers() {
        let size = |offset, size| Crop2d { offset, size }.infer("crop", &[&Shape::new(&[2, 3, 6, 7])]);
        assert_eq!(size([2, 3], [4, 4]).unwrap()[0].shape.dims(), [2, 3, 4, 4]);
        let refused = size([2, 3], [4, 5]).unwrap_err();
        assert_eq!(refused.to_string(), "crop: a crop of 5 from 3 on does not fit in 7 (width); use a smaller size or offset");
        assert!(matches!(size([usize::MAX, 0], [1, 1]), Err(ShapeError::CropOutside { .. })));
    }
}
