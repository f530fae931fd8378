//! `cargo xtask test`: everything CI runs, cheapest first.

mod stages;

use std::time::Instant;

use crate::counts::Counts;
use crate::failure::{Failure, Result};
use crate::project::Project;
use crate::setup;

/// One step of the suite.
pub struct Stage {
    name: &'static str,
    /// Whether it runs tests. One that does and finds none has failed.
    has_tests: bool,
    run: fn(&mut Project) -> Result<Counts>,
}

/// How a stage went.
struct Outcome {
    name: &'static str,
    seconds: f64,
    counts: Counts,
    failure: Option<Failure>,
}

/// Sets up, runs every stage (also after a failed one) and prints the counts. Returns whether all is well.
pub fn run(project: &mut Project) -> Result<bool> {
    let started = Instant::now();
    setup::prepare(project, setup::ALL)?;
    println!("Set-up took {:.0} s", started.elapsed().as_secs_f64());
    let outcomes: Vec<Outcome> = stages::STAGES.iter().map(|stage| run_stage(project, stage)).collect();
    println!("\nSummary, {:.0} s in all", started.elapsed().as_secs_f64());
    for outcome in &outcomes {
        let state = if outcome.failure.is_some() { "FAILED" } else { "ok" };
        let counts = if outcome.counts == Counts::default() { String::new() } else { format!("  ({})", outcome.counts) };
        println!("  {state:<6} {:>5.0} s  {}{counts}", outcome.seconds, outcome.name);
    }
    for failure in outcomes.iter().filter_map(|outcome| Some((outcome.name, outcome.failure.as_ref()?))) {
        println!("{}: {}", failure.0, failure.1);
    }
    let total = total(&outcomes);
    println!("{total}");
    Ok(total.failed == 0)
}

fn run_stage(project: &mut Project, stage: &Stage) -> Outcome {
    println!("\n== {} ==", stage.name);
    let started = Instant::now();
    let (counts, mut failure) = match (stage.run)(project) {
        Ok(counts) => (counts, None),
        Err(failure) => (Counts::default(), Some(failure)),
    };
    if failure.is_none() && counts.failed > 0 {
        failure = Some(Failure::new(format!("{} tests failed", counts.failed)));
    }
    if failure.is_none() && stage.has_tests && counts.total() == 0 {
        failure = Some(Failure::new("ran no test"));
    }
    if let Some(failure) = &failure {
        println!("FAILED: {failure}");
    }
    Outcome { name: stage.name, seconds: started.elapsed().as_secs_f64(), counts, failure }
}

/// All counts; a stage that failed without a failed test (a lint, a build) counts as one failure.
fn total(outcomes: &[Outcome]) -> Counts {
    let mut total = Counts::default();
    for outcome in outcomes {
        total += outcome.counts;
        if outcome.failure.is_some() && outcome.counts.failed == 0 {
            total.failed += 1;
        }
    }
    total
}

#[cfg(test)]
mod tests {
    use super::*;

    fn project() -> Project {
        Project::find().unwrap()
    }

    fn passed(passed: usize) -> Counts {
        Counts { passed, ..Counts::default() }
    }

    #[test]
    fn a_stage_without_tests_has_failed_when_it_should_have_some() {
        let mut stage = Stage { name: "x", has_tests: true, run: |_| Ok(Counts::default()) };
        assert!(run_stage(&mut project(), &stage).failure.is_some());
        stage.has_tests = false;
        assert!(run_stage(&mut project(), &stage).failure.is_none());
    }

    #[test]
    fn totals() {
        let stages = [
            Stage { name: "tests", has_tests: true, run: |_| Ok(passed(3)) },
            Stage { name: "lint", has_tests: false, run: |_| Err(Failure::new("a warning")) },
            Stage { name: "more", has_tests: true, run: |_| Ok(Counts { passed: 1, failed: 2, skipped: 1 }) },
        ];
        let outcomes: Vec<_> = stages.iter().map(|stage| run_stage(&mut project(), stage)).collect();
        assert_eq!(total(&outcomes), Counts { passed: 4, failed: 3, skipped: 1 });
    }
}
