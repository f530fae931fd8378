//! The run under way in a session: its trainer, its times and sums, its place between evaluations and checkpoints.

use super::checkpoint::{Checkpoint, Restored};
use super::instrument::Instrument;
use super::protocol::{Evaluation, Event, Metrics, Restoration};
use super::session::SLICE_MS;
use super::trainer::{Image, Trainer};
use crate::backend::Device;
use crate::backend::cpu::Kernels;
use crate::core::clock::now_ms;
use crate::core::error::{DeviceError, Error};
use crate::data::dataset::Split;
use crate::programs::metrics::Sums;
use crate::run::select::BackendStatus;

/// Images of a passing look at the test set.
const QUICK_EVALUATION: usize = 1000;
/// Milliseconds between two checkpoints on a device that can be lost.
const CHECKPOINT_MS: f64 = 2000.0;

/// The run under way.
pub(super) struct Run {
    pub name: String,
    pub trainer: Trainer,
    pub backend: BackendStatus,
    pub epochs: u64,
    /// Sums since the last metrics event, and since the epoch began.
    pub epoch_sums: Sums,
    pub metrics_at: f64,
    pub training_ms: f64,
    pub epoch_ms: f64,
    pub window_ms: f64,
    pub steps_at_metrics: u64,
    pub epoch_images: u64,
    pub steps_a_slice: u32,
    /// An evaluation under way between slices.
    pub evaluating: Option<Evaluating>,
    pub evaluated_at_ms: f64,
    pub evaluation_cost_ms: f64,
    pub checkpoint: Option<(Checkpoint, f64)>,
    pub wait_for_all: bool,
    /// What it has been asked with, by name.
    pub instruments: Vec<(&'static str, Box<dyn Instrument>)>,
}

/// A test evaluation that training makes room for.
#[derive(Clone, Copy)]
pub(super) struct Evaluating {
    pub from: usize,
    pub to: usize,
    pub cost_ms: f64,
    pub ends_epoch: bool,
}

impl Run {
    pub fn new(name: String, trainer: Trainer, backend: BackendStatus) -> Self {
        let mut run = Self {
            name,
            trainer,
            backend,
            epochs: 0,
            epoch_sums: Sums::empty(),
            metrics_at: 0.0,
            training_ms: 0.0,
            epoch_ms: 0.0,
            window_ms: 0.0,
            steps_at_metrics: 0,
            epoch_images: 0,
            steps_a_slice: 1,
            evaluating: None,
            evaluated_at_ms: 0.0,
            evaluation_cost_ms: 100.0,
            checkpoint: None,
            wait_for_all: false,
            instruments: Vec::new(),
        };
        run.rewind();
        run
    }

    /// Back to step 0, times and sums too.
    pub fn rewind(&mut self) {
        self.begin_epoch();
        (self.epochs, self.training_ms, self.window_ms, self.evaluated_at_ms) = (0, 0.0, 0.0, 0.0);
        self.steps_at_metrics = 0;
        (self.evaluating, self.checkpoint) = (None, None);
    }

    /// Whole epochs behind it.
    pub fn epochs_done(&self) -> u64 {
        let in_epoch = self.trainer.remaining_in_epoch() >= self.trainer.batch();
        self.trainer.epoch().saturating_sub(in_epoch.into())
    }

    /// Where it stands after a file, of which this became.
    pub fn restoration(&mut self, Restored { note, kept, fresh, taken_off, not_finite, other_data }: Restored) -> Restoration {
        let (step, epoch, epochs_done) = (self.trainer.steps(), self.trainer.epoch(), self.epochs_done());
        self.steps_at_metrics = step;
        Restoration { step, epoch, epochs_done, note, kept, fresh, taken_off, not_finite, other_data }
    }

    /// An image to compute, over the clutter of an image of the set where the data have any.
    pub fn image<'a>(&self, pixels: &'a [u8], (split, index): (Option<Split>, usize)) -> Image<'a> {
        let base = split.map_or(0, |split| self.trainer.dataset().borrow().base(split));
        Image { pixels, draw: base.wrapping_add(index) as u32 }
    }

    pub fn begin_epoch(&mut self) {
        self.epoch_sums = Sums::empty();
        (self.epoch_ms, self.epoch_images) = (0.0, 0);
    }

    pub fn count_time(&mut self, elapsed: f64) {
        self.training_ms += elapsed;
        self.epoch_ms += elapsed;
        self.window_ms += elapsed;
    }

    /// Fits the number of steps in a slice to the time a slice should take.
    pub fn pace(&mut self, elapsed: f64) {
        let fitting = f64::from(self.steps_a_slice) * SLICE_MS / elapsed.max(0.5);
        self.steps_a_slice = fitting.clamp(1.0, f64::from(self.steps_a_slice) * 2.0) as u32;
    }

    pub fn batch(&self) -> u64 {
        self.trainer.batch() as u64
    }

    pub fn test_set_complete(&self) -> bool {
        let test = self.trainer.dataset().borrow().loaded(Split::Test);
        test.images == test.total
    }

    /// Reads and clears the sums on the device.
    ///
    /// # Errors
    /// [`TrainError::NonFinite`], [`TrainError::NonFiniteWeights`], or what the device reports.
    pub async fn measure(&mut self) -> Result<Metrics, Error> {
        let sums = self.trainer.take_training_sums().await?;
        let (step, learning_rate) = (self.trainer.steps(), self.trainer.learning_rate());
        self.epoch_sums.add(&sums);
        let images = (step - self.steps_at_metrics) * self.batch();
        let images_per_second = images as f64 / (self.window_ms / 1e3).max(1e-9);
        (self.window_ms, self.steps_at_metrics, self.metrics_at) = (0.0, step, now_ms());
        let loaded = self.trainer.dataset().borrow().loaded(Split::Train);
        let steps_an_epoch = (loaded.images as f64 / self.batch() as f64).floor().max(1.0);
        let left_in_epoch = (self.trainer.remaining_in_epoch() as f64 / self.batch() as f64).floor();
        let epochs_done = self.trainer.epoch() as f64 - left_in_epoch / steps_an_epoch;
        let steps_left = (self.epochs as f64 - epochs_done).max(0.0) * steps_an_epoch;
        Ok(Metrics {
            step,
            epoch: self.trainer.epoch(),
            epochs: self.epochs,
            images_seen: step * self.batch(),
            images_in_use: loaded.images,
            images_total: loaded.total,
            loss: sums.mean_loss(),
            top1: sums.top1_rate(),
            top5: sums.top5_rate(),
            images_per_second,
            seconds: self.training_ms / 1e3,
            progress: (epochs_done / self.epochs.max(1) as f64).clamp(0.0, 1.0),
            seconds_left: (images_per_second > 0.0).then(|| steps_left * self.batch() as f64 / images_per_second),
            learning_rate,
            speed_up: self.trainer.alone_images_per_second().map(|alone| images_per_second / alone),
        })
    }

    pub fn begin_evaluation(&mut self, images: usize, ends_epoch: bool) -> Result<(), Error> {
        self.trainer.begin_evaluation(Split::Test)?;
        self.evaluating = Some(Evaluating { from: 0, to: images, cost_ms: 0.0, ends_epoch });
        Ok(())
    }

    /// Looks at part of the test set when that takes at most a tenth of the time.
    pub fn evaluate_in_passing(&mut self) -> Result<(), Error> {
        let since = self.training_ms - self.evaluated_at_ms;
        let images = self.trainer.dataset().borrow().loaded(Split::Test).images.min(QUICK_EVALUATION);
        if images > 0 && since >= (10.0 * self.evaluation_cost_ms).clamp(1000.0, 60_000.0) {
            self.begin_evaluation(images, false)?;
        }
        Ok(())
    }

    /// After an epoch's last step: the full test set, where there is one.
    pub fn finish_epoch_training(&mut self, emit: &dyn Fn(&Event)) -> Result<(), Error> {
        let images = self.trainer.dataset().borrow().loaded(Split::Test).images;
        if images > 0 {
            return self.begin_evaluation(images, true);
        }
        emit(&self.epoch_event(None));
        self.begin_epoch();
        Ok(())
    }

    pub fn epoch_event(&self, test: Option<&Evaluation>) -> Event {
        let seconds = self.epoch_ms / 1e3;
        Event::Epoch {
            run: self.name.clone(),
            epoch: self.trainer.epoch(),
            train_loss: self.epoch_sums.mean_loss(),
            train_top1: self.epoch_sums.top1_rate(),
            test_loss: test.map(|test| test.loss),
            test_top1: test.map(|test| test.top1),
            test_top5: test.map(|test| test.top5),
            seconds,
            images_per_second: (self.epoch_sums.items / self.trainer.programs().targets_per_image as u64) as f64 / seconds.max(1e-9),
            test_mean_iou: test.and_then(|test| test.mean_iou),
        }
    }

    /// On a device that can be lost, keeps what a run needs to go on.
    pub async fn keep_checkpoint(&mut self) -> Result<(), Error> {
        let due = self.checkpoint.as_ref().is_none_or(|(_, at)| now_ms() - at > CHECKPOINT_MS);
        if self.backend.backend == "webgpu" && due {
            self.checkpoint = Some((self.trainer.checkpoint().await?, now_ms()));
        }
        Ok(())
    }

    pub async fn move_to_cpu(&mut self, reason: DeviceError, checkpoint: Checkpoint) -> Result<(), Error> {
        let lost_at = self.trainer.steps();
        let mut trainer = Trainer::new(self.trainer.spec().clone(), Device::Cpu(Kernels::Simd), self.trainer.dataset()).await?;
        trainer.set_epochs(self.epochs);
        trainer.restore(&checkpoint)?;
        trainer.loaded_not_finite = self.trainer.loaded_not_finite;
        self.trainer = trainer;
        self.backend = BackendStatus::cpu(self.backend.requested, Some(reason.into()));
        self.steps_at_metrics = self.trainer.steps();
        self.steps_a_slice = 1;
        match self.evaluating.take() {
            // The epoch's steps are all there: it ends with this evaluation. Otherwise the steps that are done again end it once more.
            Some(Evaluating { to, ends_epoch: true, .. }) if lost_at == self.trainer.steps() => self.begin_evaluation(to, true),
            _ => Ok(()),
        }
    }
}
