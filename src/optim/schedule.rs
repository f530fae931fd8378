//! How the learning rate changes over a run, step by step.

use std::f64::consts::PI;

use serde_json::Value;

use super::one_cycle::OneCycle;
use crate::core::error::{Expected, SpecError};
use crate::core::fields::{Fields, brief};

/// The learning rate as a function of the step. `rate` is the optimizer's; all spans of time are in epochs, fractions too, and become whole
/// steps by the epoch's length. A span that is `None` is the rest of the run.
///
/// In a run each step has its own rate, where PyTorch's schedulers usually move once an epoch. With epochs of one step they agree.
#[derive(Clone, Debug, Default, PartialEq)]
#[expect(missing_docs, reason = "the fields are PyTorch's")]
pub enum Schedule {
    /// The same in every step.
    #[default]
    Constant,
    /// `rate * gamma^floor(t / step_size)`.
    Step { step_size: f64, gamma: f64 },
    /// `rate * gamma^(milestones reached)`.
    MultiStep { milestones: Vec<f64>, gamma: f64 },
    /// `rate * gamma^t`, t in epochs: it falls within an epoch too.
    Exponential { gamma: f64 },
    /// From the rate to `eta_min` along half a cosine (Loshchilov and Hutter 2017, equation 5, without restarts):
    /// `eta_min + (rate - eta_min) * (1 + cos(pi * t / T_max)) / 2`, and `eta_min` from there on. With an `eta_min` of 0 the last steps are so
    /// small that the end of a run does not depend on its last batches.
    Cosine { t_max: Option<f64>, eta_min: f64 },
    /// `rate * (1 - t / total)^power`, and 0 from there on.
    Polynomial { total: Option<f64>, power: f64 },
    /// First linear from `start_factor * rate` to the rate (Goyal et al. 2017, section 2.2): `rate * (start_factor + (1 - start_factor) *
    /// t / warmup)`; then another schedule, whose time starts there.
    WarmUp { warmup: f64, start_factor: f64, then: Box<Schedule> },
    /// Up to the rate and down again.
    OneCycle(OneCycle),
}

/// The lengths that spans of time are measured by.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pace {
    /// Steps of an epoch.
    pub epoch: u64,
    /// Steps of the run.
    pub run: u64,
}

impl Pace {
    /// Whole steps of a span of epochs, at least one; the run's where there is none.
    pub(super) fn steps(self, epochs: Option<f64>) -> u64 {
        epochs.map_or(self.run, |epochs| (epochs * self.epoch as f64).round() as u64).max(1)
    }
}

/// What a step uses.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Now {
    /// The rate.
    pub learning_rate: f64,
    /// The momentum, from schedules that have one.
    pub momentum: Option<f64>,
}

/// The longest span, in epochs.
pub(super) const LONGEST: f64 = 1e6;

impl Schedule {
    /// Reads `{"type": ...}` with PyTorch's fields, all spans of time in epochs:
    ///
    /// - `constant`
    /// - `step`: `step_size`, `gamma` (0.1)
    /// - `multi_step`: `milestones`, `gamma` (0.1)
    /// - `exponential`: `gamma`
    /// - `cosine`: `T_max` (the run), `eta_min` (0)
    /// - `polynomial`: `total` (the run), `power` (1)
    /// - `one_cycle`: see [`OneCycle`]
    ///
    /// All but `one_cycle` take `warmup` too, with `start_factor` (1/3).
    ///
    /// # Errors
    /// Anything else.
    pub fn from_json(json: &Value) -> Result<Self, SpecError> {
        let mut fields = Fields::new("training.schedule", json)?;
        let read = fields.choice_or("type", TYPES, |_| Ok(Self::Constant))?;
        let mut schedule = read(&mut fields)?;
        if !matches!(schedule, Self::OneCycle(_)) {
            let warmup = fields.number_or("warmup", 0.0, LONGEST, 0.0)?;
            let start_factor = fields.number_or("start_factor", 0.0, 1.0, 1.0 / 3.0)?;
            if warmup > 0.0 {
                schedule = Self::WarmUp { warmup, start_factor, then: Box::new(schedule) };
            }
        }
        fields.finish()?;
        Ok(schedule)
    }

    /// What step `step` (from 0) uses.
    pub fn at(&self, rate: f64, step: u64, pace: Pace) -> Now {
        let t = step as f64;
        let learning_rate = match self {
            Self::Constant => rate,
            Self::Step { step_size, gamma } => rate * gamma.powf((step / pace.steps(Some(*step_size))) as f64),
            Self::MultiStep { milestones, gamma } => {
                let reached = milestones.iter().filter(|&&epochs| (epochs * pace.epoch as f64).round() <= t);
                rate * gamma.powf(reached.count() as f64)
            }
            Self::Exponential { gamma } => rate * gamma.powf(t / pace.epoch.max(1) as f64),
            Self::Cosine { t_max, eta_min } => {
                let part = (t / pace.steps(*t_max) as f64).min(1.0);
                eta_min + (rate - eta_min) * (1.0 + (PI * part).cos()) / 2.0
            }
            Self::Polynomial { total, power } => rate * (1.0 - (t / pace.steps(*total) as f64).min(1.0)).powf(*power),
            Self::WarmUp { warmup, start_factor, then } => {
                let warmup = pace.steps(Some(*warmup));
                if step >= warmup {
                    return then.at(rate, step - warmup, Pace { run: pace.run.saturating_sub(warmup), ..pace });
                }
                rate * (start_factor + (1.0 - start_factor) * t / warmup as f64)
            }
            Self::OneCycle(cycle) => return cycle.at(rate, step, pace),
        };
        Now { learning_rate, momentum: None }
    }
}

/// A reader of one schedule's fields.
type Read = fn(&mut Fields<'_>) -> Result<Schedule, SpecError>;

/// What `type` can be. A new schedule adds its line here.
const TYPES: &[(&str, Read)] = &[
    ("constant", |_| Ok(Schedule::Constant)),
    ("step", |fields| Ok(Schedule::Step { step_size: span(fields, "step_size")?, gamma: gamma(fields, Some(0.1))? })),
    ("multi_step", |fields| Ok(Schedule::MultiStep { milestones: milestones(fields)?, gamma: gamma(fields, Some(0.1))? })),
    ("exponential", |fields| Ok(Schedule::Exponential { gamma: gamma(fields, None)? })),
    ("cosine", |fields| {
        Ok(Schedule::Cosine { t_max: optional_span(fields, "T_max")?, eta_min: fields.number_or("eta_min", 0.0, 1e3, 0.0)? })
    }),
    ("polynomial", |fields| {
        Ok(Schedule::Polynomial { total: optional_span(fields, "total")?, power: fields.number_or("power", 0.0, 100.0, 1.0)? })
    }),
    ("one_cycle", |fields| Ok(Schedule::OneCycle(OneCycle::read(fields)?))),
];

/// A span of more than no time, where there is one.
pub(super) fn optional_span(fields: &mut Fields<'_>, field: &'static str) -> Result<Option<f64>, SpecError> {
    match fields.get(field) {
        Some(_) => fields.number_or(field, SHORTEST, LONGEST, 1.0).map(Some),
        None => Ok(None),
    }
}

/// A rate that falls more often is one that falls with each step.
const MOST_MILESTONES: usize = 1000;

/// The shortest span, in epochs: less than a step of any set of images.
const SHORTEST: f64 = 1e-6;

fn span(fields: &mut Fields<'_>, field: &'static str) -> Result<f64, SpecError> {
    optional_span(fields, field)?.ok_or_else(|| SpecError::MissingField {
        path: fields.path().to_owned(),
        field: field.to_owned(),
        expected: Expected::Epochs { least: SHORTEST, most: LONGEST },
    })
}

fn gamma(fields: &mut Fields<'_>, default: Option<f64>) -> Result<f64, SpecError> {
    if fields.get("gamma").is_none() && default.is_none() {
        let (path, field) = (fields.path().to_owned(), "gamma".to_owned());
        return Err(SpecError::MissingField { path, field, expected: Expected::Number { least: 0.0, most: 10.0 } });
    }
    fields.number_or("gamma", 0.0, 10.0, default.unwrap_or(1.0))
}

fn milestones(fields: &mut Fields<'_>) -> Result<Vec<f64>, SpecError> {
    let expected = || Expected::Milestones { count: MOST_MILESTONES, most: LONGEST };
    let path = fields.path().to_owned();
    let Some(value) = fields.get("milestones") else {
        return Err(SpecError::MissingField { path, field: "milestones".into(), expected: expected() });
    };
    let number = |item: &Value| item.as_f64().filter(|epochs| (0.0..=LONGEST).contains(epochs));
    let numbers = value.as_array().filter(|items| items.len() <= MOST_MILESTONES).and_then(|items| items.iter().map(number).collect());
    numbers.ok_or_else(|| SpecError::InvalidValue { path: format!("{path}.milestones"), found: brief(value), expected: expected() })
}

#[cfg(test)]
mod tests {
    use super::*;

    const RUN: Pace = Pace { epoch: 10, run: 20 };

    fn read(json: &str) -> Result<Schedule, SpecError> {
        Schedule::from_json(&serde_json::from_str(json).unwrap())
    }

    fn rates(json: &str, pace: Pace, steps: &[u64]) -> Vec<f64> {
        let schedule = read(json).unwrap();
        // Without the last digits, which are rounding.
        steps.iter().map(|&step| (schedule.at(0.1, step, pace).learning_rate * 1e12).round() / 1e12).collect()
    }

    #[test]
    fn a_cosine_falls_from_the_rate_to_zero_and_stays_there() {
        let rates = rates(r#"{"type": "cosine"}"#, RUN, &[0, 1, 2, 10, 20, 30]);
        // torch.optim.lr_scheduler.CosineAnnealingLR(T_max=20), lr 0.1.
        assert_eq!(rates, [0.1, 0.099_384_417_03, 0.097_552_825_815, 0.05, 0.0, 0.0]);
    }

    #[test]
    fn spans_are_in_epochs_and_fractions_become_whole_steps() {
        assert_eq!(rates(r#"{"type": "step", "step_size": 0.5, "gamma": 0.5}"#, RUN, &[4, 5, 9, 10, 15]), [0.1, 0.05, 0.05, 0.025, 0.0125]);
        assert_eq!(rates(r#"{"type": "multi_step", "milestones": [1, 0.3]}"#, RUN, &[2, 3, 9, 10]), [0.1, 0.01, 0.01, 0.001]);
        assert_eq!(rates(r#"{"type": "exponential", "gamma": 0.25}"#, RUN, &[0, 5, 10, 20]), [0.1, 0.05, 0.025, 0.00625]);
        assert_eq!(rates(r#"{"type": "cosine", "T_max": 1, "eta_min": 0.02}"#, RUN, &[0, 5, 10, 15]), [0.1, 0.06, 0.02, 0.02]);
        assert_eq!(rates(r#"{"type": "polynomial", "power": 2}"#, RUN, &[0, 10, 20, 40]), [0.1, 0.025, 0.0, 0.0]);
        // A span shorter than a step is one step.
        assert_eq!(rates(r#"{"type": "step", "step_size": 0.01}"#, RUN, &[0, 1]), [0.1, 0.01]);
    }

    #[test]
    fn a_warm_up_leads_to_another_schedule_that_takes_the_rest_of_the_run() {
        let json = r#"{"type": "cosine", "warmup": 0.4, "start_factor": 0.2}"#;
        assert_eq!(rates(json, RUN, &[0, 2, 4, 12, 20]), [0.02, 0.06, 0.1, 0.05, 0.0]);
        // Longer than the run: the rate is still on its way up at the end, and nothing divides by zero after it.
        let long = r#"{"type": "cosine", "warmup": 4, "start_factor": 0}"#;
        assert_eq!(rates(long, RUN, &[20, 39, 40, 41]), [0.05, 0.0975, 0.1, 0.0]);
    }

    #[test]
    fn an_empty_run_has_finite_rates() {
        for kind in ["constant", "cosine", "polynomial", "one_cycle"] {
            for step in [0, 1, 100] {
                let now = read(&format!(r#"{{"type": "{kind}"}}"#)).unwrap().at(0.1, step, Pace { epoch: 0, run: 0 });
                assert!(now.learning_rate.is_finite() && now.learning_rate <= 0.1, "{kind}: {now:?}");
            }
        }
    }

    #[test]
    fn only_known_schedules_are_read() {
        assert_eq!(read(r#"{"type": "cosine"}"#), Ok(Schedule::Cosine { t_max: None, eta_min: 0.0 }));
        assert_eq!(read("{}"), Ok(Schedule::Constant));
        for wrong in [
            r#"{"type": "stairs"}"#,
            r#"{"type": "cosine", "speed": 2}"#,
            r#"{"type": "cosine", "T_max": 0}"#,
            r#"{"type": "constant", "gamma": 0.5}"#,
            r#"{"type": "step"}"#,
            r#"{"type": "step", "step_size": -1}"#,
            r#"{"type": "multi_step"}"#,
            r#"{"type": "multi_step", "milestones": [1, "two"]}"#,
            r#"{"type": "multi_step", "milestones": 3}"#,
            r#"{"type": "exponential"}"#,
            r#"{"type": "one_cycle", "warmup": 1}"#,
            r#"{"type": "one_cycle", "div_factor": 0}"#,
            r#"{"type": "one_cycle", "anneal_strategy": "sine"}"#,
            r#"{"type": "constant", "warmup": -1}"#,
        ] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
