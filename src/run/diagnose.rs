//! Which node made the first number that is none: the step is taken again, kernel by kernel.

use super::trainer::Trainer;
use crate::backend::Device;
use crate::backend::cpu::Kernels;
use crate::core::error::{Error, NotFinite, TrainError};
use crate::core::safetensors::floats::not_finite;
use crate::ir::program::Program;
use crate::programs::metrics::Sums;
use crate::programs::optimizer::OPTIMIZER;

/// The node of the plan's steps that sums the metrics; forward comes before it, backward after it.
const METRICS: &str = "metrics";

impl Trainer {
    /// The parameters, and the statistics where they are asked for too, that have values which are not finite, under the names of files.
    ///
    /// # Errors
    /// What the device reports.
    pub async fn non_finite_weights(&mut self, statistics: bool) -> Result<Vec<NotFinite>, Error> {
        let mut found = Vec::new();
        for (name, place) in self.tensors().into_iter().take(1 + usize::from(statistics)).flatten() {
            let count = not_finite(&self.executor.read_value(&place).await?);
            if count > 0 {
                found.push(NotFinite { name, count });
            }
        }
        Ok(found)
    }

    /// The error that names weights.
    pub(super) fn blame_weights(&self, tensors: Vec<NotFinite>) -> TrainError {
        TrainError::NonFiniteWeights { step: self.steps(), tensors, loaded: self.loaded_not_finite, learning_rate: self.learning_rate() }
    }

    /// After sums that were not all finite: goes back to before the step in which that was found, whose parameters the optimizer did not
    /// touch, and says where in it the first number was made that is none, or which parameters were none before.
    ///
    /// # Errors
    /// What the device reports.
    pub async fn find_non_finite(&mut self, sums: &Sums) -> Result<TrainError, Error> {
        let batch = self.batch();
        let taken = self.recent.len() / batch;
        let within = (sums.steps as usize).clamp(1, taken.max(1));
        let step = self.steps() - taken as u64 + within as u64;
        let indices: Vec<u32> = self.recent.chunks(batch).nth(within - 1).map(<[u32]>::to_vec).unwrap_or_default();
        self.go_back_to(step - 1);
        let learning_rate = self.learning_rate();
        let tensors = self.non_finite_weights(false).await?;
        if !tensors.is_empty() {
            // They were so before the step: what it made of them says nothing.
            return Ok(self.blame_weights(tensors));
        }

        let mut found = None;
        for (worker, shard) in self.cut(&indices).into_iter().enumerate().filter(|(_, shard)| !shard.is_empty()) {
            found = if shard.len() == self.programs.train.indices.len {
                self.first_of_shard(worker, shard).await?
            } else {
                // Another worker's shard may be an image smaller than this one's. Filled up with an empty image it would have other statistics.
                let mut other = Self::with_shard(self.spec().clone(), shard.len(), Device::Cpu(Kernels::Simd), self.dataset()).await?;
                other.restore(&self.checkpoint().await?)?;
                other.first_of_shard(worker, shard).await?
            };
            if found.is_some() {
                break;
            }
        }
        // Where there is none, the sum over the batch passed the largest number although none of its parts did.
        let (node, what) = found.unwrap_or_else(|| ("loss".to_owned(), "loss"));
        Ok(TrainError::NonFinite { step, node, what, learning_rate })
    }
    /// The node that makes the first number that is none of a worker's shard, and whether it is of the loss, the activations or the gradients. Statistics
    /// stay as they are.
    async fn first_of_shard(&mut self, worker: usize, shard: &[u32]) -> Result<Option<(String, &'static str)>, Error> {
        let statistics = self.read_statistics().await?;
        let place = self.programs.train.indices;
        let all = &self.programs.plan[self.programs.train.program].steps;
        let forward = all.iter().position(|step| step.node == METRICS).unwrap_or(all.len());
        let steps: Vec<_> = all.iter().filter(|step| step.node != METRICS && step.node != OPTIMIZER).cloned().collect();
        self.executor.write_words(place, shard)?;
        self.write_random(worker)?;
        let found = self.executor.first_non_finite(Program { steps, ..Program::default() }).await?;
        self.write_statistics(&statistics)?;
        Ok(found.map(|(index, node)| {
            let what = if node == "loss" {
                "loss"
            } else if index < forward {
                "activations"
            } else {
                "gradients"
            };
            (node, what)
        }))
    }
}
