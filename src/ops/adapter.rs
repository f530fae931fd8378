//! How the reference cases write operators: each adapter lies in its operator's folder.

use std::rc::Rc;

use crate::core::error::{Expected, SpecError};
use crate::core::fields::Fields;
use crate::core::shape::Shape;
use crate::ir::operator::Operator;

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
    pub build: fn(&mut Fields<'_>, &Parameters) -> Result<Chain, SpecError>,
}

/// The operator alone, as a chain.
///
/// # Errors
/// None: the type is that of [`Adapter::build`].
pub fn one(operator: impl Operator + 'static) -> Result<Chain, SpecError> {
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

/// The error of a case whose weight is not what the operator needs.
pub fn wrong_weight(rank: usize) -> SpecError {
    SpecError::InvalidValue { path: "weight".into(), found: "another".into(), expected: Expected::WeightRank { rank } }
}

impl Adapter {
    /// What most cases are: one input `x`, one output `y`.
    pub const BASE: Self =
        Self { op: "", inputs: &["x"], optional_inputs: &[], outputs: &["y"], renamed: &[], statistics: &[], build: |_, _| Ok(Vec::new()) };

    /// Our name for a parameter of the case.
    pub fn ours<'a>(&self, role: &'a str) -> &'a str {
        self.renamed.iter().find(|(theirs, _)| *theirs == role).map_or(role, |(_, ours)| ours)
    }

    /// The case's name for a parameter of ours.
    pub fn theirs<'a>(&self, role: &'a str) -> &'a str {
        self.renamed.iter().find(|(_, ours)| *ours == role).map_or(role, |(theirs, _)| theirs)
    }
}
