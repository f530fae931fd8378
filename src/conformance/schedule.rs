//! Cases of a schedule: the rate of every step. Schedules are host code, the same for every backend.

use serde_json::{Map, Value};

use super::case::{CaseError, ScheduleCase};
use super::compare;
use super::report::Failure;
use crate::optim::schedule::{Pace, Schedule};

/// What a specification calls the schedule of a case. Those with a warm-up are that of their second part.
fn type_of(name: &str) -> Result<&str, CaseError> {
    match name {
        "constant" | "step" | "exponential" | "cosine" | "polynomial" | "one_cycle" => Ok(name),
        "multistep" => Ok("multi_step"),
        "warmup" => Ok("constant"),
        _ => match name.strip_prefix("warmup_") {
            Some(then) => type_of(then),
            None => Err(CaseError::Unknown { what: "schedule", name: name.to_owned() }),
        },
    }
}

/// The rate that the schedule bends, and the rest of the attributes under a specification's names.
fn read(case: &ScheduleCase) -> Result<(f64, Schedule), CaseError> {
    let mut fields = Map::from_iter([("type".to_owned(), type_of(&case.schedule)?.into())]);
    let mut rate = None;
    for (name, value) in case.attrs.clone() {
        match name.as_str() {
            "lr" | "max_lr" => rate = value.as_f64(),
            "total_steps" => drop(fields.insert("total".into(), value)),
            _ => drop(fields.insert(name, value)),
        }
    }
    let rate = rate.ok_or_else(|| CaseError::Malformed("a schedule has a learning rate".into()))?;
    Ok((rate, Schedule::from_json(&Value::Object(fields))?))
}

/// The cases count in steps: an epoch of one step.
pub(super) fn run(case: &ScheduleCase) -> Result<Vec<Failure>, CaseError> {
    let (rate, schedule) = read(case)?;
    let pace = Pace { epoch: 1, run: case.lr.len() as u64 };
    let mut failures = Vec::new();
    for (step, &want) in case.lr.iter().enumerate() {
        let now = schedule.at(rate, step as u64, pace);
        failures.extend(compare::number(&format!("lr[{step}]"), now.learning_rate, want, case.atol, case.rtol));
        let (got, want) = (now.momentum, case.momentum.as_ref().map(|momentum| momentum.get(step)));
        match (got, want) {
            (None, None) => (),
            (Some(got), Some(Some(&want))) => {
                failures.extend(compare::number(&format!("momentum[{step}]"), got, want, case.atol, case.rtol))
            }
            _ => failures.push(Failure::message(format!("momentum[{step}]"), format!("it is {got:?}, expected {want:?}"))),
        }
    }
    Ok(failures)
}
