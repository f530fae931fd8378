//! The parts that a network can be run without.

use super::cuts::{Part, PartKind};
use super::spec::{Container, Layer, Source, Spec, Work};
use super::{add_images, apply_network};
use crate::core::error::ShapeError;
use crate::ir::graph::{Graph, Role};

/// The parts of a network in the order of its layers, each with the shape that one image's values have there. Those of heads, which are
/// there in training only, are not among them.
///
/// # Errors
/// The first layer that does not fit what it reads.
pub fn parts(spec: &Spec) -> Result<Vec<(Part, Vec<usize>)>, ShapeError> {
    let mut graph = Graph::default();
    let images = add_images(&mut graph, spec, 1, Role::Input)?;
    let values = apply_network(&mut graph, spec, images, false)?.values;
    let shape = |source: Source| match source {
        Source::Images => graph.shape(images),
        Source::Layer(layer) => graph.shape(values[layer]),
    };
    let mut parts: Vec<Part> = (0..spec.containers.len()).flat_map(|container| of_container(spec, container)).collect();
    for (layer, written) in spec.layers.iter().enumerate().filter(|(_, layer)| reads_one(layer)) {
        if shape(written.inputs[0]) == shape(Source::Layer(layer)) {
            parts.push(Part { kind: PartKind::Layer, layer, input: 0, container: None });
        }
    }
    parts.retain(|part| spec.layers[part.layer].head.is_none());
    parts.sort_by_key(|part| (part.layer, part.input));
    let dims = |part: &Part| shape(spec.layers[part.layer].inputs[part.input]).dims()[1..].to_vec();
    Ok(parts.into_iter().map(|part| (part.clone(), dims(&part))).collect())
}

/// Whether a layer is an operator of one value.
fn reads_one(layer: &Layer) -> bool {
    matches!(&layer.work, Work::Operator(operator) if !operator.joins()) && layer.inputs.len() == 1
}

/// The parts that a container is, or has.
fn of_container(spec: &Spec, index: usize) -> Vec<Part> {
    let container = &spec.containers[index];
    let Some(layer) = joining_layer(spec, container) else { return Vec::new() };
    let part = |kind, input| Part { kind, layer, input, container: Some(index) };
    match container.kind {
        // The body's result, and the shortcut.
        "residual" => vec![part(PartKind::Residual, 1)],
        "parallel" => (0..spec.layers[layer].inputs.len()).map(|input| part(PartKind::Branch, input)).collect(),
        // What was kept, and what stands there.
        "join" => vec![part(PartKind::Skip, 0)],
        _ => Vec::new(),
    }
}

/// The layer in which a container's values come together. A residual may have another behind it.
fn joining_layer(spec: &Spec, container: &Container) -> Option<usize> {
    let own = |source: Source| match source {
        Source::Layer(layer) if spec.layers[layer].path == container.path => Some(layer),
        _ => None,
    };
    let last = own(container.output)?;
    if spec.layers[last].inputs.len() > 1 { Some(last) } else { own(*spec.layers[last].inputs.first()?) }
}

/// The name of a branch that has one: that of its container.
pub fn branch_name<'a>(spec: &'a Spec, part: &Part) -> Option<&'a str> {
    let parallel = &spec.containers[part.container.filter(|_| part.kind == PartKind::Branch)?];
    let path = format!("{}.parallel.branches[{}]", parallel.path, part.input);
    let within = |branch: &&Container| branch.layers.start >= parallel.layers.start && branch.layers.end <= parallel.layers.end;
    let found = spec.containers.iter().filter(within).find(|branch| branch.kind == "branch" && *branch.path == *path);
    found.map(|branch| branch.name.as_str())
}
