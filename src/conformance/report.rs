//! What a case came to.

use serde::Serialize;

/// Whether a case passed.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum Outcome {
    Passed,
    Failed,
    /// Something outside the project was not there (MNIST); never because the engine lacks something.
    Skipped,
}

/// One result that was not as it should be.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Failure {
    /// The tensor, as the case names it; empty when the case as a whole could not run.
    pub tensor: String,
    /// The error of the value that is furthest outside what is allowed; absent when there was nothing to compare.
    pub largest_error: Option<f64>,
    /// What was allowed for that value.
    pub allowed: Option<f64>,
    /// A sentence.
    pub message: String,
}

impl Failure {
    /// A failure without numbers.
    pub fn message(tensor: impl Into<String>, message: impl Into<String>) -> Self {
        Self { tensor: tensor.into(), largest_error: None, allowed: None, message: message.into() }
    }
}

/// What a case came to.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CaseReport {
    /// As in the index.
    pub id: String,
    /// Whether it passed.
    pub outcome: Outcome,
    /// Why not; for a skipped case, the reason.
    pub failures: Vec<Failure>,
}

impl CaseReport {
    /// Passed when there are no failures.
    pub fn from_failures(id: String, failures: Vec<Failure>) -> Self {
        let outcome = if failures.is_empty() { Outcome::Passed } else { Outcome::Failed };
        Self { id, outcome, failures }
    }

    /// Skipped for this reason.
    pub fn skipped(id: String, reason: &str) -> Self {
        Self { id, outcome: Outcome::Skipped, failures: vec![Failure::message("", reason)] }
    }
}
