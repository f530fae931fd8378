//! MNIST: one digit and its label an image.

use serde_json::Value;

use super::dataset::SIDE;
use super::facts::Facts;
use super::gather::{GATHER, GatherParams};
use super::idx_set::other_data;
use super::kind::{Data, DataKind, Normalization, Sources};
use crate::core::error::{DataError, SpecError};
use crate::core::fields::Fields;
use crate::core::layout::Layout;
use crate::core::shape::Shape;
use crate::ir::graph::{Graph, Role, ValueId};

/// As a specification says it.
pub const NAME: &str = "mnist";
/// Mean of pixel / 255, as everyone normalises it.
pub const MEAN: f32 = 0.1307;
/// Its deviation.
pub const DEVIATION: f32 = 0.3081;
/// Digits.
pub const CLASSES: usize = 10;
/// The shape of an image.
pub const INPUT: [usize; 3] = [1, SIDE, SIDE];

/// A digit and its label: one class an image. Files of one's own that have its form take its place.
#[derive(Clone, Copy, Debug)]
pub struct Mnist;

pub(super) fn read(_: &mut Fields<'_>) -> Result<Data, SpecError> {
    Ok(Data::mnist())
}

/// Adds the call that gathers a batch by its indices and normalises it, with one class an image.
pub(super) fn gather(graph: &mut Graph, sources: &Sources, images: ValueId, of: Normalization) -> ValueId {
    let [batch, _, height, width] = graph.shape(images).nchw();
    let targets = graph.add("targets", Shape::new(&[batch]), Layout::Activation, true, Role::Temporary);
    let params = GatherParams { batch: batch as u32, pixels: (height * width) as u32, mean: of.mean, deviation: of.deviation };
    let Sources { images: data, labels, indices, .. } = *sources;
    graph.call("input", &GATHER, bytemuck::bytes_of(&params), &[data, labels, indices, images, targets]);
    targets
}

/// Whether images are MNIST's, or have their form.
pub(super) fn check_loaded(input: [usize; 3], classes: usize, loaded: Option<&Facts>) -> Result<(), DataError> {
    match loaded {
        Some(facts) if facts.input() != INPUT => Err(other_data("size", input, classes, facts)),
        Some(facts) if facts.classes > CLASSES => Err(other_data("classes", input, classes, facts)),
        _ => Ok(()),
    }
}

impl DataKind for Mnist {
    fn to_json(&self) -> Value {
        NAME.into()
    }

    fn classes(&self) -> usize {
        CLASSES
    }

    fn normalization(&self) -> Normalization {
        Normalization { mean: MEAN, deviation: DEVIATION }
    }

    fn can_gather(&self, [channels, ..]: [usize; 3]) -> Result<(), &'static str> {
        if channels == 1 { Ok(()) } else { Err("[1, height, width]") }
    }

    fn has_images(&self, input: [usize; 3]) -> Result<(), [usize; 3]> {
        if input == INPUT { Ok(()) } else { Err(INPUT) }
    }

    fn gather(&self, graph: &mut Graph, sources: &Sources, images: ValueId) -> ValueId {
        gather(graph, sources, images, self.normalization())
    }

    fn check_loaded(&self, input: [usize; 3], loaded: Option<&Facts>) -> Result<(), DataError> {
        check_loaded(input, CLASSES, loaded)
    }
}
