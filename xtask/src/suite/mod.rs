//! `cargo xtask test`: everything CI runs.
//!
//! A stage is a process of its own (`cargo xtask test --only STAGE`), so that it can be ended when it hangs, and two run at a time: what one does on a
//! single core (linking with all optimisations, a browser that waits) leaves the other core to the other.

mod outcome;
mod schedule;
mod stages;
mod times;

use std::time::Instant;

use crate::args::Test;
use crate::counts::Counts;
use crate::failure::{Failure, Result};
use crate::machine;
use crate::project::Project;
use crate::setup;
use outcome::Outcome;
use stages::{STAGES, Stage, When};
use times::TestTime;

/// Tests that the summary names as the slowest.
const SLOWEST: usize = 20;

/// Sets up, runs the stages (also after a failed one) and prints what came of them. Returns whether all is well.
pub fn run(project: &mut Project, options: &Test) -> Result<bool> {
    if let [name] = &options.only[..] {
        let stage = find(name)?;
        setup::prepare(project, stage.tools)?;
        return Ok(run_here(project, stage).failure.is_none());
    }
    let started = Instant::now();
    let stages = chosen(options)?;
    let needed = |tool: &&setup::Tool| stages.iter().any(|stage| stage.tools.contains(tool));
    let tools: Vec<setup::Tool> = setup::ALL.iter().filter(needed).copied().collect();
    setup::prepare(project, &tools)?;
    println!("Set-up took {:.0} s", started.elapsed().as_secs_f64());
    let outcomes = schedule::run(project, &stages)?;
    outcome::write_times(project, &outcomes, started.elapsed().as_secs_f64())?;
    Ok(summary(&outcomes, started.elapsed().as_secs_f64()))
}

fn find(name: &str) -> Result<&'static Stage> {
    STAGES.iter().find(|stage| stage.name == name).ok_or_else(|| {
        let known: Vec<&str> = STAGES.iter().map(|stage| stage.name).collect();
        Failure::new(format!("there is no stage `{name}`")).with_remedy(format!("cargo xtask test --only {}", known.join("|")))
    })
}

fn chosen(options: &Test) -> Result<Vec<&'static Stage>> {
    if !options.only.is_empty() {
        return options.only.iter().map(|name| find(name)).collect();
    }
    let runs = |when: When| match when {
        When::Quick => true,
        When::Usual => !options.quick,
        When::All => options.all,
    };
    Ok(STAGES.iter().filter(|stage| runs(stage.when)).collect())
}

/// Runs a stage in this process, and leaves what came of it for the process that started this one.
fn run_here(project: &mut Project, stage: &Stage) -> Outcome {
    let started = Instant::now();
    let mut tests = Vec::new();
    let (counts, failure) = match (stage.run)(project, &mut tests) {
        Ok(counts) => (counts, failure_in(stage, counts)),
        Err(failure) => (Counts::default(), Some(failure.to_string())),
    };
    let (seconds, processor_seconds) = (started.elapsed().as_secs_f64(), machine::processor_seconds_of_children());
    let outcome = Outcome { name: stage.name.to_owned(), seconds, processor_seconds, counts, failure, tests };
    if let Some(failure) = &outcome.failure {
        println!("FAILED: {failure}");
    }
    if let Err(failure) = outcome.write(project) {
        eprintln!("{failure}");
    }
    outcome
}

/// What is wrong with these counts, if anything.
fn failure_in(stage: &Stage, counts: Counts) -> Option<String> {
    if counts.failed > 0 {
        return Some(format!("{} tests failed", counts.failed));
    }
    (stage.has_tests && counts.total() == 0).then(|| "ran no test".to_owned())
}

/// Prints the slowest tests, a line a stage, and the failed tests last, with the line of counts that runners of suites look for. Returns whether all is
/// well.
fn summary(outcomes: &[Outcome], seconds: f64) -> bool {
    let mut tests: Vec<(&str, &TestTime)> =
        outcomes.iter().flat_map(|outcome| outcome.tests.iter().map(|test| (outcome.name.as_str(), test))).collect();
    tests.sort_by(|(_, one), (_, other)| other.seconds.total_cmp(&one.seconds));
    if !tests.is_empty() {
        println!("\nSlowest tests");
        for (stage, test) in tests.iter().take(SLOWEST) {
            println!("  {:>6.1} s  {stage}: {}", test.seconds, test.name);
        }
    }
    println!("\nSummary, {seconds:.0} s in all; every time is in {}", outcome::TIMES);
    for outcome in outcomes {
        let state = if outcome.failure.is_some() { "FAILED" } else { "ok" };
        let counts = if outcome.counts == Counts::default() { String::new() } else { format!("  ({})", outcome.counts) };
        let busy = outcome.processor_seconds.map_or_else(String::new, |seconds| format!("{seconds:>5.0} s of cores"));
        println!("  {state:<6} {:>5.0} s {busy:>16}  {}{counts}", outcome.seconds, outcome.name);
    }
    for outcome in outcomes {
        let Some(failure) = &outcome.failure else { continue };
        println!("FAILED {}: {failure}   (again: cargo xtask test --only {0})", outcome.name);
        for test in outcome.tests.iter().filter(|test| test.failed) {
            println!("  {}", test.name);
        }
    }
    let total = total(outcomes);
    println!("{total}");
    total.failed == 0
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

    fn stage(has_tests: bool) -> Stage {
        Stage { has_tests, ..STAGES[0] }
    }

    #[test]
    fn a_stage_without_tests_has_failed_when_it_should_have_some() {
        let none = Counts::default();
        assert_eq!(failure_in(&stage(true), none).as_deref(), Some("ran no test"));
        assert_eq!(failure_in(&stage(false), none), None);
        assert_eq!(failure_in(&stage(true), Counts { passed: 3, ..none }), None);
        assert_eq!(failure_in(&stage(true), Counts { passed: 3, failed: 2, ..none }).as_deref(), Some("2 tests failed"));
    }

    #[test]
    fn totals() {
        let outcome = |counts, failure: Option<&str>| Outcome { counts, failure: failure.map(str::to_owned), ..Outcome::default() };
        let outcomes = [
            outcome(Counts { passed: 3, failed: 0, skipped: 0 }, None),
            outcome(Counts::default(), Some("a warning")),
            outcome(Counts { passed: 1, failed: 2, skipped: 1 }, Some("2 tests failed")),
        ];
        assert_eq!(total(&outcomes), Counts { passed: 4, failed: 3, skipped: 1 });
    }

    #[test]
    fn quick_is_part_of_the_usual_and_that_of_all() {
        let count = |quick, all| chosen(&Test { quick, all, only: Vec::new() }).unwrap().len();
        assert!(0 < count(true, false) && count(true, false) < count(false, false) && count(false, false) <= count(false, true));
        assert_eq!(count(false, true), STAGES.len());
        assert!(find("no such stage").is_err());
    }

    #[test]
    fn a_stage_waits_for_stages_that_come_before_it() {
        for (place, stage) in STAGES.iter().enumerate() {
            assert!(stage.after.iter().all(|name| STAGES[..place].iter().any(|before| before.name == *name)), "{}", stage.name);
        }
    }
}
