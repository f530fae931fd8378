//! Counts the reports of one backend: a case that runs on several builds passes only if it passes on each.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::cases::Case;
use crate::counts::Counts;

/// How a case came out. The worse of two runs stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Outcome {
    Passed,
    Skipped,
    Failed,
}

/// What one backend's runs have reported.
#[derive(Debug)]
pub struct Tally {
    backend: String,
    ids: BTreeMap<(String, usize), String>,
    outcomes: BTreeMap<(String, usize), Outcome>,
    reported: BTreeSet<(String, usize)>,
    unavailable: Option<String>,
}

impl Tally {
    /// Nothing reported yet of `cases`.
    pub fn new(backend: &str, cases: &[Case]) -> Self {
        let ids = cases.iter().map(|case| ((case.kind.to_owned(), case.index), case.id.clone())).collect();
        Self { backend: backend.to_owned(), ids, outcomes: BTreeMap::new(), reported: BTreeSet::new(), unavailable: None }
    }

    /// The backend's name.
    pub fn backend(&self) -> &str {
        &self.backend
    }

    /// Takes one message of a runner; returns the lines to print.
    pub fn take(&mut self, message: &Value, label: &str) -> Vec<String> {
        if let Some(reason) = message["unavailable"].as_str() {
            self.unavailable = Some(reason.to_owned());
            return Vec::new();
        }
        let key = (message["kind"].as_str().unwrap_or_default().to_owned(), message["index"].as_u64().unwrap_or(u64::MAX) as usize);
        let Some(id) = self.ids.get(&key).cloned() else { return vec![format!("{}{label}: a report on no case: {message}", self.backend)] };
        let report = &message["report"];
        let failures = report["failures"].as_array().cloned().unwrap_or_default();
        let mut lines: Vec<String> = failures.iter().map(|failure| line(&self.backend, label, &id, failure)).collect();
        let outcome = match report["outcome"].as_str() {
            Some("passed") if failures.is_empty() => Outcome::Passed,
            Some("skipped") => {
                lines.push(format!("SKIPPED {}{label} {id}", self.backend));
                Outcome::Skipped
            }
            _ => {
                if lines.is_empty() {
                    lines.push(format!("FAILED  {}{label} {id}: no reason given", self.backend));
                }
                Outcome::Failed
            }
        };
        self.note(key, outcome);
        lines
    }

    /// Ends one build's run: cases it did not report on have failed.
    pub fn end_run(&mut self, finished: bool, label: &str) -> Vec<String> {
        let silent: Vec<_> = self.ids.keys().filter(|key| !self.reported.contains(*key)).cloned().collect();
        let mut lines = Vec::new();
        if !silent.is_empty() || !finished {
            let reason = self.unavailable.take().unwrap_or_else(|| "the runner ended early".into());
            lines.push(format!("FAILED  {}{label}: {} of {} cases did not run: {reason}", self.backend, silent.len(), self.ids.len()));
        }
        silent.into_iter().for_each(|key| self.note(key, Outcome::Failed));
        self.reported.clear();
        lines
    }

    fn note(&mut self, key: (String, usize), outcome: Outcome) {
        let worst = self.outcomes.get(&key).map_or(outcome, |&before| before.max(outcome));
        self.outcomes.insert(key.clone(), worst);
        self.reported.insert(key);
    }

    /// The counts so far.
    pub fn counts(&self) -> Counts {
        let of = |wanted| self.outcomes.values().filter(|&&outcome| outcome == wanted).count();
        Counts { passed: of(Outcome::Passed), failed: of(Outcome::Failed), skipped: of(Outcome::Skipped) }
    }

    /// `simd: N passed, N failed, N skipped`.
    pub fn closing_line(&self) -> String {
        format!("{}: {}", self.backend, self.counts())
    }
}

/// One failure: case, tensor, largest error, allowed.
fn line(backend: &str, label: &str, id: &str, failure: &Value) -> String {
    let mut text = format!("FAILED  {backend}{label} {id}");
    if let Some(tensor) = failure["tensor"].as_str().filter(|tensor| !tensor.is_empty()) {
        text += &format!(" {tensor}");
    }
    if let (Some(error), Some(allowed)) = (failure["largest_error"].as_f64(), failure["allowed"].as_f64()) {
        text += &format!(": largest error {error:.3e}, allowed {allowed:.3e}");
    }
    if let Some(message) = failure["message"].as_str().filter(|message| !message.is_empty()) {
        text += &format!(": {message}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn cases() -> Vec<Case> {
        vec![Case { kind: "ops", index: 0, id: "relu/a".into() }, Case { kind: "ops", index: 3, id: "relu/b".into() }]
    }

    fn report(index: usize, outcome: &str, failures: Value) -> Value {
        json!({"kind": "ops", "index": index, "report": {"id": "x", "outcome": outcome, "failures": failures}})
    }

    #[test]
    fn a_case_must_pass_on_every_build() {
        let mut tally = Tally::new("simd", &cases());
        assert!(tally.take(&report(0, "passed", json!([])), "").is_empty());
        assert!(tally.take(&report(3, "passed", json!([])), "").is_empty());
        assert!(tally.end_run(true, "").is_empty());
        assert_eq!(tally.closing_line(), "simd: 2 passed, 0 failed, 0 skipped");
        let failure = json!([{"tensor": "out.y", "largest_error": 0.5, "allowed": 1e-6, "message": ""}]);
        let lines = tally.take(&report(3, "failed", failure), " (relaxed_simd)");
        assert_eq!(lines, ["FAILED  simd (relaxed_simd) relu/b out.y: largest error 5.000e-1, allowed 1.000e-6"]);
        tally.take(&report(0, "skipped", json!([])), "");
        assert!(tally.end_run(true, "").is_empty());
        assert_eq!(tally.closing_line(), "simd: 0 passed, 1 failed, 1 skipped");
    }

    #[test]
    fn a_missing_backend_fails_every_case() {
        let mut tally = Tally::new("webgpu", &cases());
        tally.take(&json!({"unavailable": "no_adapter"}), "");
        let lines = tally.end_run(true, "");
        assert_eq!(lines, ["FAILED  webgpu: 2 of 2 cases did not run: no_adapter"]);
        assert_eq!(tally.closing_line(), "webgpu: 0 passed, 2 failed, 0 skipped");
    }

    #[test]
    fn a_pass_with_failures_is_none() {
        let mut tally = Tally::new("scalar", &cases());
        assert_eq!(tally.take(&report(0, "passed", json!([{"message": "odd"}])), "").len(), 1);
        assert_eq!(tally.take(&report(3, "strange", json!([])), "").len(), 1);
        assert_eq!(tally.counts().failed, 2);
    }
}
