//! From the names and attributes of the reference cases to this engine's operators.

use std::rc::Rc;

use serde_json::Value;

use super::case::CaseError;
use crate::core::fields::Fields;
use crate::core::shape::Shape;
use crate::ir::graph::{Graph, ValueId};
use crate::ir::operator::Operator;
use crate::ops::REGISTRY;

/// Parameters that a case gives an operator: role and canonical shape.
pub type Parameters = [(String, Shape)];

/// Operators to chain; most cases are one. The first gets the inputs and has the parameters.
pub type Chain = Vec<Rc<dyn Operator>>;

/// How the reference cases write one operator.
#[derive(Debug)]
pub struct Adapter {
    /// Its name there.
    pub op: &'static str,
    /// The activations it reads, in our order: `x` is the tensor `in.x`.
    pub inputs: &'static [&'static str],
    /// Inputs after those, which not every case has.
    pub optional_inputs: &'static [&'static str],
    /// What it makes, in our order: `y` is the tensor `out.y`.
    pub outputs: &'static [&'static str],
    /// Parameters that the cases call otherwise: their name, ours.
    pub renamed: &'static [(&'static str, &'static str)],
    /// What the operator gathers over training.
    pub statistics: &'static [&'static str],
    /// Makes the operator from its attributes. What this does not read of them is refused.
    pub build: fn(&mut Fields<'_>, &Parameters) -> Result<Chain, CaseError>,
}

/// The adapters of all operators; each is written in its operator's folder.
fn adapters() -> impl Iterator<Item = &'static Adapter> {
    REGISTRY.iter().flat_map(|family| family.adapters)
}

/// The operator alone, as a chain.
///
/// # Errors
/// None: the type is that of [`Adapter::build`].
pub fn one(operator: impl Operator + 'static) -> Result<Chain, CaseError> {
    Ok(vec![Rc::new(operator)])
}

/// The dimensions of the parameter with this role.
pub fn dims<'a>(parameters: &'a Parameters, role: &str) -> &'a [usize] {
    parameters.iter().find(|(given, _)| given == role).map_or(&[], |(_, shape)| shape.dims())
}

/// Whether there is a parameter with this role.
pub fn has(parameters: &Parameters, role: &str) -> bool {
    parameters.iter().any(|(given, _)| given == role)
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

impl Adapter {
    /// What most cases are: one input `x`, one output `y`.
    pub const BASE: Self =
        Self { op: "", inputs: &["x"], optional_inputs: &[], outputs: &["y"], renamed: &[], statistics: &[], build: |_, _| Ok(Vec::new()) };

    /// Our name for a parameter of the case.
    fn ours<'a>(&self, role: &'a str) -> &'a str {
        self.renamed.iter().find(|(theirs, _)| *theirs == role).map_or(role, |(_, ours)| ours)
    }

    /// The case's name for a parameter of ours.
    fn theirs<'a>(&self, role: &'a str) -> &'a str {
        self.renamed.iter().find(|(_, ours)| *ours == role).map_or(role, |(theirs, _)| theirs)
    }

    /// Applies the operator to values of a graph: in training mode where the graph is in it and the case's `training` does not say otherwise.
    ///
    /// # Errors
    /// Attributes that nothing reads, inputs or parameters that are not those of the operator, shapes that do not fit.
    pub fn apply(
        &self,
        graph: &mut Graph,
        node: &str,
        attributes: &Value,
        inputs: &[ValueId],
        parameters: &Parameters,
    ) -> Result<Applied, CaseError> {
        let least = self.inputs.len();
        if !(least..=least + self.optional_inputs.len()).contains(&inputs.len()) {
            let (found, expected) = (inputs.len().to_string(), self.inputs.join(", "));
            return Err(CaseError::RolesDiffer { node: node.to_owned(), what: "inputs", found, expected });
        }
        let parameters: Vec<(String, Shape)> = parameters.iter().map(|(role, shape)| (self.ours(role).to_owned(), shape.clone())).collect();
        let mut fields = Fields::new(format!("{node}.attrs"), attributes)?;
        let chain = (self.build)(&mut fields, &parameters)?;
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
            parameters: parameters.map(|(id, spec)| (self.theirs(spec.role).to_owned(), *id)).collect(),
            statistics: statistics.map(|(id, spec)| (spec.role.to_owned(), *id)).collect(),
        })
    }
}

/// `bias [4], weight [4, 3, 3, 3]`, in alphabetical order.
fn roles<'a>(parameters: impl Iterator<Item = (&'a str, &'a Shape)>) -> String {
    let mut texts: Vec<String> = parameters.map(|(role, shape)| format!("{role} {shape}")).collect();
    texts.sort_unstable();
    texts.join(", ")
}
