//! Reverse-mode differentiation, graph to graph: adds to a graph the ordinary calls that make its gradients.

use std::collections::HashMap;

use crate::core::error::ShapeError;
use crate::ir::graph::{Graph, Role, ValueId};
use crate::ops::add;

/// Adds the backward calls of every node between `seeds` and what needs a gradient, and returns the gradient of each such value.
///
/// `seeds` are `(value, its gradient)` pairs, usually the loss and a constant 1. Gradients are made for every parameter, and for the
/// values in `also` (an input image, when someone wants to see what the network looks at). A value read by several nodes gets the sum of
/// their gradients by explicit add calls, since kernels overwrite.
///
/// # Errors
/// [`ShapeError::NotDifferentiable`] from a node on the way.
pub fn differentiate(graph: &mut Graph, seeds: &[(ValueId, ValueId)], also: &[ValueId]) -> Result<HashMap<ValueId, ValueId>, ShapeError> {
    let parameters = graph.values.iter().map(|value| value.role == Role::Parameter).collect();
    backward(graph, seeds, also, parameters)
}

/// As [`differentiate`], of the values in `of` and nothing else: parameters get no gradients.
///
/// # Errors
/// [`ShapeError::NotDifferentiable`] from a node on the way.
pub fn differentiate_values(
    graph: &mut Graph,
    seeds: &[(ValueId, ValueId)],
    of: &[ValueId],
) -> Result<HashMap<ValueId, ValueId>, ShapeError> {
    let nothing = vec![false; graph.values.len()];
    backward(graph, seeds, of, nothing)
}

fn backward(
    graph: &mut Graph,
    seeds: &[(ValueId, ValueId)],
    also: &[ValueId],
    needed: Vec<bool>,
) -> Result<HashMap<ValueId, ValueId>, ShapeError> {
    let needed = with_dependents(graph, needed, also);
    let mut gradients: HashMap<ValueId, ValueId> = seeds.iter().copied().collect();
    for index in (0..graph.nodes.len()).rev() {
        let node = graph.nodes[index].clone();
        let Some(&dy) = gradients.get(&node.outputs[0]) else { continue };
        let sources: Vec<ValueId> = node.inputs.iter().chain(&node.parameters).copied().collect();
        let wants: Vec<bool> = sources.iter().map(|id| needed[id.0]).collect();
        if !wants.contains(&true) {
            continue;
        }
        let made = node.operator.clone().backward(graph, &node, dy, &wants)?;
        for (source, gradient) in sources.into_iter().zip(made) {
            let Some(gradient) = gradient else { continue };
            let total = match gradients.get(&source) {
                Some(&earlier) => add::sum_gradients(graph, &node.name, source, earlier, gradient),
                None => gradient,
            };
            gradients.insert(source, total);
        }
    }
    Ok(gradients)
}

/// For every value, whether a gradient has to reach it: those that are needed or asked for, and all that depends on either.
fn with_dependents(graph: &Graph, mut needed: Vec<bool>, also: &[ValueId]) -> Vec<bool> {
    also.iter().for_each(|id| needed[id.0] = true);
    for node in &graph.nodes {
        if node.inputs.iter().chain(&node.parameters).any(|id| needed[id.0]) {
            node.outputs.iter().for_each(|id| needed[id.0] = true);
        }
    }
    needed
}
