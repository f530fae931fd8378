//! The graph of a network case.

use std::collections::{HashMap, HashSet};

use super::adapter::{adapter, apply};
use super::case::{CaseError, NodeCase};
use super::check::Check;
use super::tensors::Values;
use crate::core::layout::Layout;
use crate::ir::graph::{Graph, Role, ValueId};
use crate::ops::conv2d::connections::Connections;

/// A network in the graph.
#[derive(Debug)]
pub(super) struct Network {
    /// `x`, every node's result by the node's name, and other outputs as `node.output`.
    pub(super) values: HashMap<String, ValueId>,
    /// Every parameter with the case's name for it.
    pub(super) parameters: Vec<(String, ValueId)>,
    /// As the parameters: what nodes gather over training.
    pub(super) statistics: Vec<(String, ValueId)>,
    /// Inputs and parameters that the case fixes, with the names of their tensors.
    pub(super) constants: Vec<(String, ValueId)>,
}

impl Network {
    /// The value of this name.
    pub(super) fn value(&self, name: &str) -> Result<ValueId, CaseError> {
        self.values.get(name).copied().ok_or_else(|| CaseError::Unknown { what: "node", name: name.to_owned() })
    }
}

/// Adds the nodes of a case to a graph that has its input.
pub(super) fn build(
    graph: &mut Graph,
    nodes: &[NodeCase],
    x: ValueId,
    check: &mut Check<'_>,
    gradients: bool,
) -> Result<Network, CaseError> {
    let mut network =
        Network { values: HashMap::from([("x".to_owned(), x)]), parameters: Vec::new(), statistics: Vec::new(), constants: Vec::new() };
    let mut taken = HashSet::new();
    for node in nodes {
        let adapter = adapter(&node.op)?;
        let mut shapes = Vec::new();
        for (role, parameter) in &node.params {
            // Without gradients, which would have to be summed, two nodes may hold the same numbers.
            if !taken.insert(parameter) && gradients {
                return Err(CaseError::SharedParameter(parameter.clone()));
            }
            shapes.push((role.clone(), check.shape(&format!("param.{parameter}"))?));
        }
        let mut inputs: Vec<ValueId> = node.inputs.iter().map(|name| network.value(name)).collect::<Result<_, _>>()?;
        let mut attributes = node.attrs.clone();
        for (role, constant) in &node.consts {
            let name = format!("const.{constant}");
            if node.op == "conv2d" && role == "weight_mask" {
                let mask = check.given(&name)?;
                let Values::Floats(floats) = &mask.values else { return Err(CaseError::Malformed(format!("{name} must be floats"))) };
                let whole = || CaseError::Malformed(format!("{name} must be 1 or 0 for whole pairs of channels"));
                let connections = Connections::from_mask(&mask.shape, floats).ok_or_else(whole)?.to_json();
                let fields =
                    attributes.as_object_mut().ok_or_else(|| CaseError::Malformed(format!("{}: attrs are no object", node.name)))?;
                fields.insert("connections".to_owned(), connections);
                continue;
            }
            let shape = check.shape(&name)?;
            if adapter.inputs.iter().chain(adapter.optional_inputs).any(|input| input == role) {
                let id = graph.add(format!("{} {role}", node.name), shape, Layout::Activation, false, Role::Input);
                inputs.push(id);
                network.constants.push((name, id));
            } else {
                shapes.push((role.clone(), shape));
            }
        }
        let applied = apply(adapter, graph, &node.name, &attributes, &inputs, &shapes)?;
        for (position, (output, &id)) in adapter.outputs.iter().zip(&applied.outputs).enumerate() {
            let name = if position == 0 { node.name.clone() } else { format!("{}.{output}", node.name) };
            network.values.insert(name, id);
        }
        for (role, id) in applied.parameters {
            let unknown = || CaseError::Unknown { what: "parameter of", name: format!("{}: {role}", node.name) };
            match node.params.get(&role) {
                Some(name) => network.parameters.push((name.clone(), id)),
                None => network.constants.push((format!("const.{}", node.consts.get(&role).ok_or_else(unknown)?), id)),
            }
        }
        if applied.statistics.len() != node.buffers.len() {
            let (found, expected) = (node.buffers.len().to_string(), applied.statistics.len().to_string());
            return Err(CaseError::RolesDiffer { node: node.name.clone(), what: "buffers", found, expected });
        }
        for (role, id) in applied.statistics {
            let name =
                node.buffers.get(&role).ok_or_else(|| CaseError::Unknown { what: "buffer of", name: format!("{}: {role}", node.name) })?;
            network.statistics.push((name.clone(), id));
        }
    }
    Ok(network)
}
