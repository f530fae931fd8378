//! One worker's session: a data set, at most one network in training, requests in, replies and events out.
//!
//! Training runs in slices of a few steps between which requests are answered, so that a stop comes within one slice.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use async_lock::{Mutex, MutexGuard};
use serde::Serialize;
use serde_json::Value;

use super::instrument::{Instrument, Maker};
use super::parallel::Replicas;
use super::probe::{FieldOfUnit, Floats};
use super::progress::{Evaluating, Run};
use super::protocol::{Evaluation, Event, Predictions, Reply, Request};
use super::race::{self, Race};
use super::trainer::{Prediction, Trainer};
use crate::backend::Device;
use crate::backend::cpu::Kernels;
use crate::core::clock::{next_task, now_ms};
use crate::core::error::{DataError, Error, Expected, TrainError};
use crate::data::dataset::{Dataset, IdxPair, Loaded, Split};
use crate::data::facts::Facts;
use crate::describe::describe;
use crate::network::spec::Spec;
use crate::run::select::{self, BackendChoice, BackendStatus, Selected};

/// Milliseconds a slice aims at: short enough that a request is answered at once.
pub(super) const SLICE_MS: f64 = 50.0;
/// Milliseconds between two metrics events.
const METRICS_MS: f64 = 250.0;

/// MNIST's sizes: what a set is made for until shards say otherwise.
const MNIST: [usize; 2] = [60_000, 10_000];

/// Files of one's own, as they were taken.
#[derive(Clone, Debug, Serialize)]
pub struct OwnData {
    /// Training images.
    pub train: usize,
    /// Test images.
    pub test: usize,
    /// What they are like.
    pub facts: Option<Facts>,
}

/// What a slice left to do.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Next {
    /// Call [`Session::slice`] again, after letting the event loop run.
    Continue,
    /// Nothing to do until a request says so.
    Stop,
}

/// See the module's text. Cheap to share: all state is inside.
pub struct Session {
    emit: Rc<dyn Fn(&Event)>,
    /// Other workers, where there can be some.
    replicas: Option<Rc<dyn Replicas>>,
    /// What a run may be asked beside.
    instruments: &'static [Maker],
    dataset: RefCell<Rc<RefCell<Dataset>>>,
    run: Mutex<Option<Run>>,
    running: Cell<bool>,
    driving: Cell<bool>,
    /// An evaluation that was asked for is under way; training waits for it.
    evaluating: Cell<bool>,
    /// Counts the networks that were compiled, so that one can be told from its successor.
    generation: Cell<u64>,
}

impl Session {
    /// A session that hands its events to `emit`.
    pub fn new(emit: impl Fn(&Event) + 'static, replicas: Option<Rc<dyn Replicas>>) -> Self {
        let dataset = RefCell::new(Rc::new(RefCell::new(Dataset::new(MNIST[0], MNIST[1]))));
        Self {
            emit: Rc::new(emit),
            replicas,
            instruments: &[],
            dataset,
            run: Mutex::new(None),
            running: Cell::new(false),
            driving: Cell::new(false),
            evaluating: Cell::new(false),
            generation: Cell::new(0),
        }
    }

    /// The same session, which has these instruments.
    pub fn with_instruments(self, instruments: &'static [Maker]) -> Self {
        Self { instruments, ..self }
    }

    fn data(&self) -> Rc<RefCell<Dataset>> {
        self.dataset.borrow().clone()
    }

    /// Takes a shard of the data set; `file` is its name, for messages.
    ///
    /// # Errors
    /// A shard that is damaged or does not follow what is here; everything is then as it was.
    pub fn add_shard(&self, split: Split, file: &str, bytes: &[u8]) -> Result<Loaded, Error> {
        let total = crate::data::shard::read(file, bytes)?.total;
        let data = self.data();
        let (own, other) =
            (data.borrow().loaded(split), data.borrow().loaded(if split == Split::Train { Split::Test } else { Split::Train }));
        if own.images == 0 && other.images == 0 && own.total != total {
            // Another set than MNIST: made anew at its size. A network compiled before keeps the one it has.
            let totals = if split == Split::Train { [total, other.total] } else { [other.total, total] };
            *self.dataset.borrow_mut() = Rc::new(RefCell::new(Dataset::new(totals[0], totals[1])));
        }
        let data = self.data();
        data.borrow_mut().add_shard(split, file, bytes)?;
        let loaded = data.borrow().loaded(split);
        Ok(loaded)
    }

    /// Replaces the data set by IDX files; without test files the test images stay. A network compiled before keeps the images it has.
    ///
    /// # Errors
    /// A file that is not what it should be; everything is then as it was.
    pub fn load_idx(&self, train: &IdxPair<'_>, test: Option<&IdxPair<'_>>) -> Result<OwnData, Error> {
        let mut loaded = Dataset::from_idx(train, test)?;
        if test.is_none() {
            loaded.keep_test_images(&self.data().borrow());
        }
        Ok(self.take_data(loaded))
    }

    /// Turns EMNIST's letters upright and counts them from 0. A network compiled before keeps the images it has.
    ///
    /// # Errors
    /// [`DataError::NoLetters`] where what is loaded is no such letters; everything is then as it was.
    pub fn turn_letters(&self) -> Result<OwnData, Error> {
        let turned = self.data().borrow().letters_turned().ok_or(DataError::NoLetters)?;
        Ok(self.take_data(turned))
    }

    fn take_data(&self, set: Dataset) -> OwnData {
        let [train, test] = Split::BOTH.map(|split| set.loaded(split).images);
        let data = OwnData { train, test, facts: set.facts().cloned() };
        *self.dataset.borrow_mut() = Rc::new(RefCell::new(set));
        data
    }

    /// Forgets the images. A network compiled before keeps those it has.
    pub fn clear_data(&self) {
        let data = self.data();
        let empty = Split::BOTH.iter().all(|&split| data.borrow().loaded(split).images == 0);
        if !empty {
            *self.dataset.borrow_mut() = Rc::new(RefCell::new(Dataset::new(MNIST[0], MNIST[1])));
        }
    }

    /// Answers a request. After [`Reply::Started`] or [`Reply::Resumed`] the caller drives [`Session::slice`].
    pub async fn handle(&self, request: Request) -> Reply {
        self.answer(request).await.unwrap_or_else(|error| Reply::Error { error: error.to_json() })
    }

    async fn answer(&self, request: Request) -> Result<Reply, Error> {
        match request {
            Request::Compile { run, spec, backend, workers, race, bytes } => {
                self.compile(run, spec, (backend, race), workers.unwrap_or(1), bytes).await
            }
            Request::Start { epochs, wait_for_all } => self.start(epochs, wait_for_all).await,
            Request::Pause {} => {
                // Seen by the slice under way, which ends; only then is the lock free.
                let was = self.running.replace(false);
                let guard = self.run.lock().await;
                let run = guard.as_ref().ok_or(TrainError::NotCompiled)?;
                if !was {
                    return Err(TrainError::NotRunning.into());
                }
                Ok(Reply::Paused { run: run.name.clone(), step: run.trainer.steps() })
            }
            Request::Resume {} => {
                let guard = self.run.lock().await;
                let run = guard.as_ref().ok_or(TrainError::NotCompiled)?;
                self.refuse_while_running()?;
                if run.epochs == 0 {
                    return Err(TrainError::NotRunning.into());
                }
                self.running.set(true);
                Ok(Reply::Resumed { run: run.name.clone() })
            }
            Request::Step { count } => self.step(count.unwrap_or(1)).await,
            Request::Reset { seed } => self.reset(seed).await,
            Request::Set { learning_rate, momentum, weight_decay } => self.set(learning_rate, momentum, weight_decay).await,
            Request::Evaluate { split } => {
                let (run, evaluation, _) = self.evaluate(split, false).await?;
                Ok(Reply::Evaluated { run, evaluation })
            }
            Request::Predictions { split } => {
                let (run, _, predictions) = self.evaluate(split, true).await?;
                Ok(Reply::Predictions { run, predictions })
            }
            Request::Checkpoint { note } => {
                let mut guard = self.run.lock().await;
                let run = guard.as_mut().ok_or(TrainError::NotCompiled)?;
                let bytes = run.trainer.checkpoint_file(note).await?;
                Ok(Reply::Checkpoint { run: run.name.clone(), step: run.trainer.steps(), epoch: run.trainer.epoch(), bytes })
            }
            Request::Look { nodes, look, pixels, draw } => {
                let mut guard = self.run.lock().await;
                let run = guard.as_mut().ok_or(TrainError::NotCompiled)?;
                let image = run.image(&pixels, draw);
                let (maps, range) = run.trainer.look(&nodes, look, image).await?;
                Ok(Reply::Looked { run: run.name.clone(), step: run.trainer.steps(), maps, range })
            }
            Request::Weights { node } => {
                let mut guard = self.run.lock().await;
                let run = guard.as_mut().ok_or(TrainError::NotCompiled)?;
                let tensors = run.trainer.weights(&node).await?;
                Ok(Reply::Weights { run: run.name.clone(), step: run.trainer.steps(), tensors })
            }
            Request::Field { node, unit, pixels, draw } => {
                let mut guard = self.run.lock().await;
                let run = guard.as_mut().ok_or(TrainError::NotCompiled)?;
                let image = run.image(&pixels, draw);
                let FieldOfUnit { gradient, rows, columns } = run.trainer.field(&node, &unit, image).await?;
                Ok(Reply::Field { run: run.name.clone(), step: run.trainer.steps(), gradient: Floats(gradient), rows, columns })
            }
            Request::Predict { pixels, draw } => {
                let mut guard = self.run.lock().await;
                let run = guard.as_mut().ok_or(TrainError::NotCompiled)?;
                let image = run.image(&pixels, draw);
                let Prediction { logits, scene } = run.trainer.predict(image).await?;
                let probabilities = softmax(&logits, run.trainer.programs().classes);
                Ok(Reply::Predicted { run: run.name.clone(), probabilities, logits, scene })
            }
            Request::Instrument { instrument, ask } => {
                let mut guard = self.run.lock().await;
                let run = guard.as_mut().ok_or(TrainError::NotCompiled)?;
                let answer = self.instrument(&mut run.instruments, instrument)?.answer(&mut run.trainer, ask).await?;
                Ok(Reply::Instrument { run: run.name.clone(), step: run.trainer.steps(), answer })
            }
            Request::Sample { split, index } => {
                let data = self.data();
                let (pixels, label) = data.borrow().image(split, index)?;
                let total = data.borrow().loaded(split).images;
                Ok(Reply::Sample { pixels, label, index, total })
            }
            Request::Dispose {} => {
                self.running.set(false);
                *self.run.lock().await = None;
                Ok(Reply::Disposed {})
            }
        }
    }

    /// An instrument of a run, made when it is first asked.
    fn instrument<'a>(
        &self,
        made: &'a mut Vec<(&'static str, Box<dyn Instrument>)>,
        name: String,
    ) -> Result<&'a mut dyn Instrument, TrainError> {
        let known = self.instruments.iter().find(|maker| maker.name == name);
        let maker = known.ok_or(TrainError::UnknownName { what: "instrument", name })?;
        let at = made.iter().position(|(name, _)| *name == maker.name).unwrap_or_else(|| {
            made.push((maker.name, (maker.make)()));
            made.len() - 1
        });
        Ok(made[at].1.as_mut())
    }

    fn refuse_while_running(&self) -> Result<(), TrainError> {
        if self.running.get() { Err(TrainError::Busy) } else { Ok(()) }
    }

    /// The run before goes on existing until the new one is ready, so that a bad specification, or a bad file to go on from, changes nothing.
    async fn compile(
        &self,
        name: String,
        written: Value,
        (choice, race): (BackendChoice, Option<Race>),
        workers: usize,
        bytes: Option<Vec<u8>>,
    ) -> Result<Reply, Error> {
        let spec = Spec::from_json(&written)?;
        let description = Box::new(describe(&spec)?);
        spec.data.check_loaded(spec.input, self.data().borrow().facts())?;
        let Selected { device, status } = select::select(choice).await?;
        #[cfg(target_arch = "wasm32")]
        if let Device::Wgpu(wgpu) = &device {
            let emit = Rc::clone(&self.emit);
            wgpu.on_progress(move |done, total| emit(&Event::Preparing { done, total }));
        }
        let (mut trainer, backend) = if choice.is_automatic() && status.backend == "webgpu" {
            self.faster((spec, written), device, workers, status, race).await?
        } else {
            (self.trainer((spec, written), device, workers).await?, status)
        };
        let restored = match bytes {
            Some(bytes) => Some(trainer.restore_file(&bytes).await?),
            None => None,
        };
        let workers = trainer.workers();
        self.running.set(false);
        let mut guard = self.run.lock().await;
        self.generation.set(self.generation.get() + 1);
        let run = guard.insert(Run::new(name.clone(), trainer, backend.clone()));
        let restored = restored.map(|restored| run.restoration(restored));
        Ok(Reply::Compiled { run: name, description, backend, workers, restored })
    }

    /// A trainer of a specification, on the CPU with as many workers.
    async fn trainer(&self, (spec, written): (Spec, Value), device: Device, workers: usize) -> Result<Trainer, Error> {
        match self.replicas.as_ref().filter(|_| workers > 1 && matches!(device, Device::Cpu(Kernels::Simd))) {
            Some(replicas) => Trainer::sharing((spec, written), self.data(), workers, Rc::clone(replicas)).await,
            None => Trainer::new(spec, device, self.data()).await,
        }
    }

    /// Of a trainer on WebGPU and one on the CPU, the one that is faster; what an earlier race on this machine said of the network holds. A device that
    /// cannot hold the network loses.
    async fn faster(
        &self,
        network: (Spec, Value),
        device: Device,
        workers: usize,
        status: BackendStatus,
        earlier: Option<Race>,
    ) -> Result<(Trainer, BackendStatus), Error> {
        let (mut webgpu, mut reason) = (None, None);
        if earlier.is_none_or(|race| !race.cpu_wins()) {
            match Trainer::new(network.0.clone(), device, self.data()).await {
                Ok(trainer) => webgpu = Some(trainer),
                Err(failed @ Error::Device(_)) => reason = Some(failed),
                Err(error) => return Err(error),
            }
        }
        if let Some(trainer) = webgpu.take_if(|_| earlier.is_some()) {
            return Ok((trainer, BackendStatus { race: earlier, ..status }));
        }
        let mut cpu = self.trainer(network, Device::Cpu(Kernels::Simd), workers).await?;
        let mut race = earlier.filter(|_| reason.is_none());
        if let Some(mut webgpu) = webgpu {
            let (cpu_ms, webgpu_ms) = (race::milliseconds_a_step(&mut cpu).await?, race::milliseconds_a_step(&mut webgpu).await?);
            race = Some(Race { cpu_ms, webgpu_ms });
            if webgpu_ms < cpu_ms {
                return Ok((webgpu, BackendStatus { race, ..status }));
            }
        }
        let BackendStatus { requested, adapter, software, .. } = status;
        Ok((cpu, BackendStatus { adapter, software, race, ..BackendStatus::cpu(requested, reason) }))
    }

    async fn start(&self, epochs: Option<u32>, wait_for_all: bool) -> Result<Reply, Error> {
        let mut guard = self.run.lock().await;
        let run = guard.as_mut().ok_or(TrainError::NotCompiled)?;
        self.refuse_while_running()?;
        let loaded = run.trainer.dataset().borrow().loaded(Split::Train);
        if loaded.images == 0 && !wait_for_all {
            return Err(DataError::NoData { split: "train" }.into());
        }
        let epochs = epochs.map_or(run.trainer.spec().training.epochs as u64, u64::from);
        run.epochs = run.epochs_done() + epochs.max(1);
        run.trainer.set_epochs(run.epochs);
        run.wait_for_all = wait_for_all;
        self.running.set(true);
        Ok(Reply::Started { run: run.name.clone() })
    }

    async fn step(&self, count: u32) -> Result<Reply, Error> {
        let mut guard = self.run.lock().await;
        let run = guard.as_mut().ok_or(TrainError::NotCompiled)?;
        self.refuse_while_running()?;
        self.refuse_while_evaluating()?;
        // A batch of steps is cut where it would keep the worker from answering.
        let begin = now_ms();
        let mut ended = false;
        for _ in 0..count.max(1) {
            ended |= run.trainer.step().await?;
            run.trainer.finish().await?;
            if now_ms() - begin > 150.0 {
                break;
            }
        }
        run.epochs = run.epochs.max(run.trainer.epoch());
        run.count_time(now_ms() - begin);
        let metrics = run.measure().await?;
        if ended {
            run.begin_epoch();
        }
        Ok(Reply::Stepped { run: run.name.clone(), metrics })
    }

    async fn reset(&self, seed: Option<u64>) -> Result<Reply, Error> {
        self.refuse_while_evaluating()?;
        self.running.set(false);
        let mut guard = self.run.lock().await;
        let run = guard.as_mut().ok_or(TrainError::NotCompiled)?;
        let seed = seed.unwrap_or(run.trainer.spec().training.seed);
        run.trainer.reset(seed)?;
        run.rewind();
        Ok(Reply::Reset { run: run.name.clone(), seed })
    }

    async fn set(&self, learning_rate: Option<f64>, momentum: Option<f64>, weight_decay: Option<f64>) -> Result<Reply, Error> {
        let mut guard = self.run.lock().await;
        let run = guard.as_mut().ok_or(TrainError::NotCompiled)?;
        let mut optimizer = run.trainer.optimizer();
        let live = optimizer.live();
        let settings = [
            ("learning_rate", learning_rate, 1e3, Some(live.learning_rate)),
            ("momentum", momentum, 1.0, live.momentum),
            ("weight_decay", weight_decay, 1e3, Some(live.weight_decay)),
        ];
        for (field, value, most, place) in settings {
            let Some(found) = value else { continue };
            let Some(place) = place else {
                let expected = Expected::NoMomentum;
                return Err(TrainError::InvalidSetting { field, found, expected }.into());
            };
            if !(0.0..=most).contains(&found) {
                let expected = Expected::Number { least: 0.0, most };
                return Err(TrainError::InvalidSetting { field, found, expected }.into());
            }
            *place = found;
        }
        run.trainer.set_optimizer(optimizer)?;
        let live = optimizer.live();
        let (learning_rate, momentum, weight_decay) = (*live.learning_rate, live.momentum.copied(), *live.weight_decay);
        Ok(Reply::Set { run: run.name.clone(), learning_rate, momentum, weight_decay })
    }

    /// Evaluates in pieces of a slice's length, between which other requests are answered; training waits until it is done.
    async fn evaluate(&self, split: Split, each: bool) -> Result<(String, Evaluation, Predictions), Error> {
        self.refuse_while_evaluating()?;
        self.evaluating.set(true);
        let result = self.evaluate_in_pieces(split, each).await;
        self.evaluating.set(false);
        result
    }

    async fn evaluate_in_pieces(&self, split: Split, each: bool) -> Result<(String, Evaluation, Predictions), Error> {
        let (interrupted, images, generation) = {
            let mut guard = self.run.lock().await;
            let run = guard.as_mut().ok_or(TrainError::NotCompiled)?;
            if each && run.trainer.programs().targets_per_image > 1 {
                let reason = "there are predictions of data with one class an image".to_owned();
                return Err(TrainError::MalformedRequest { reason }.into());
            }
            run.trainer.begin_evaluation(split)?;
            let images = run.trainer.dataset().borrow().loaded(split).images;
            // An evaluation in passing shares the sums on the device.
            (run.evaluating.take(), images, self.generation.get())
        };
        let result = self.evaluate_images(split, images, each, generation).await;
        if let Some(Evaluating { to, ends_epoch, .. }) = interrupted {
            // It starts over, whatever came of this one: an epoch may end with it.
            let mut guard = self.run.lock().await;
            if let Some(run) = guard.as_mut().filter(|_| self.generation.get() == generation) {
                let again = run.begin_evaluation(to, ends_epoch);
                return result.and_then(|found| again.map(|()| found));
            }
        }
        result
    }

    /// Evaluates the first `images` of a split, after [`Trainer::begin_evaluation`].
    async fn evaluate_images(
        &self,
        split: Split,
        images: usize,
        each: bool,
        generation: u64,
    ) -> Result<(String, Evaluation, Predictions), Error> {
        let mut predictions = Predictions { split, ..Predictions::default() };
        let mut from = 0;
        loop {
            next_task().await;
            let mut guard = self.run.lock().await;
            // The network may have been let go of in between, or have made way for another.
            let run = guard.as_mut().filter(|_| self.generation.get() == generation).ok_or(TrainError::NotCompiled)?;
            let begin = now_ms();
            while from < images && now_ms() - begin < SLICE_MS {
                let first = from;
                from = run.trainer.evaluate_batch(split, from, images)?;
                run.trainer.finish().await?;
                if each {
                    let logits = run.trainer.evaluated_logits(from - first).await?;
                    let labels = run.trainer.dataset().borrow().labels_of(split, first..from);
                    predictions.add(&logits, &labels, run.trainer.programs().classes);
                }
            }
            if from == images {
                let sums = run.trainer.end_evaluation().await?;
                predictions.step = run.trainer.steps();
                return Ok((run.name.clone(), run.trainer.measured(split, &sums), predictions));
            }
        }
    }

    /// What changes the parameters must wait for an evaluation of them.
    fn refuse_while_evaluating(&self) -> Result<(), TrainError> {
        if self.evaluating.get() { Err(TrainError::Busy) } else { Ok(()) }
    }

    /// Marks that somebody drives the slices; false when somebody already does.
    pub fn begin_driving(&self) -> bool {
        self.running.get() && !self.evaluating.get() && !self.driving.replace(true)
    }

    /// Takes one slice of training or evaluation. Call it again, after letting the event loop run, until it says stop.
    pub async fn slice(&self) -> Next {
        let mut guard = self.run.lock().await;
        if !self.running.get() || self.evaluating.get() || guard.is_none() {
            self.driving.set(false);
            return Next::Stop;
        }
        if let Err(error) = self.advance(&mut guard).await {
            self.recover(&mut guard, error).await;
        }
        if self.running.get() {
            return Next::Continue;
        }
        self.driving.set(false);
        Next::Stop
    }

    async fn advance(&self, guard: &mut MutexGuard<'_, Option<Run>>) -> Result<(), Error> {
        let Some(run) = guard.as_mut() else { return Ok(()) };
        let loaded = run.trainer.dataset().borrow().loaded(Split::Train);
        let all = loaded.images == loaded.total && run.test_set_complete();
        if (run.wait_for_all && !all) || loaded.images < run.trainer.batch() {
            return Ok(());
        }
        if run.evaluating.is_some() {
            return self.advance_evaluation(run).await;
        }
        let begin = now_ms();
        let mut ended = false;
        for _ in 0..run.steps_a_slice {
            ended = run.trainer.step().await?;
            if ended {
                break;
            }
        }
        run.trainer.finish().await?;
        let elapsed = now_ms() - begin;
        run.count_time(elapsed);
        run.pace(elapsed);
        if ended || now_ms() - run.metrics_at >= METRICS_MS {
            let metrics = run.measure().await?;
            (self.emit)(&Event::Metrics { run: run.name.clone(), metrics });
        }
        run.keep_checkpoint().await?;
        if ended {
            run.finish_epoch_training(&*self.emit)?;
            if run.evaluating.is_none() && run.trainer.epoch() >= run.epochs {
                self.done(run);
            }
        } else {
            run.evaluate_in_passing()?;
        }
        Ok(())
    }

    async fn advance_evaluation(&self, run: &mut Run) -> Result<(), Error> {
        let begin = now_ms();
        let Some(mut evaluating) = run.evaluating else { return Ok(()) };
        while evaluating.from < evaluating.to && now_ms() - begin < SLICE_MS {
            evaluating.from = run.trainer.evaluate_batch(Split::Test, evaluating.from, evaluating.to)?;
            run.trainer.finish().await?;
        }
        evaluating.cost_ms += now_ms() - begin;
        if evaluating.from < evaluating.to {
            run.evaluating = Some(evaluating);
            return Ok(());
        }
        let sums = run.trainer.end_evaluation().await?;
        run.evaluating = None;
        run.evaluation_cost_ms = evaluating.cost_ms + now_ms() - begin;
        run.evaluated_at_ms = run.training_ms;
        let evaluation = run.trainer.measured(Split::Test, &sums);
        (self.emit)(&Event::Evaluation { run: run.name.clone(), evaluation: evaluation.clone() });
        if evaluating.ends_epoch {
            (self.emit)(&run.epoch_event(Some(&evaluation)));
            run.begin_epoch();
            if run.trainer.epoch() >= run.epochs {
                self.done(run);
            }
        }
        Ok(())
    }

    fn done(&self, run: &mut Run) {
        self.running.set(false);
        (self.emit)(&Event::Done { run: run.name.clone(), step: run.trainer.steps() });
    }

    /// Goes on, on the CPU, from the last checkpoint when the GPU was lost; stops the run for any other error.
    async fn recover(&self, guard: &mut MutexGuard<'_, Option<Run>>, error: Error) {
        let Some(run) = guard.as_mut() else { return };
        let lost = matches!(&error, Error::Device(_)) && run.backend.backend == "webgpu";
        let recovered = match (&error, &run.checkpoint) {
            (Error::Device(reason), Some((checkpoint, _))) if lost => run.move_to_cpu(reason.clone(), checkpoint.clone()).await,
            _ => Err(error),
        };
        match recovered {
            Ok(()) => (self.emit)(&Event::Backend { run: run.name.clone(), backend: run.backend.clone() }),
            Err(error) => {
                run.evaluating = None;
                self.running.set(false);
                (self.emit)(&Event::Failed { run: run.name.clone(), error: error.to_json() });
            }
        }
    }
}

/// Over the classes, of which each has as many logits as there are places.
fn softmax(logits: &[f32], classes: usize) -> Vec<f32> {
    let mut probabilities = logits.to_vec();
    let places = logits.len() / classes.max(1);
    for place in 0..places {
        let of_place = || (place..logits.len()).step_by(places);
        let largest = of_place().map(|i| logits[i]).fold(f32::NEG_INFINITY, f32::max);
        let sum: f32 = of_place().map(|i| (logits[i] - largest).exp()).sum();
        of_place().for_each(|i| probabilities[i] = (logits[i] - largest).exp() / sum);
    }
    probabilities
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::run::trainer::tests::stripe_files;

    type Events = Rc<RefCell<Vec<Value>>>;

    fn session() -> (Session, Events) {
        let events = Events::default();
        let seen = events.clone();
        let session = Session::new(move |event| seen.borrow_mut().push(serde_json::to_value(event).unwrap()), None);
        (session, events)
    }

    fn ask(session: &Session, request: Value) -> Value {
        let request = serde_json::from_value(request).unwrap();
        serde_json::to_value(pollster::block_on(session.handle(request))).unwrap()
    }

    fn load(session: &Session, count: usize) {
        let (images, labels) = stripe_files(count);
        let pair = IdxPair { images_name: "images", images: &images, labels_name: "labels", labels: &labels };
        session.load_idx(&pair, Some(&pair)).unwrap();
    }

    fn compile(session: &Session) -> Value {
        let spec = json!({"version": 1, "layers": [{"op": "max_pool2d", "kernel_size": 4}, {"op": "flatten"}, {"op": "linear", "out_features": 10}],
            "training": {"batch_size": 10, "epochs": 2, "optimizer": {"learning_rate": 0.05}}});
        ask(session, json!({"type": "compile", "run": "kiwi", "spec": spec, "backend": "scalar"}))
    }

    /// Drives the session as the worker does, at most `slices` slices.
    fn drive(session: &Session, slices: usize) -> usize {
        assert!(session.begin_driving());
        (0..slices).take_while(|_| pollster::block_on(session.slice()) == Next::Continue).count()
    }

    #[test]
    fn a_run_trains_its_epochs_reports_them_and_ends() {
        let (session, events) = session();
        load(&session, 60);
        let compiled = compile(&session);
        assert_eq!((compiled["type"].as_str(), compiled["backend"]["kernels"].as_str()), (Some("compiled"), Some("scalar")));
        assert_eq!(ask(&session, json!({"type": "start"}))["type"], "started");
        drive(&session, usize::MAX);
        let epochs: Vec<Value> = events.borrow().iter().filter(|event| event["type"] == "epoch").cloned().collect();
        assert_eq!(epochs.len(), 2);
        assert!(epochs[1]["test_top1"].as_f64() >= epochs[0]["test_top1"].as_f64());
        assert_eq!(events.borrow().last().unwrap()["type"], "done");
        assert_eq!(events.borrow().last().unwrap()["step"], 12);
        assert!(events.borrow().iter().all(|event| event["run"] == "kiwi"), "every event names its run");
        let evaluated = ask(&session, json!({"type": "evaluate", "split": "test"}));
        assert_eq!(evaluated["evaluation"]["count"], 60);
        assert_eq!(ask(&session, json!({"type": "start", "epochs": 1}))["type"], "started");
        drive(&session, usize::MAX);
        assert_eq!(events.borrow().last().unwrap()["step"], 18);
    }

    /// Takes slices until the evaluation that ends the first epoch is under way.
    fn drive_to_the_end_of_an_epoch(session: &Session) {
        assert!(session.begin_driving());
        let ends = || pollster::block_on(session.run.lock()).as_ref().unwrap().evaluating.as_ref().is_some_and(|it| it.ends_epoch);
        while !ends() {
            assert_eq!(pollster::block_on(session.slice()), Next::Continue);
        }
    }

    /// What a request does to a run of two epochs that it meets while the evaluation that ends the first one is under way.
    fn ends_of_epochs_around(compile: impl Fn(&Session) -> Value, request: Value, kind: Option<&str>) -> (Vec<Value>, Value) {
        let (session, events) = session();
        load(&session, 60);
        assert_eq!(compile(&session)["type"], "compiled");
        ask(&session, json!({"type": "start", "epochs": 2}));
        drive_to_the_end_of_an_epoch(&session);
        assert_eq!(ask(&session, request)["error"]["kind"].as_str(), kind);
        while pollster::block_on(session.slice()) == Next::Continue {}
        let events = events.borrow();
        let epochs = events.iter().filter(|event| event["type"] == "epoch").map(|event| event["epoch"].clone()).collect();
        (epochs, events.last().unwrap()["step"].clone())
    }

    #[test]
    fn an_evaluation_that_ends_an_epoch_outlives_another_one_and_a_refused_one() {
        let two_epochs = (vec![json!(1), json!(2)], json!(12));
        assert_eq!(ends_of_epochs_around(compile, json!({"type": "evaluate", "split": "train"}), None), two_epochs);
        let per_pixel = |session: &Session| {
            let layers = json!([{"op": "conv2d", "out_channels": 11, "kernel_size": 1}]);
            let spec = json!({"version": 1, "data": "cluttered_mnist", "layers": layers, "training": {"batch_size": 10}});
            ask(session, json!({"type": "compile", "run": "kiwi", "spec": spec, "backend": "scalar"}))
        };
        let refused = json!({"type": "predictions", "split": "test"});
        assert_eq!(ends_of_epochs_around(per_pixel, refused, Some("malformed_request")), two_epochs);
    }

    #[test]
    fn pause_stops_resume_goes_on_and_the_result_is_that_of_an_unbroken_run() {
        let weights = |pause_after: usize| {
            let (session, _) = session();
            load(&session, 60);
            compile(&session);
            ask(&session, json!({"type": "start"}));
            drive(&session, pause_after);
            if pause_after < 100 {
                assert_eq!(ask(&session, json!({"type": "pause"}))["type"], "paused");
                assert_eq!(pollster::block_on(session.slice()), Next::Stop);
                assert_eq!(ask(&session, json!({"type": "pause"}))["error"]["kind"], "not_running");
                assert_eq!(ask(&session, json!({"type": "resume"}))["type"], "resumed");
                drive(&session, usize::MAX);
            }
            ask(&session, json!({"type": "predict", "pixels": vec![100; 784]}))["logits"].clone()
        };
        assert_eq!(weights(2), weights(100));
    }

    #[test]
    fn refusals_say_why_and_change_nothing() {
        let (session, _) = session();
        let kind = |reply: Value| reply["error"]["kind"].as_str().unwrap_or_default().to_owned();
        assert_eq!(kind(ask(&session, json!({"type": "start"}))), "not_compiled");
        compile(&session);
        assert_eq!(kind(ask(&session, json!({"type": "start"}))), "no_data");
        assert_eq!(kind(ask(&session, json!({"type": "sample", "split": "test", "index": 0}))), "no_data");
        load(&session, 60);
        compile(&session);
        ask(&session, json!({"type": "start"}));
        assert_eq!(kind(ask(&session, json!({"type": "start"}))), "busy");
        assert_eq!(kind(ask(&session, json!({"type": "step"}))), "busy");
        let bad = json!({"type": "compile", "run": "oak", "spec": {"version": 1, "layers": [{"op": "relu"}]}, "backend": "cpu"});
        assert_eq!(kind(ask(&session, bad)), "rank_mismatch");
        assert!(session.load_idx(&IdxPair { images_name: "a", images: &[], labels_name: "b", labels: &[] }, None).is_err());
        assert_eq!(kind(ask(&session, json!({"type": "set", "learning_rate": -1.0}))), "invalid_setting");
        assert_eq!(ask(&session, json!({"type": "set", "learning_rate": 0.5}))["learning_rate"], 0.5);
        drive(&session, usize::MAX);
        assert_eq!(ask(&session, json!({"type": "step"}))["metrics"]["step"], 13);
        assert_eq!(ask(&session, json!({"type": "reset", "seed": 9}))["seed"], 9);
        assert_eq!(ask(&session, json!({"type": "step", "count": 2}))["metrics"]["step"], 2);
    }

    #[test]
    fn an_optimizer_without_momentum_refuses_one_and_takes_the_rest() {
        let (session, _) = session();
        let spec = json!({"version": 1, "layers": [{"op": "flatten"}, {"op": "linear", "out_features": 10}],
            "training": {"optimizer": {"type": "adamw"}, "schedule": {"type": "one_cycle"}}});
        ask(&session, json!({"type": "compile", "run": "kiwi", "spec": spec, "backend": "scalar"}));
        let refused = ask(&session, json!({"type": "set", "learning_rate": 0.5, "momentum": 0.5}));
        assert_eq!((&refused["error"]["kind"], &refused["error"]["field"]), (&json!("invalid_setting"), &json!("momentum")));
        let set = ask(&session, json!({"type": "set", "weight_decay": 0.25}));
        assert_eq!(set, json!({"type": "set", "run": "kiwi", "learning_rate": 0.001, "momentum": null, "weight_decay": 0.25}));
    }

    #[test]
    fn a_loss_that_is_not_a_number_stops_the_run_and_says_where() {
        let (session, events) = session();
        load(&session, 60);
        compile(&session);
        // Decay by a factor of a million a step leaves the numbers of f32 within a few steps.
        ask(&session, json!({"type": "set", "learning_rate": 1000.0, "weight_decay": 1000.0}));
        ask(&session, json!({"type": "start", "epochs": 20}));
        drive(&session, usize::MAX);
        let failed = events.borrow().iter().find(|event| event["type"] == "failed").cloned().unwrap();
        // The parameters themselves left them: they are named, and the rate that drove them out.
        assert_eq!(
            (&failed["error"]["kind"], &failed["error"]["learning_rate"]),
            (&json!("non_finite_weights"), &json!(1000.0)),
            "{failed}"
        );
        assert_eq!((&failed["error"]["loaded"], &failed["error"]["tensors"][0]["name"]), (&json!(false), &json!("fc1.weight")), "{failed}");
        let step = failed["error"]["step"].as_u64().unwrap();
        assert!((1..20).contains(&step), "{failed}");
        // The parameters are those before the step that failed: it fails again, and at the same place.
        let again = ask(&session, json!({"type": "step"}));
        assert_eq!(
            (&again["error"]["step"], &again["error"]["tensors"]),
            (&failed["error"]["step"], &failed["error"]["tensors"]),
            "{again}"
        );
    }

    #[test]
    fn an_infinity_that_a_tanh_hides_is_found() {
        let (session, _) = session();
        load(&session, 60);
        let layers = json!([{"op": "flatten"}, {"op": "linear", "name": "wide", "out_features": 8}, {"op": "tanh"}, {"op": "linear", "out_features": 10}]);
        let compiled =
            ask(&session, json!({"type": "compile", "run": "fig", "spec": {"version": 1, "layers": layers}, "backend": "scalar"}));
        assert_eq!(compiled["type"], "compiled");
        {
            let mut run = pollster::block_on(session.run.lock());
            let trainer = &mut run.as_mut().unwrap().trainer;
            trainer.write_parameter("wide.weight", &[3e38; 784 * 8]).unwrap();
        }
        let failed = ask(&session, json!({"type": "step"}));
        assert_eq!((&failed["error"]["node"], &failed["error"]["what"]), (&json!("wide"), &json!("activations")), "{failed}");
    }
}
