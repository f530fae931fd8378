//! The graph of a network case.

use std::collections::{HashMap, HashSet};

use super::adapter::adapter;
use super::case::{CaseError, Index, NodeCase};
use crate::graph::{Graph, ValueId};
use crate::shape::Shape;

/// A network in the graph.
#[derive(Debug)]
pub(super) struct Network {
    /// `x`, every node's result by the node's name, and other outputs as `node.output`.
    pub(super) values: HashMap<String, ValueId>,
    /// Every parameter with the case's name for it.
    pub(super) parameters: Vec<(String, ValueId)>,
}

impl Network {
    /// The value of this name.
    pub(super) fn value(&self, name: &str) -> Result<ValueId, CaseError> {
        self.values.get(name).copied().ok_or_else(|| CaseError::Unknown { what: "node", name: name.to_owned() })
    }
}

/// Adds the nodes of a case to a graph that has its input.
pub(super) fn build(graph: &mut Graph, nodes: &[NodeCase], x: ValueId, index: &Index) -> Result<Network, CaseError> {
    let mut network = Network { values: HashMap::from([("x".to_owned(), x)]), parameters: Vec::new() };
    let mut taken = HashSet::new();
    for node in nodes {
        let adapter = adapter(&node.op)?;
        for (what, given) in [("buffer", &node.buffers), ("constant", &node.consts)] {
            if let Some(role) = given.keys().next() {
                return Err(CaseError::Unknown { what, name: format!("{role} of {}", node.op) });
            }
        }
        let mut shapes = Vec::new();
        for (role, parameter) in &node.params {
            if !taken.insert(parameter) {
                return Err(CaseError::SharedParameter(parameter.clone()));
            }
            let name = format!("param.{parameter}");
            let info = index.get(&name).ok_or(CaseError::MissingTensor(name))?;
            shapes.push((role.clone(), Shape::new(&info.shape)));
        }
        let inputs: Vec<ValueId> = node.inputs.iter().map(|name| network.value(name)).collect::<Result<_, _>>()?;
        let applied = adapter.apply(graph, &node.name, &node.attrs, &inputs, &shapes)?;
        for (position, (output, &id)) in adapter.outputs.iter().zip(&applied.outputs).enumerate() {
            let name = if position == 0 { node.name.clone() } else { format!("{}.{output}", node.name) };
            network.values.insert(name, id);
        }
        network.parameters.extend(applied.parameters.into_iter().map(|(role, id)| (node.params[&role].clone(), id)));
    }
    Ok(network)
}
