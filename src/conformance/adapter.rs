//! From the names and attributes of the reference cases to this engine's operators.

use serde_json::Value;

use super::case::CaseError;
use crate::core::fields::Fields;
use crate::core::shape::Shape;
use crate::ir::graph::{Graph, ValueId};
use crate::ops::REGISTRY;
use crate::ops::adapter::{Adapter, Parameters};

/// The adapters of all operators; each is written in its operator's folder.
fn adapters() -> impl Iterator<Item = &'static Adapter> {
    REGISTRY.iter().flat_map(|family| family.adapters)
}

/// What an applied operator is in the graph.
#[derive(Debug)]
pub struct Applied {
    /// The result, then any other outputs, as [`Adapter::outputs`] names them.
    pub outputs: Vec<ValueId>,
    /// Role as the case has it, and value.
    pub parameters: Vec<(String, ValueId)>,
    /// As the parameters.
    pub statistics: Vec<(String, ValueId)>,
}

/// The adapter for an operator.
///
/// # Errors
/// [`CaseError::Unknown`].
pub fn adapter(op: &str) -> Result<&'static Adapter, CaseError> {
    adapters().find(|adapter| adapter.op == op).ok_or_else(|| CaseError::Unknown { what: "op", name: op.to_owned() })
}

/// `bias [4], weight [4, 3, 3, 3]`, in alphabetical order.
fn roles<'a>(parameters: impl Iterator<Item = (&'a str, &'a Shape)>) -> String {
    let mut texts: Vec<String> = parameters.map(|(role, shape)| format!("{role} {shape}")).collect();
    texts.sort_unstable();
    texts.join(", ")
}

/// Applies the operator to values of a graph: in training mode where the graph is in it and the case's `training` does not say otherwise.
///
/// # Errors
/// Attributes that nothing reads, inputs or parameters that are not those of the operator, shapes that do not fit.
pub fn apply(
    adapter: &Adapter,
    graph: &mut Graph,
    node: &str,
    attributes: &Value,
    inputs: &[ValueId],
    parameters: &Parameters,
) -> Result<Applied, CaseError> {
    let least = adapter.inputs.len();
    if !(least..=least + adapter.optional_inputs.len()).contains(&inputs.len()) {
        let (found, expected) = (inputs.len().to_string(), adapter.inputs.join(", "));
        return Err(CaseError::RolesDiffer { node: node.to_owned(), what: "inputs", found, expected });
    }
    let parameters: Vec<(String, Shape)> = parameters.iter().map(|(role, shape)| (adapter.ours(role).to_owned(), shape.clone())).collect();
    let mut fields = Fields::new(format!("{node}.attrs"), attributes)?;
    let chain = (adapter.build)(&mut fields, &parameters)?;
    fields.finish()?;
    let first = graph.nodes.len();
    let training = graph.training;
    graph.training &= attributes["training"].as_bool().unwrap_or(true);
    let mut result = inputs.to_vec();
    for (position, operator) in chain.into_iter().enumerate() {
        let name = if position == 0 { node.to_owned() } else { format!("{node} {}", operator.name()) };
        result = vec![graph.apply(&name, operator, &result)?];
    }
    graph.training = training;
    let made = &graph.nodes[first];
    let outputs = result.into_iter().chain(made.outputs.iter().skip(1).copied()).collect();
    let expected = roles(made.parameters.iter().map(|&id| {
        let role = graph.parameters.iter().find(|(known, _)| *known == id).map_or("", |(_, spec)| spec.role);
        (role, graph.shape(id))
    }));
    let found = roles(parameters.iter().map(|(role, shape)| (role.as_str(), shape)));
    if found != expected {
        return Err(CaseError::RolesDiffer { node: node.to_owned(), what: "parameters", found, expected });
    }
    let parameters = made.parameters.iter().filter_map(|id| graph.parameters.iter().find(|(known, _)| known == id));
    let statistics = made.statistics.iter().filter_map(|id| graph.statistics.iter().find(|(known, _)| known == id));
    Ok(Applied {
        outputs,
        parameters: parameters.map(|(id, spec)| (adapter.theirs(spec.role).to_owned(), *id)).collect(),
        statistics: statistics.map(|(id, spec)| (spec.role.to_owned(), *id)).collect(),
    })
}
