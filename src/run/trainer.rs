//! One network in training: parameters on a device, images, and the step.

use std::cell::RefCell;
use std::rc::Rc;

use serde::Serialize;

use super::parallel::Peers;
use super::probe::Prober;
use super::protocol::Evaluation;
use crate::backend::{Device, MEMORY_LIMIT};
use crate::core::error::{DataError, DeviceError, Error, TrainError};
use crate::core::rng::{Rng, Stream};
use crate::data::clutter::INK;
use crate::data::dataset::{Dataset, Split};
use crate::data::gather::NO_IMAGE;
use crate::data::kind::Normalization;
use crate::data::sampler::Sampler;
use crate::executor::AnyExecutor;
use crate::inference::ranking::{NO_CLASS, has_class};
use crate::ir::program::{Located, Range};
use crate::network::spec::Spec;
use crate::optim::Optimizer;
use crate::optim::hyper::Hyper;
use crate::optim::schedule::{Now, Pace};
use crate::plan::Plan;
use crate::programs::TrainingPlan;
use crate::programs::images::ImagePlace;
use crate::programs::metrics::{self, Sums};
use crate::programs::optimizer::undecayed;

/// An image from outside the data set.
#[derive(Clone, Copy, Debug)]
pub struct Image<'a> {
    /// A byte a pixel, from 0 (background) to 255 (ink).
    pub pixels: &'a [u8],
    /// Where the data are cluttered, what it lies over: a test image's index among all images gives the picture of the evaluation.
    pub draw: u32,
}

impl Image<'_> {
    /// Writes it to where a program takes it.
    pub(super) fn write(self, executor: &mut AnyExecutor, place: &ImagePlace, of: Normalization) -> Result<(), Error> {
        let Self { pixels, draw } = self;
        let expected = place.seen.shape.count();
        if pixels.len() != expected {
            return Err(DataError::InvalidPixels { found: pixels.len(), expected }.into());
        }
        let Some([bytes, which]) = place.bytes else {
            let normalised: Vec<f32> = pixels.iter().map(|&pixel| of.of(pixel)).collect();
            return executor.write_value("input", &place.seen, &normalised);
        };
        let words: Vec<u32> = pixels.as_chunks().0.iter().map(|&four| u32::from_le_bytes(four)).collect();
        executor.write_words(bytes, &words)?;
        // The largest number would say that there is no image.
        Ok(executor.write_words(which, &[draw.min(NO_IMAGE - 1)])?)
    }
}

/// What a network says to one image.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Prediction {
    /// `[classes]`, or `[classes, height, width]`.
    pub logits: Vec<f32>,
    /// Of cluttered data only.
    pub scene: Option<Scene>,
}

/// The picture that a network got, and what it made of it: a byte a pixel.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Scene {
    /// The digit over its clutter, 0 (background) to 255 (ink).
    #[serde(with = "serde_bytes")]
    pub picture: Vec<u8>,
    /// Where the digit is: 1, else 0.
    #[serde(with = "serde_bytes")]
    pub digit: Vec<u8>,
    /// The class of the largest logit: 0 for background, 1 and the digit's value for a digit; [`NO_CLASS`] where the logits say none.
    #[serde(with = "serde_bytes")]
    pub mask: Vec<u8>,
}

impl Scene {
    /// Of an image, what the network saw of it, normalised, and its logits class by class.
    fn new(pixels: &[u8], seen: &[f32], logits: &[f32], of: Normalization) -> Self {
        let mut scene = Self { picture: Vec::new(), digit: Vec::new(), mask: Vec::new() };
        for (at, (&ink, &seen)) in pixels.iter().zip(seen).enumerate() {
            let of_class = || logits.iter().skip(at).step_by(pixels.len()).copied();
            let larger = |best: (u8, f32), (class, logit)| if logit > best.1 { (class as u8, logit) } else { best };
            let (best, _) = of_class().enumerate().fold((0, f32::NEG_INFINITY), larger);
            scene.picture.push(((seen * of.deviation + of.mean) * 255.0 + 0.5) as u8);
            scene.digit.push((ink >= INK).into());
            scene.mask.push(if has_class(of_class()) { best } else { NO_CLASS });
        }
        scene
    }
}

/// Images of a step: the batch size, or all images where there are fewer. (Places of a batch without an image would count in batch normalization's
/// statistics.)
pub(super) fn batch_of(spec: &Spec, dataset: &Dataset) -> usize {
    spec.training.batch_size.min(dataset.loaded(Split::Train).total).max(1)
}

/// A network in training. Nothing is global: two trainers live side by side.
#[derive(Debug)]
pub struct Trainer {
    pub(super) spec: Spec,
    pub(super) programs: TrainingPlan,
    pub(super) executor: AnyExecutor,
    dataset: Rc<RefCell<Dataset>>,
    uploaded: [usize; 2],
    pub(super) sampler: Sampler,
    indices: Vec<u32>,
    /// Images of every step since the sums were last read, step after step.
    pub(super) recent: Vec<u32>,
    pub(super) step: u64,
    pub(super) epoch: u64,
    /// Steps of an epoch and of the run, for the schedule.
    pace: Pace,
    /// Whether the optimizer's state holds nothing of this run.
    pub(super) first: bool,
    pub(super) hyper_written: Option<Hyper>,
    /// Whether the weights that it went on from had values that are not finite.
    pub(super) loaded_not_finite: bool,
    /// The network for looking inside: one of each kind of question, as it was asked last.
    pub(super) probers: Vec<Prober>,
    /// The other workers that share its batch.
    pub(super) peers: Option<Box<Peers>>,
}

impl Trainer {
    /// Plans a network, allocates its memory and draws its first parameters.
    ///
    /// # Errors
    /// A network that does not fit together, or a device that cannot hold it.
    pub async fn new(spec: Spec, device: Device, dataset: Rc<RefCell<Dataset>>) -> Result<Self, Error> {
        let batch = batch_of(&spec, &dataset.borrow());
        Self::with_shard(spec, batch, device, dataset).await
    }

    /// The same, with memory for so many images of a batch.
    pub(super) async fn with_shard(spec: Spec, shard: usize, device: Device, dataset: Rc<RefCell<Dataset>>) -> Result<Self, Error> {
        let mut of_shard = spec.clone();
        of_shard.training.batch_size = shard;
        let programs = TrainingPlan::within_memory(&of_shard, MEMORY_LIMIT)?;
        // The gathering kernel would read on behind the last image.
        let (expected, found) = (spec.input.iter().product::<usize>(), dataset.borrow().pixels());
        if found != expected {
            return Err(DataError::InvalidPixels { found, expected }.into());
        }
        let external = dataset.borrow().external(programs.data().images, programs.data().labels);
        let executor = AnyExecutor::on(device, &programs.plan, &external).await?;
        let uploaded = [Split::Train, Split::Test].map(|split| dataset.borrow().loaded(split).images);
        let seed = spec.training.seed;
        let sampler = Sampler::new(Rng::new(seed, Stream::Order));
        let indices = vec![0; batch_of(&spec, &dataset.borrow())];
        let mut trainer = Self {
            spec,
            programs,
            executor,
            dataset,
            uploaded,
            sampler,
            indices,
            recent: Vec::new(),
            step: 0,
            epoch: 0,
            pace: Pace { epoch: 1, run: 0 },
            first: true,
            hyper_written: None,
            loaded_not_finite: false,
            probers: Vec::new(),
            peers: None,
        };
        trainer.reset(seed)?;
        trainer.write_undecayed()?;
        Ok(trainer)
    }

    /// Draws new parameters from a seed and goes back to step 0.
    ///
    /// # Errors
    /// What the device reports.
    pub fn reset(&mut self, seed: u64) -> Result<(), Error> {
        let mut rng = Rng::new(seed, Stream::Parameters);
        self.executor.write_initial(&self.programs.plan, self.spec.training.init, &mut rng)?;
        self.spec.training.seed = seed;
        self.set_epochs(self.spec.training.epochs as u64);
        self.sampler = Sampler::new(Rng::new(seed, Stream::Order));
        (self.step, self.epoch, self.first) = (0, 0, true);
        self.loaded_not_finite = false;
        self.recent.clear();
        self.hyper_written = None;
        self.replicas_are_stale();
        self.clear_sums(self.programs.train.sums)?;
        Ok(())
    }

    /// The specification, with the seed and optimizer in force.
    pub fn spec(&self) -> &Spec {
        &self.spec
    }

    /// The plan.
    pub fn plan(&self) -> &Plan {
        &self.programs.plan
    }

    /// Its programs, and the plan of their memory.
    pub fn programs(&self) -> &TrainingPlan {
        &self.programs
    }

    /// The plan and its memory, to write into.
    pub fn parts(&mut self) -> (&Plan, &mut AnyExecutor) {
        (&self.programs.plan, &mut self.executor)
    }

    /// The images it trains on.
    pub fn dataset(&self) -> Rc<RefCell<Dataset>> {
        self.dataset.clone()
    }

    /// Images of a step, of all workers together: fewer than the specification's batch size where there are no more.
    pub fn batch(&self) -> usize {
        self.indices.len()
    }

    /// Steps taken since the start.
    pub fn steps(&self) -> u64 {
        self.step
    }

    /// The epoch under way, from 1; 0 before the first step.
    pub fn epoch(&self) -> u64 {
        self.epoch
    }

    /// The optimizer in force.
    pub fn optimizer(&self) -> Optimizer {
        self.spec.training.optimizer
    }

    /// The learning rate of the next step: the optimizer's, by the schedule.
    pub fn learning_rate(&self) -> f64 {
        self.now().learning_rate
    }

    fn now(&self) -> Now {
        self.spec.training.schedule.at(self.optimizer().learning_rate(), self.step, self.pace)
    }

    /// Says after how many epochs, from step 0, the run will end: what the schedule leads up to.
    pub fn set_epochs(&mut self, epochs: u64) {
        let steps = self.dataset.borrow().loaded(Split::Train).total / self.batch();
        let epoch = steps.max(1) as u64;
        self.pace = Pace { epoch, run: epochs * epoch };
    }

    /// Changes the optimizer from the next step on: its numbers, and which parameters decay.
    ///
    /// # Errors
    /// [`TrainError::NeedsFreshStart`] for another type of optimizer or another kind of state, which need a new plan; or what the device
    /// reports.
    pub fn set_optimizer(&mut self, optimizer: Optimizer) -> Result<(), Error> {
        self.optimizer().check_change(&optimizer)?;
        // Replicas have the table of what decays from their specification.
        if self.peers.is_some() && self.optimizer().decay != optimizer.decay {
            return Err(TrainError::NeedsFreshStart {
                field: "optimizer.decay",
                present: self.optimizer().decay.name(),
                found: optimizer.decay.name(),
            }
            .into());
        }
        let decay = std::mem::replace(&mut self.spec.training.optimizer, optimizer).decay;
        if decay != optimizer.decay { self.write_undecayed() } else { Ok(()) }
    }

    /// Tells the device which parameters decay.
    fn write_undecayed(&mut self) -> Result<(), Error> {
        let Some(optimizer) = &self.programs.train.optimizer else { return Ok(()) };
        Ok(self.executor.write_words(optimizer.undecayed, &undecayed(&self.programs.plan, self.spec.training.optimizer.decay))?)
    }

    /// Images of a full epoch that a step of this epoch has not drawn yet.
    pub fn remaining_in_epoch(&self) -> usize {
        self.sampler.remaining()
    }

    /// Puts other images in the place of a split's; there must be room for them.
    pub fn replace_images(&mut self, split: Split, pixels: &[u8], labels: &[u8]) {
        self.dataset.borrow_mut().replace(split, pixels, labels);
        self.uploaded[split as usize] = 0;
    }

    /// Hands images that came since to the device.
    fn upload_new_images(&mut self) -> Result<(), Error> {
        let dataset = self.dataset.borrow();
        for split in [Split::Train, Split::Test] {
            let (from, to) = (self.uploaded[split as usize], dataset.loaded(split).images);
            if from == to {
                continue;
            }
            let base = dataset.base(split);
            let lies = self.programs.data();
            // Four pixels a word: an image may begin within one.
            let images = (base + from) * dataset.pixels() / 4..((base + to) * dataset.pixels()).div_ceil(4);
            for (buffer, (words, _), new) in
                [(lies.images, dataset.images(), images), (lies.labels, dataset.labels(), base + from..base + to)]
            {
                self.executor.refresh(buffer, &words, new.start, new.end)?;
            }
            self.uploaded[split as usize] = to;
        }
        Ok(())
    }

    /// Takes one training step, and says whether the epoch has ended with it.
    ///
    /// # Errors
    /// [`DataError::NoData`] before any images have come, [`DataError::TooFewImages`] before as many as a batch takes, or what the device reports.
    pub fn train_step(&mut self) -> Result<bool, Error> {
        let (batch, ended) = self.draw()?;
        self.train_on(&batch)?;
        Ok(ended)
    }

    /// Draws the next batch, and says whether the epoch ends with it.
    pub(super) fn draw(&mut self) -> Result<(Vec<u32>, bool), Error> {
        let available = self.dataset.borrow().require(Split::Train)?.images;
        let [_, drawn_from, _] = self.sampler.place().0;
        if drawn_from > available as u64 {
            // A run that goes on from a checkpoint needs the images that it had.
            return Err(DataError::NoData { split: "train" }.into());
        }
        // More are on their way.
        if available < self.batch() {
            return Err(DataError::TooFewImages { found: available, needed: self.batch() }.into());
        }
        self.upload_new_images()?;
        let starts_epoch = self.sampler.remaining() < self.indices.len();
        self.sampler.grow(available);
        let ended = self.sampler.draw(&mut self.indices);
        self.epoch += u64::from(starts_epoch);
        Ok((self.indices.clone(), ended))
    }

    /// Takes one training step on these images (indices into the training images; as many as the batch size).
    ///
    /// # Errors
    /// What the device reports.
    pub fn train_on(&mut self, indices: &[u32]) -> Result<(), Error> {
        self.upload_new_images()?;
        self.executor.write_words(self.programs.train.indices, indices)?;
        if let Some(optimizer) = &self.programs.train.optimizer {
            let values = self.next_hyper();
            if self.hyper_written != Some(values) {
                self.executor.write_stored(optimizer.hyper, &values)?;
                self.hyper_written = Some(values);
            }
        }
        self.write_random(0)?;
        self.recent.extend_from_slice(indices);
        self.executor.run(self.programs.train.program)?;
        self.count_step();
        Ok(())
    }

    /// What the optimizer is told in the next step.
    pub(super) fn next_hyper(&self) -> Hyper {
        self.optimizer().at(self.now()).hyper(self.step, self.first)
    }

    /// Notes that a step was taken.
    pub(super) fn count_step(&mut self) {
        self.first = !self.optimizer().at(self.now()).fills_state();
        self.step += 1;
    }

    /// Counts from this step again; what the steps since then changed is not undone.
    pub(super) fn go_back_to(&mut self, step: u64) {
        self.step = step;
        self.first |= step == 0;
        self.recent.clear();
        self.hyper_written = None;
    }

    /// Waits until the device has done all steps it was given.
    ///
    /// # Errors
    /// What the device reports.
    pub async fn finish(&mut self) -> Result<(), DeviceError> {
        self.executor.finish().await
    }

    pub(super) fn clear_sums(&mut self, sums: Range) -> Result<(), Error> {
        Ok(self.executor.write_words(sums, &vec![0; metrics::sums_len(self.programs.classes)])?)
    }

    /// Reads what training summed since the last call, and starts the sums anew.
    ///
    /// # Errors
    /// [`TrainError::NonFinite`], [`TrainError::NonFiniteWeights`], or what the device reports.
    pub async fn take_training_sums(&mut self) -> Result<Sums, Error> {
        let mut sums = self.take_sums(self.programs.train.sums).await?;
        self.add_sums_of_replicas(&mut sums).await?;
        if !sums.finite {
            return Err(self.find_non_finite(&sums).await?.into());
        }
        self.recent.clear();
        Ok(sums)
    }

    async fn take_sums(&mut self, sums: Range) -> Result<Sums, Error> {
        let mut words = self.executor.read_words(sums).await?;
        // A buffer's length is rounded up.
        words.truncate(metrics::sums_len(self.programs.classes));
        self.clear_sums(sums)?;
        Ok(Sums::from_words(&words))
    }

    /// Starts an evaluation's sums anew.
    ///
    /// # Errors
    /// [`DataError::NoData`] when nothing of the split has come, or what the device reports.
    pub fn begin_evaluation(&mut self, split: Split) -> Result<(), Error> {
        self.dataset.borrow().require(split)?;
        self.clear_sums(self.programs.evaluate.sums)
    }

    /// Evaluates images `from..to` of a split, at most a batch of them, and returns where the next batch begins.
    ///
    /// # Errors
    /// What the device reports.
    pub fn evaluate_batch(&mut self, split: Split, from: usize, to: usize) -> Result<usize, Error> {
        self.upload_new_images()?;
        let base = self.dataset.borrow().base(split);
        let end = to.min(from + self.programs.plan.batch);
        let indices: Vec<u32> =
            (0..self.programs.plan.batch).map(|i| if from + i < end { (base + from + i) as u32 } else { NO_IMAGE }).collect();
        self.executor.write_words(self.programs.evaluate.indices, &indices)?;
        self.executor.run(self.programs.evaluate.program)?;
        Ok(end)
    }

    /// The logits of the first images of the batch evaluated last: `[count, classes]`, or with places behind.
    ///
    /// # Errors
    /// What the device reports.
    pub async fn evaluated_logits(&mut self, count: usize) -> Result<Vec<f32>, Error> {
        let mut logits = self.executor.read_value(&self.programs.evaluate.logits).await?;
        logits.truncate(count * self.programs.classes * self.programs.targets_per_image);
        Ok(logits)
    }

    /// Reads an evaluation's sums.
    ///
    /// # Errors
    /// [`TrainError::NonFiniteWeights`] where weights without a finite value make figures that say nothing; or what the device reports.
    pub async fn end_evaluation(&mut self) -> Result<Sums, Error> {
        let sums = self.take_sums(self.programs.evaluate.sums).await?;
        let tensors = if sums.finite { Vec::new() } else { self.non_finite_weights(true).await? };
        if tensors.is_empty() { Ok(sums) } else { Err(self.blame_weights(tensors).into()) }
    }

    /// What an evaluation's sums say.
    pub fn measured(&self, split: Split, sums: &Sums) -> Evaluation {
        let TrainingPlan { classes, targets_per_image: places, .. } = self.programs;
        Evaluation {
            step: self.step,
            epoch: self.epoch,
            split,
            count: sums.items / places as u64,
            loss: sums.mean_loss(),
            top1: sums.top1_rate(),
            top5: sums.top5_rate(),
            mean_iou: (places > 1).then(|| sums.mean_iou()),
            confusion: Some(sums.confusion.chunks(classes).map(<[u32]>::to_vec).collect()),
        }
    }

    /// Evaluates the first `count` images of a split, or all.
    ///
    /// # Errors
    /// [`DataError::NoData`], or what the device reports.
    pub async fn evaluate(&mut self, split: Split, count: usize) -> Result<Sums, Error> {
        self.begin_evaluation(split)?;
        let to = self.dataset.borrow().loaded(split).images.min(count);
        let mut from = 0;
        while from < to {
            from = self.evaluate_batch(split, from, to)?;
        }
        self.end_evaluation().await
    }

    /// What the network says to one image.
    ///
    /// # Errors
    /// [`DataError::InvalidPixels`], or what the device reports.
    pub async fn predict(&mut self, image: Image<'_>) -> Result<Prediction, Error> {
        let program = &self.programs.predict;
        let normalization = self.spec.data.normalization();
        image.write(&mut self.executor, &program.image, normalization)?;
        self.executor.run(program.program)?;
        let logits = self.executor.read_value(&program.logits).await?;
        let scene = if self.programs.targets_per_image > 1 {
            Some(Scene::new(image.pixels, &self.executor.read_value(&program.image.seen).await?, &logits, normalization))
        } else {
            None
        };
        Ok(Prediction { logits, scene })
    }

    /// Names and shapes of the parameters.
    pub fn parameters(&self) -> impl Iterator<Item = (&str, &[usize])> {
        self.programs.plan.parameters.iter().map(|parameter| (parameter.name.as_str(), parameter.spec.shape.dims()))
    }

    fn parameter(&self, name: &str) -> Result<Located, TrainError> {
        let found = self.programs.plan.parameters.iter().find(|parameter| parameter.name == name);
        let unknown = || TrainError::UnknownName { what: "parameter", name: name.to_owned() };
        found.map(|parameter| self.programs.plan.parameter_place(parameter, 0)).ok_or_else(unknown)
    }

    /// A parameter in canonical order (OIHW, `[out, in]`).
    ///
    /// # Errors
    /// [`TrainError::UnknownName`], or what the device reports.
    pub async fn read_parameter(&mut self, name: &str) -> Result<Vec<f32>, Error> {
        let place = self.parameter(name)?;
        Ok(self.executor.read_value(&place).await?)
    }

    /// Overwrites a parameter, given in canonical order.
    ///
    /// # Errors
    /// [`TrainError::UnknownName`], [`TrainError::WrongLength`], or what the device reports.
    pub fn write_parameter(&mut self, name: &str, values: &[f32]) -> Result<(), Error> {
        let place = self.parameter(name)?;
        self.replicas_are_stale();
        self.executor.write_value(name, &place, values)
    }

    /// The parameter arena, and the arenas of the optimizer's state.
    pub(super) fn state_ranges(&self) -> Option<(Range, Vec<Range>)> {
        let states = self.programs.train.optimizer.as_ref().map_or_else(Vec::new, |optimizer| optimizer.states.clone());
        let [parameters, _] = self.programs.plan.arenas?;
        Some((self.programs.plan.whole(parameters), states))
    }

    /// The whole statistics arena, where there is one.
    pub(super) fn statistics_range(&self) -> Option<Range> {
        self.programs.plan.statistics_arena.map(|buffer| self.programs.plan.whole(buffer))
    }

    /// The statistics arena as it is stored; empty where there is none.
    pub(super) async fn read_statistics(&mut self) -> Result<Vec<f32>, DeviceError> {
        match self.statistics_range() {
            Some(range) => self.executor.read_stored(range).await,
            None => Ok(Vec::new()),
        }
    }

    /// Overwrites the statistics arena with what [`Trainer::read_statistics`] gave.
    pub(super) fn write_statistics(&mut self, stored: &[f32]) -> Result<(), Error> {
        match self.statistics_range() {
            Some(range) => Ok(self.executor.write_stored(range, stored)?),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::backend::cpu::Kernels;
    use crate::data::dataset::{IdxPair, PIXELS};

    fn idx(magic: u32, sizes: &[u32], body: &[u8]) -> Vec<u8> {
        let numbers = std::iter::once(&magic).chain(sizes).flat_map(|n| n.to_be_bytes());
        numbers.chain(body.iter().copied()).collect()
    }

    /// IDX files of images whose label is the brightest of ten stripes.
    pub fn stripe_files(count: usize) -> (Vec<u8>, Vec<u8>) {
        let labels: Vec<u8> = (0..count).map(|i| (i % 10) as u8).collect();
        let pixel = |label: u8, at: usize| if at % 28 / 2 == usize::from(label) { 255 } else { (at * 7 % 50) as u8 };
        let pixels: Vec<u8> = labels.iter().flat_map(|&label| (0..PIXELS).map(move |at| pixel(label, at))).collect();
        let images = idx(crate::data::idx::IMAGES_MAGIC, &[count as u32, 28, 28], &pixels);
        (images, idx(crate::data::idx::LABELS_MAGIC, &[count as u32], &labels))
    }

    pub fn stripes(count: usize) -> Dataset {
        let (images, labels) = stripe_files(count);
        let pair = IdxPair { images_name: "images", images: &images, labels_name: "labels", labels: &labels };
        Dataset::from_idx(&pair, Some(&pair)).unwrap()
    }

    pub fn trainer(dataset: Dataset) -> Trainer {
        trainer_with(dataset, Kernels::Scalar, r#""optimizer":{"learning_rate":0.05,"momentum":0.9}"#)
    }

    pub fn trainer_with(dataset: Dataset, kernels: Kernels, training: &str) -> Trainer {
        let json = r#"{"version":1,"layers":[{"op":"max_pool2d","kernel_size":2},{"op":"conv2d","out_channels":5,"kernel_size":3,"stride":2},
            {"op":"relu"},{"op":"flatten"},{"op":"linear","out_features":10}],
            "training":{"batch_size":16,TRAINING}}"#;
        let spec = Spec::parse(&json.replace("TRAINING", training)).unwrap();
        pollster::block_on(Trainer::new(spec, Device::Cpu(kernels), Rc::new(RefCell::new(dataset)))).unwrap()
    }

    pub fn parameters(trainer: &mut Trainer) -> Vec<(String, Vec<f32>)> {
        let names: Vec<String> = trainer.parameters().map(|(name, _)| name.to_owned()).collect();
        names.into_iter().map(|name| (name.clone(), pollster::block_on(trainer.read_parameter(&name)).unwrap())).collect()
    }

    pub fn train(trainer: &mut Trainer, steps: usize) -> Sums {
        for _ in 0..steps {
            trainer.train_step().unwrap();
        }
        pollster::block_on(trainer.take_training_sums()).unwrap()
    }

    #[test]
    fn it_learns_and_the_same_seed_gives_the_same_bits() {
        let mut one = trainer(stripes(40));
        let before = train(&mut one, 2);
        train(&mut one, 30);
        let after = pollster::block_on(one.evaluate(Split::Test, usize::MAX)).unwrap();
        assert_eq!(after.items, 40, "every image counts, the last batch is not full");
        assert!(after.mean_loss() < 0.2 && before.mean_loss() > 1.5, "{} to {}", before.mean_loss(), after.mean_loss());
        assert_eq!(after.confusion.iter().sum::<u32>(), 40);
        let mut two = trainer(stripes(40));
        train(&mut two, 32);
        assert_eq!(pollster::block_on(one.read_parameter("conv1.weight")), pollster::block_on(two.read_parameter("conv1.weight")));
        one.reset(1).unwrap();
        train(&mut one, 32);
        assert_eq!(pollster::block_on(one.read_parameter("fc1.bias")), pollster::block_on(two.read_parameter("fc1.bias")));
    }

    #[test]
    fn a_checkpoint_goes_on_bit_for_bit() {
        let mut trainer = trainer(stripes(40));
        train(&mut trainer, 5);
        let checkpoint = pollster::block_on(trainer.checkpoint()).unwrap();
        let first = train(&mut trainer, 7);
        trainer.restore(&checkpoint).unwrap();
        assert_eq!(trainer.steps(), 5);
        assert_eq!(train(&mut trainer, 7), first);
    }

    const OTHERS: [&str; 5] = [
        r#""optimizer":{"type":"adam","learning_rate":0.01,"amsgrad":true,"clip_grad_norm":0.5}"#,
        r#""optimizer":{"type":"adamw","learning_rate":0.01,"decay":"weights"},"schedule":{"type":"one_cycle"},"epochs":16"#,
        r#""optimizer":{"type":"rmsprop","learning_rate":0.003}"#,
        r#""optimizer":{"type":"rmsprop","learning_rate":0.001,"centered":true,"momentum":0.9},"schedule":{"type":"cosine","warmup":2},"epochs":16"#,
        r#""optimizer":{"type":"sgd","learning_rate":0.1,"nesterov":true,"clip_grad_norm":1},"schedule":{"type":"step","step_size":8},"epochs":16"#,
    ];

    #[test]
    fn every_optimizer_learns_and_goes_on_from_a_checkpoint_and_after_a_reset_bit_for_bit() {
        for (kernels, training) in [Kernels::Scalar, Kernels::Simd].into_iter().flat_map(|kernels| OTHERS.map(|json| (kernels, json))) {
            let mut trainer = trainer_with(stripes(40), kernels, training);
            let before = train(&mut trainer, 5);
            let checkpoint = pollster::block_on(trainer.checkpoint()).unwrap();
            let first = train(&mut trainer, 27);
            assert!(first.mean_loss() < before.mean_loss(), "{training}: {} to {}", before.mean_loss(), first.mean_loss());
            let after = pollster::block_on(trainer.evaluate(Split::Test, usize::MAX)).unwrap();
            assert!(after.mean_loss() < 0.5, "{training}: {}", after.mean_loss());
            trainer.restore(&checkpoint).unwrap();
            assert_eq!(train(&mut trainer, 27), first, "{training}");
            trainer.reset(1).unwrap();
            assert_eq!((train(&mut trainer, 5), train(&mut trainer, 27)), (before, first), "{training}");
        }
    }

    #[test]
    fn a_clipped_step_is_as_long_as_the_largest_norm() {
        for kernels in [Kernels::Scalar, Kernels::Simd] {
            let plain = r#""optimizer":{"learning_rate":1,"momentum":0,"clip_grad_norm":0.01}"#;
            let mut trainer = trainer_with(stripes(40), kernels, plain);
            let before = parameters(&mut trainer);
            trainer.train_step().unwrap();
            let after = parameters(&mut trainer);
            let squares = before.iter().zip(&after).flat_map(|((_, a), (_, b))| a.iter().zip(b).map(|(a, b)| f64::from(a - b).powi(2)));
            let length = squares.sum::<f64>().sqrt();
            assert!((length - 0.01).abs() < 1e-5, "{length}");
        }
    }

    #[test]
    fn biases_do_not_decay_where_only_weights_do() {
        for kind in ["sgd", "adam", "adamw", "rmsprop"] {
            // A gradient clipped to almost nothing: what moves a parameter by a tenth is the decay.
            let json =
                format!(r#""optimizer":{{"type":"{kind}","learning_rate":0.1,"weight_decay":1,"decay":"weights","clip_grad_norm":1e-6}}"#);
            let mut trainer = trainer_with(stripes(40), Kernels::Simd, &json);
            let mut all = trainer_with(stripes(40), Kernels::Simd, &json.replace(r#""weights""#, r#""all""#));
            trainer.train_step().unwrap();
            all.train_step().unwrap();
            for ((name, without), (_, with)) in parameters(&mut trainer).iter().zip(&parameters(&mut all)) {
                assert_eq!(without == with, name.ends_with("weight"), "{kind}: {name}");
            }
            // It may change during a run.
            let mut optimizer = trainer.optimizer();
            optimizer.decay = crate::optim::Decay::All;
            trainer.reset(1).unwrap();
            trainer.set_optimizer(optimizer).unwrap();
            trainer.train_step().unwrap();
            assert_eq!(parameters(&mut trainer), parameters(&mut all));
        }
    }

    #[test]
    fn momentum_turned_on_during_a_run_starts_without_what_an_earlier_run_left() {
        let mut trainer = trainer(stripes(40));
        train(&mut trainer, 3);
        let mut still = trainer.optimizer();
        let (momentum, mut moving) = (0.0, still);
        *still.live().momentum.unwrap() = momentum;
        trainer.reset(1).unwrap();
        trainer.set_optimizer(still).unwrap();
        train(&mut trainer, 1);
        let mut other = trainer_with(stripes(40), Kernels::Scalar, r#""optimizer":{"learning_rate":0.05,"momentum":0}"#);
        train(&mut other, 1);
        *moving.live().learning_rate = 0.02;
        for trainer in [&mut trainer, &mut other] {
            trainer.set_optimizer(moving).unwrap();
            train(trainer, 2);
        }
        assert_eq!(parameters(&mut trainer), parameters(&mut other));
        moving.clip_grad_norm = Some(1.0);
        assert!(matches!(trainer.set_optimizer(moving), Err(Error::Train(TrainError::NeedsFreshStart { .. }))));
        assert_eq!(trainer.optimizer().clip_grad_norm, None, "a refusal changes nothing");
    }

    #[test]
    fn augmented_training_has_one_seed_and_leaves_evaluation_alone() {
        let augmented = || {
            let mut spec = trainer(stripes(40)).spec.clone();
            let strengths = serde_json::json!({"shift": 1, "rotation_degrees": 5, "elastic": {"alpha": 8}, "erase": {"probability": 0.2}});
            spec.training.augmentation = crate::data::augment::Augmentation::from_json(&strengths).unwrap();
            let device = Device::Cpu(Kernels::Simd);
            pollster::block_on(Trainer::new(spec, device, Rc::new(RefCell::new(stripes(40))))).unwrap()
        };
        let evaluate = |trainer: &mut Trainer| pollster::block_on(trainer.evaluate(Split::Test, usize::MAX)).unwrap();
        let (mut plain, mut one, mut two) = (trainer(stripes(40)), augmented(), augmented());
        let difference = evaluate(&mut one).mean_loss() - evaluate(&mut plain).mean_loss();
        assert!(difference.abs() < 1e-6, "{difference}");
        let (first, second, unchanged) = (train(&mut one, 6), train(&mut two, 6), train(&mut plain, 6));
        assert_eq!(first, second);
        assert!((first.mean_loss() - unchanged.mean_loss()).abs() > 1e-3);
        let checkpoint = pollster::block_on(one.checkpoint()).unwrap();
        let ahead = train(&mut one, 4);
        one.restore(&checkpoint).unwrap();
        assert_eq!(train(&mut one, 4), ahead);
    }

    #[test]
    fn a_prediction_agrees_with_the_evaluation() {
        let mut trainer = trainer(stripes(40));
        train(&mut trainer, 30);
        let (pixels, label) = trainer.dataset.borrow().image(Split::Test, 3).unwrap();
        let Prediction { logits, scene: None } = pollster::block_on(trainer.predict(Image { pixels: &pixels, draw: 0 })).unwrap() else {
            panic!("no clutter")
        };
        let best = (0..10).max_by(|&a, &b| logits[a].total_cmp(&logits[b])).unwrap();
        assert_eq!(best, usize::from(label));
        for found in [3, 780] {
            let refused = pollster::block_on(trainer.predict(Image { pixels: &vec![0; found], draw: 0 }));
            assert_eq!(refused, Err(DataError::InvalidPixels { found, expected: PIXELS }.into()));
        }
    }

    #[test]
    fn training_without_images_is_an_error() {
        let mut trainer = trainer(Dataset::new(60, 10));
        assert_eq!(trainer.train_step(), Err(DataError::NoData { split: "train" }.into()));
    }
}
