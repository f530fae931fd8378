//! How the learning rate changes over a run.

use serde_json::Value;

use crate::error::SpecError;
use crate::network::fields::Fields;

/// The learning rate as a function of the step.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Schedule {
    /// The same in every step.
    #[default]
    Constant,
    /// From the rate to 0 along half a cosine (Loshchilov and Hutter 2017, equation 5, without restarts):
    /// `rate * (1 + cos(pi * step / total)) / 2`. The last steps are then so small that the end of a run does not depend on its last batches.
    Cosine,
}

impl Schedule {
    /// Reads `{"type": "constant"}` or `{"type": "cosine"}`.
    ///
    /// # Errors
    /// Anything else.
    pub fn from_json(json: &Value) -> Result<Self, SpecError> {
        let mut fields = Fields::new("training.schedule", json)?;
        let schedule = fields.choice_or("type", &[("constant", Self::Constant), ("cosine", Self::Cosine)], Self::Constant)?;
        fields.finish()?;
        Ok(schedule)
    }

    /// The rate of step `step` (from 0) of a run of `total` steps; past its end, that of the end.
    pub fn rate(self, rate: f64, step: u64, total: u64) -> f64 {
        match self {
            Self::Constant => rate,
            Self::Cosine => {
                let part = step.min(total) as f64 / total.max(1) as f64;
                rate * (1.0 + (std::f64::consts::PI * part).cos()) / 2.0
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cosine_falls_from_the_rate_to_zero_and_stays_there() {
        let rate = |step| Schedule::Cosine.rate(0.1, step, 20);
        // torch.optim.lr_scheduler.CosineAnnealingLR(T_max=20), lr 0.1.
        for (step, expected) in [(0, 0.1), (1, 0.099_384_417_029_756_9), (2, 0.097_552_825_814_757_69), (10, 0.05), (20, 0.0), (30, 0.0)] {
            assert!((rate(step) - expected).abs() < 1e-12, "step {step}: {}", rate(step));
        }
        assert_eq!(Schedule::Constant.rate(0.1, 7, 20), 0.1);
    }

    #[test]
    fn only_known_schedules_are_read() {
        let read = |json: &str| Schedule::from_json(&serde_json::from_str(json).unwrap());
        assert_eq!(read(r#"{"type": "cosine"}"#), Ok(Schedule::Cosine));
        assert!(read(r#"{"type": "stairs"}"#).is_err());
        assert!(read(r#"{"type": "cosine", "speed": 2}"#).is_err());
    }
}
