//! From what a user writes to a graph: the language, its presets, initial parameters, and what a network costs.

pub mod cuts;
mod fit;
pub mod init;
pub mod parts;
pub mod short;
pub mod spec;
pub mod zoo;

use crate::core::error::{Part, ShapeError};
use crate::core::layout::Layout;
use crate::core::shape::Shape;
use crate::ir::graph::{Graph, Role, ValueId};

use self::cuts::Cuts;
use self::spec::{Layer, Source, Spec, Work};

/// What a network makes of a batch of images.
#[derive(Clone, Debug)]
pub struct Outputs {
    /// The output itself.
    pub output: ValueId,
    /// What each head makes, and what its loss counts.
    pub heads: Vec<(ValueId, f64)>,
    /// What each layer makes.
    pub values: Vec<ValueId>,
    /// Where the nodes of each layer begin in the graph's, and where those of the last one end.
    pub starts: Vec<usize>,
}

/// Adds the layers of a specification to a graph, with or without those of its heads.
///
/// # Errors
/// The first layer that does not fit what it reads.
pub fn apply_network(graph: &mut Graph, spec: &Spec, images: ValueId, heads: bool) -> Result<Outputs, ShapeError> {
    apply_with(graph, spec, images, heads, &Cuts::default())
}

/// As [`apply_layers`], without these parts. What only they needed is still in the graph: [`Graph::keep_needed`] takes it out.
///
/// # Errors
/// The first layer that does not fit what it reads.
pub fn apply_without(graph: &mut Graph, spec: &Spec, images: ValueId, cuts: &Cuts) -> Result<ValueId, ShapeError> {
    apply_with(graph, spec, images, false, cuts).map(|outputs| outputs.output)
}

fn apply_with(graph: &mut Graph, spec: &Spec, images: ValueId, heads: bool, cuts: &Cuts) -> Result<Outputs, ShapeError> {
    let mut values: Vec<ValueId> = Vec::with_capacity(spec.layers.len());
    let value = |values: &[ValueId], source: Source| match source {
        Source::Images => images,
        Source::Layer(index) => values[index],
    };
    let mut starts = Vec::with_capacity(spec.layers.len() + 1);
    for (index, layer) in spec.layers.iter().enumerate() {
        starts.push(graph.nodes.len());
        if layer.head.is_some() && !heads {
            // Nothing but the same head reads it.
            values.push(images);
            continue;
        }
        let mut inputs: Vec<ValueId> = layer.inputs.iter().map(|&source| value(&values, source)).collect();
        values.push(match cuts.apply(graph, index, &mut inputs) {
            Some(handed_on) => handed_on,
            None => apply_layer(graph, layer, &inputs)?,
        });
    }
    starts.push(graph.nodes.len());
    let heads = spec.heads.iter().filter(|_| heads).map(|head| (value(&values, head.output), head.loss_weight)).collect();
    Ok(Outputs { output: value(&values, spec.output), heads, values, starts })
}

fn apply_layer(graph: &mut Graph, layer: &Layer, inputs: &[ValueId]) -> Result<ValueId, ShapeError> {
    match &layer.work {
        Work::Operator(operator) => graph.apply(&layer.name, operator.clone(), inputs),
        Work::Fit => fit::fit(graph, &layer.name, inputs[0], inputs[1]),
        Work::Crop => fit::crop(graph, &layer.name, inputs[0], inputs[1]),
    }
}

/// As much of a network as fits together.
#[derive(Debug)]
pub struct Fitting {
    /// What each layer makes; nothing where it, or one that it reads, does not fit.
    pub values: Vec<Option<ValueId>>,
    /// Where the nodes of each layer begin in the graph's, and where those of the last one end.
    pub starts: Vec<usize>,
    /// The layers that do not fit what they read, in order.
    pub errors: Vec<(usize, ShapeError)>,
}

/// Adds the layers of a specification to a graph, heads too, as far as they fit together.
pub fn apply_what_fits(graph: &mut Graph, spec: &Spec, images: ValueId) -> Fitting {
    let mut fitting = Fitting { values: Vec::with_capacity(spec.layers.len()), starts: Vec::new(), errors: Vec::new() };
    for (index, layer) in spec.layers.iter().enumerate() {
        fitting.starts.push(graph.nodes.len());
        let inputs = layer.inputs.iter().map(|&source| match source {
            Source::Images => Some(images),
            Source::Layer(index) => fitting.values[index],
        });
        let inputs: Option<Vec<ValueId>> = inputs.collect();
        let made = inputs.and_then(|inputs| apply_layer(graph, layer, &inputs).map_err(|error| fitting.errors.push((index, error))).ok());
        fitting.values.push(made);
    }
    fitting.starts.push(graph.nodes.len());
    fitting
}

/// As [`apply_network`] without heads; returns the output.
///
/// # Errors
/// The first layer that does not fit what it reads.
pub fn apply_layers(graph: &mut Graph, spec: &Spec, images: ValueId) -> Result<ValueId, ShapeError> {
    apply_network(graph, spec, images, false).map(|outputs| outputs.output)
}

/// Adds the value that a batch of images of this specification goes into.
///
/// # Errors
/// [`ShapeError::SizeOverflow`] when the batch does not fit.
pub fn add_images(graph: &mut Graph, spec: &Spec, batch: usize, role: Role) -> Result<ValueId, ShapeError> {
    let [channels, height, width] = spec.input;
    let shape = Shape::new(&[batch, channels, height, width]);
    let overflow = || ShapeError::SizeOverflow { node: "input".into(), what: Part::Batch };
    Layout::Activation.checked_stored_len(&shape).ok_or_else(overflow)?;
    Ok(graph.add("input", shape, Layout::Activation, false, role))
}
