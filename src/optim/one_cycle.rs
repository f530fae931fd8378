//! One cycle: the rate goes up and down once in a run, the momentum the other way.

use std::f64::consts::PI;

use super::schedule::{Now, Pace, optional_span};
use crate::core::error::SpecError;
use crate::core::fields::Fields;

/// The 1cycle policy (Smith and Topin 2018, in PyTorch's form). The rate goes from `rate / div_factor` up to the optimizer's rate (PyTorch's
/// `max_lr`) and down to the first rate over `final_div_factor`; with `three_phase` it comes back to the first rate on the way. Phases end at
/// step `pct_start * total - 1` and `total - 1`, with `three_phase` at `pct_start * total - 1`, `2 * pct_start * total - 2` and `total - 1`;
/// between ends it goes along half a cosine or linearly. With `cycle_momentum` the momentum (Adam's first beta) goes from `max_momentum` to
/// `base_momentum` and back meanwhile. After the last step everything stays as it was there.
#[derive(Clone, Copy, Debug, PartialEq)]
#[expect(missing_docs, reason = "the fields are PyTorch's")]
pub struct OneCycle {
    /// In epochs; `None` is the run.
    pub total: Option<f64>,
    pub pct_start: f64,
    pub linear: bool,
    pub div_factor: f64,
    pub final_div_factor: f64,
    pub three_phase: bool,
    pub cycle_momentum: bool,
    pub base_momentum: f64,
    pub max_momentum: f64,
}

impl Default for OneCycle {
    fn default() -> Self {
        Self {
            total: None,
            pct_start: 0.3,
            linear: false,
            div_factor: 25.0,
            final_div_factor: 1e4,
            three_phase: false,
            cycle_momentum: true,
            base_momentum: 0.85,
            max_momentum: 0.95,
        }
    }
}

/// A phase: the step it ends at, the divisor of the rate there, and the momentum there.
type End = (f64, f64, f64);

impl OneCycle {
    /// Reads `total` (in epochs), `pct_start`, `anneal_strategy` (`"cos"` or `"linear"`), `div_factor`, `final_div_factor`, `three_phase`,
    /// `cycle_momentum`, `base_momentum` and `max_momentum`, all optional.
    ///
    /// # Errors
    /// A value that is not possible.
    pub fn read(fields: &mut Fields<'_>) -> Result<Self, SpecError> {
        let default = Self::default();
        Ok(Self {
            total: optional_span(fields, "total")?,
            pct_start: fields.number_or("pct_start", 0.0, 1.0, default.pct_start)?,
            linear: fields.choice_or("anneal_strategy", &[("cos", false), ("linear", true)], default.linear)?,
            div_factor: fields.number_or("div_factor", 1e-3, 1e9, default.div_factor)?,
            final_div_factor: fields.number_or("final_div_factor", 1e-3, 1e9, default.final_div_factor)?,
            three_phase: fields.flag_or("three_phase", default.three_phase)?,
            cycle_momentum: fields.flag_or("cycle_momentum", default.cycle_momentum)?,
            // Below 1: as a beta of Adam's, 1 would divide by zero.
            base_momentum: fields.number_or("base_momentum", 0.0, 0.9999, default.base_momentum)?,
            max_momentum: fields.number_or("max_momentum", 0.0, 0.9999, default.max_momentum)?,
        })
    }

    /// What step `step` (from 0) uses; `rate` is the largest.
    pub(super) fn at(&self, rate: f64, step: u64, pace: Pace) -> Now {
        let t = step as f64;
        let mut begin: End = (0.0, self.div_factor, self.max_momentum);
        let phases = self.phases(pace.steps(self.total) as f64);
        for (i, &end) in phases.iter().enumerate() {
            if t > end.0 && i + 1 < phases.len() {
                begin = end;
                continue;
            }
            let length = end.0 - begin.0;
            let part = if length > 0.0 { ((t - begin.0) / length).min(1.0) } else { 1.0 };
            let learning_rate = self.between(rate / begin.1, rate / end.1, part);
            let momentum = self.cycle_momentum.then(|| self.between(begin.2, end.2, part));
            return Now { learning_rate, momentum };
        }
        Now { learning_rate: rate, momentum: None }
    }

    fn phases(&self, total: f64) -> Vec<End> {
        let up = (self.pct_start * total - 1.0, 1.0, self.base_momentum);
        let back = (2.0 * self.pct_start * total - 2.0, self.div_factor, self.max_momentum);
        let last = (total - 1.0, self.div_factor * self.final_div_factor, self.max_momentum);
        if self.three_phase { vec![up, back, last] } else { vec![up, last] }
    }

    fn between(&self, begin: f64, end: f64, part: f64) -> f64 {
        if self.linear {
            return begin + (end - begin) * part;
        }
        end + (begin - end) / 2.0 * (1.0 + (PI * part).cos())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(cycle: OneCycle, step: u64, run: u64) -> [f64; 2] {
        let now = cycle.at(0.1, step, Pace { epoch: 1, run });
        [now.learning_rate, now.momentum.unwrap()].map(|value| (value * 1e9).round() / 1e9)
    }

    #[test]
    fn the_rate_goes_up_and_down_and_the_momentum_the_other_way() {
        let cycle = OneCycle::default();
        assert_eq!(at(cycle, 0, 20), [0.004, 0.95]);
        assert_eq!(at(cycle, 5, 20), [0.1, 0.85]);
        assert_eq!(at(cycle, 19, 20), [4e-7, 0.95]);
        assert_eq!(at(cycle, 500, 20), [4e-7, 0.95], "it stays at the end");
        let three = OneCycle { three_phase: true, ..cycle };
        assert_eq!(at(three, 10, 20), [0.004, 0.95]);
    }

    #[test]
    fn short_runs_and_odd_parts_stay_within_the_ends() {
        for (pct_start, three_phase) in [(0.0, false), (1.0, false), (0.5, true), (1.0, true), (0.0, true)] {
            for (run, step) in [(1, 0), (1, 1), (2, 0), (2, 1), (3, 2), (10, 9), (10, 5)] {
                let [rate, momentum] = at(OneCycle { pct_start, three_phase, ..OneCycle::default() }, step, run);
                assert!((0.0..=0.1).contains(&rate) && (0.85..=0.95).contains(&momentum), "{pct_start} {run} {step}: {rate} {momentum}");
            }
        }
    }

    #[test]
    fn the_momentum_can_be_left_alone() {
        let cycle = OneCycle { cycle_momentum: false, ..OneCycle::default() };
        assert_eq!(cycle.at(0.1, 3, Pace { epoch: 1, run: 20 }).momentum, None);
    }
}
