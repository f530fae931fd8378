//! What came of a stage, as a file: from the stage's process to the suite's, and for people who want to know where the time goes.

use std::path::PathBuf;

use serde_json::{Value, json};

use super::times::TestTime;
use crate::counts::Counts;
use crate::failure::{Context, Failure, Result};
use crate::project::Project;

/// The file with the times of all stages and tests of the last run.
pub const TIMES: &str = "target/suite/times.json";

/// How a stage went.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Outcome {
    /// The stage.
    pub name: String,
    /// What it took.
    pub seconds: f64,
    /// How long it kept cores busy, on all of them together; where the system says it.
    pub processor_seconds: Option<f64>,
    /// The tests it ran.
    pub counts: Counts,
    /// Why it failed.
    pub failure: Option<String>,
    /// Its tests, in the order in which they ended.
    pub tests: Vec<TestTime>,
}

impl Outcome {
    /// A stage that did not get to its end.
    pub fn failed(name: &str, seconds: f64, failure: impl Into<String>) -> Self {
        Self { name: name.to_owned(), seconds, failure: Some(failure.into()), ..Self::default() }
    }

    fn path(project: &Project, name: &str) -> PathBuf {
        folder(project).join(format!("{name}.json"))
    }

    fn to_json(&self) -> Value {
        let Counts { passed, failed, skipped } = self.counts;
        json!({
            "stage": self.name,
            "seconds": (self.seconds * 10.0).round() / 10.0,
            "processor_seconds": self.processor_seconds.map(f64::round),
            "passed": passed,
            "failed": failed,
            "skipped": skipped,
            "failure": self.failure,
            "tests": self.tests.iter().map(TestTime::to_json).collect::<Vec<_>>(),
        })
    }

    fn from_json(value: &Value) -> Option<Self> {
        let count = |name: &str| usize::try_from(value[name].as_u64()?).ok();
        Some(Self {
            name: value["stage"].as_str()?.to_owned(),
            seconds: value["seconds"].as_f64()?,
            processor_seconds: value["processor_seconds"].as_f64(),
            counts: Counts { passed: count("passed")?, failed: count("failed")?, skipped: count("skipped")? },
            failure: value["failure"].as_str().map(str::to_owned),
            tests: value["tests"].as_array()?.iter().filter_map(TestTime::from_json).collect(),
        })
    }

    /// Writes it where [`Outcome::take`] finds it.
    pub fn write(&self, project: &Project) -> Result<()> {
        write(&Self::path(project, &self.name), &self.to_json())
    }

    /// Reads what a stage has written, once.
    pub fn take(project: &Project, name: &str) -> Option<Self> {
        let path = Self::path(project, name);
        let text = std::fs::read_to_string(&path).ok()?;
        std::fs::remove_file(&path).ok()?;
        Self::from_json(&serde_json::from_str(&text).ok()?)
    }
}

/// The folder of what the suite leaves: a log of each stage, and the times.
pub fn folder(project: &Project) -> PathBuf {
    project.root.join("target/suite")
}

/// Writes the times of all stages and tests into [`TIMES`].
pub fn write_times(project: &Project, outcomes: &[Outcome], seconds: f64) -> Result<()> {
    let stages: Vec<Value> = outcomes.iter().map(Outcome::to_json).collect();
    write(&project.root.join(TIMES), &json!({ "seconds": seconds.round(), "stages": stages }))
}

fn write(path: &std::path::Path, value: &Value) -> Result<()> {
    let folder = path.parent().ok_or_else(|| Failure::new(format!("{} lies in no folder", path.display())))?;
    std::fs::create_dir_all(folder).context(|| format!("create {}", folder.display()))?;
    std::fs::write(path, format!("{value:#}\n")).context(|| format!("write {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn goes_through_json() {
        let tests = vec![TestTime { name: "a".into(), seconds: 0.25, failed: true }];
        let counts = Counts { passed: 2, failed: 1, skipped: 3 };
        let outcome = Outcome {
            name: "native".into(),
            seconds: 1.5,
            processor_seconds: Some(3.0),
            counts,
            failure: Some("1 tests failed".into()),
            tests,
        };
        assert_eq!(Outcome::from_json(&outcome.to_json()), Some(outcome));
        assert_eq!(Outcome::from_json(&json!({})), None);
    }
}
