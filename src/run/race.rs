//! Which backend is faster is measured, on the network that is to be trained: a few steps on each.

use serde::Serialize;

use super::trainer::Trainer;
use crate::core::clock::now_ms;
use crate::core::error::Error;

/// Milliseconds after which no further step is begun on a backend.
const BUDGET_MS: f64 = 120.0;
/// Steps on a backend at most.
const STEPS: usize = 12;

/// Milliseconds that a training step takes on each backend.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Race {
    pub cpu_ms: f64,
    pub webgpu_ms: f64,
}

impl Race {
    /// Whether the CPU is at least as fast.
    pub fn cpu_wins(&self) -> bool {
        self.cpu_ms <= self.webgpu_ms
    }
}

/// The mean time of a step, the first one not counted where there is time for another: it makes and compiles what later ones use. Afterwards the trainer is at
/// step 0 with the parameters it had there.
///
/// # Errors
/// What the device reports.
pub async fn milliseconds_a_step(trainer: &mut Trainer) -> Result<f64, Error> {
    // Which images they are does not change how long it takes; they may not even have come.
    let batch: Vec<u32> = (0..trainer.batch() as u32).collect();
    let begin = now_ms();
    let (mut first, mut steps) = (0.0, 0);
    while steps < STEPS && now_ms() - begin < BUDGET_MS {
        trainer.step_on(&batch).await?;
        trainer.finish().await?;
        if steps == 0 {
            first = now_ms() - begin;
        }
        steps += 1;
    }
    let all = now_ms() - begin;
    trainer.reset(trainer.spec().training.seed)?;
    Ok(if steps > 1 { (all - first) / (steps - 1) as f64 } else { first })
}
