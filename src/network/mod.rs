//! From what a user writes to a graph: the language, its presets, initial parameters, and what a network costs.

pub mod describe;
pub mod fields;
pub mod init;
pub mod spec;
pub mod zoo;

use crate::error::ShapeError;
use crate::graph::{Graph, Role, ValueId};
use crate::layout::Layout;
use crate::shape::Shape;

use self::spec::Spec;

/// Adds the layers of a specification to a graph, each reading the one before, and returns the last one's output.
///
/// # Errors
/// The first layer that does not fit what comes before it.
pub fn apply_layers(graph: &mut Graph, spec: &Spec, images: ValueId) -> Result<ValueId, ShapeError> {
    spec.layers.iter().try_fold(images, |x, layer| graph.apply(&layer.name, layer.operator.clone(), &[x]))
}

/// Adds the value that a batch of images of this specification goes into.
///
/// # Errors
/// [`ShapeError::SizeOverflow`] when the batch does not fit.
pub fn add_images(graph: &mut Graph, spec: &Spec, batch: usize, role: Role) -> Result<ValueId, ShapeError> {
    let [channels, height, width] = spec.input;
    let shape = Shape::new(&[batch, channels, height, width]);
    let overflow = || ShapeError::SizeOverflow { node: "input".into(), what: "a batch of images" };
    Layout::Activation.checked_stored_len(&shape).ok_or_else(overflow)?;
    Ok(graph.add("input", shape, Layout::Activation, false, role))
}
