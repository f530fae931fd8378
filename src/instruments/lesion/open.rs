//! A network without some of its parts, with its memory and the weights of a run: counts test images, piece by piece.

use std::ops::Range;

use crate::backend::MEMORY_LIMIT;
use crate::backend::cpu::Kernels;
use crate::core::clock::now_ms;
use crate::core::error::{DataError, Error, ShapeError};
use crate::data::dataset::Split;
use crate::data::gather::NO_IMAGE;
use crate::executor::AnyExecutor;
use crate::network::cuts::Cuts;
use crate::programs::lesion::LesionPlan;
use crate::programs::metrics::{Sums, sums_len};
use crate::programs::statistics::BatchStatistics;
use crate::run::instrument::{PIECE_MS, Weights};
use crate::run::trainer::Trainer;

/// Test images that are computed together.
const AT_A_TIME: usize = 64;
/// Training batches that statistics are estimated from: enough that the mean of their means is steady, few enough for a second.
const BATCHES: usize = 10;

/// See the module's text.
#[derive(Debug)]
pub(super) struct Open {
    parts: Vec<String>,
    anew: bool,
    weights: Weights,
    planned: LesionPlan,
    executor: AnyExecutor,
    classes: usize,
    seed: u64,
    /// The statistics of the training batches so far, added up.
    gathered: Vec<f64>,
    batches: usize,
    wanted: usize,
}

impl Open {
    /// Plans the network without these parts, and gives it the run's weights.
    ///
    /// # Errors
    /// [`ShapeError::TooLarge`], [`DataError::TooFewImages`] where statistics are to be estimated and less than a batch has come, or
    /// memory that is not there.
    pub async fn new(trainer: &Trainer, parts: Vec<String>, cuts: Cuts, anew: bool, weights: Weights) -> Result<Self, Error> {
        let (spec, batch) = (trainer.spec(), trainer.batch());
        let planned = LesionPlan::new(spec, &cuts, AT_A_TIME.min(batch), batch)?;
        let needed_bytes = planned.plan.bytes();
        if needed_bytes > MEMORY_LIMIT {
            return Err(ShapeError::TooLarge { node: spec.name.clone(), needed_bytes, limit_bytes: MEMORY_LIMIT, largest_batch: 0 }.into());
        }
        let dataset = trainer.dataset();
        let (external, trained) = {
            let dataset = dataset.borrow();
            (dataset.external(planned.evaluate.data.images, planned.evaluate.data.labels), dataset.loaded(Split::Train).images)
        };
        let wanted = if anew && planned.statistics.is_some() { (trained / batch).min(BATCHES) } else { 0 };
        if anew && planned.statistics.is_some() && wanted == 0 {
            return Err(DataError::TooFewImages { found: trained, needed: batch }.into());
        }
        let mut executor = AnyExecutor::cpu(Kernels::Simd, &planned.plan, &external).await?;
        trainer.write_weights(&weights, &planned.plan, &mut executor)?;
        let (classes, seed) = (trainer.programs().classes, spec.training.seed);
        Ok(Self { parts, anew, weights, planned, executor, classes, seed, gathered: Vec::new(), batches: 0, wanted })
    }

    /// Whether it is of the same parts and weights.
    pub fn is_of(&self, parts: &[String], anew: bool, weights: &Weights) -> bool {
        self.parts == parts && self.anew == anew && self.weights.same_bits(weights)
    }

    /// Training batches that the statistics are of, and how many there will be.
    pub fn batches(&self) -> [usize; 2] {
        [self.batches, self.wanted]
    }

    /// Takes in training batches as long as some are missing, then counts these images, for the time of a piece. Returns where the next
    /// piece begins.
    ///
    /// # Errors
    /// What the device reports.
    pub async fn piece(&mut self, base: usize, images: Range<usize>) -> Result<(usize, Sums), Error> {
        let begin = now_ms();
        let in_time = || now_ms() - begin < PIECE_MS;
        if let Some(statistics) = self.planned.statistics.clone() {
            while self.batches < self.wanted {
                self.take_batch(&statistics).await?;
                if !in_time() {
                    return Ok((images.start, Sums::empty()));
                }
            }
        }
        let sums = self.planned.evaluate.sums;
        let len = sums_len(self.classes);
        self.executor.write_words(sums, &vec![0; len])?;
        let mut next = images.start;
        loop {
            next = self.count(base, next..images.end)?;
            if next == images.end || !in_time() {
                break;
            }
        }
        let mut words = self.executor.read_words(sums).await?;
        // A buffer's length is rounded up.
        words.truncate(len);
        Ok((next, Sums::from_words(&words)))
    }

    /// Counts the first of these images, and returns which is next.
    fn count(&mut self, base: usize, images: Range<usize>) -> Result<usize, Error> {
        let at_a_time = self.planned.plan.batch;
        let end = images.end.min(images.start + at_a_time);
        let index = |at: usize| if images.start + at < end { (base + images.start + at) as u32 } else { NO_IMAGE };
        let indices: Vec<u32> = (0..at_a_time).map(index).collect();
        self.executor.write_words(self.planned.evaluate.indices, &indices)?;
        self.executor.run(self.planned.evaluate.program)?;
        Ok(end)
    }

    /// Takes in the statistics of the next training batch: the images in the order of the files. After the last, the network has their
    /// mean.
    async fn take_batch(&mut self, statistics: &BatchStatistics) -> Result<(), Error> {
        let Some(arena) = self.planned.plan.statistics_arena.map(|buffer| self.planned.plan.whole(buffer)) else { return Ok(()) };
        self.executor.write_stored(arena, &vec![0.0; arena.len])?;
        let first = self.batches * statistics.batch;
        let indices: Vec<u32> = (first..first + statistics.batch).map(|image| image as u32).collect();
        self.executor.write_words(statistics.indices, &indices)?;
        if let Some(random) = statistics.random {
            let words = [self.seed as u32, (self.seed >> 32) as u32, self.batches as u32, 0];
            self.executor.write_words(random, &words)?;
        }
        self.executor.run(statistics.program)?;
        let of_batch = self.executor.read_stored(arena).await?;
        self.gathered.resize(of_batch.len(), 0.0);
        self.gathered.iter_mut().zip(&of_batch).for_each(|(sum, &value)| *sum += f64::from(value));
        self.batches += 1;
        if self.batches == self.wanted {
            let mean: Vec<f32> = self.gathered.iter().map(|sum| (sum / self.wanted as f64) as f32).collect();
            self.executor.write_stored(arena, &mean)?;
        }
        Ok(())
    }
}
