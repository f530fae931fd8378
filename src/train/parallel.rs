//! Data-parallel training: the batch is cut into shards, each worker computes the gradients of its shard on a replica of the network, the first worker
//! sums them in a fixed order, and all take the same step. No memory is shared.
//!
//! What a worker gets is a [`Task`], what it gives back is a [`Done`]. Everything that is decided (which images, which learning rate, which random numbers)
//! is decided by the first worker, so that a replica has no state but its parameters, what its optimizer keeps, and its statistics, and one that was
//! lost is replaced by another that is sent these three.
//!
//! Batch normalization normalizes each shard by its own mean and variance, as PyTorch's `DistributedDataParallel` does. The running statistics are the mean of
//! the replicas' after every step, weighted by their images; what lies between the shards' means is therefore missing from the running variance.
//! Random numbers (dropout, stochastic depth, augmentation, clutter) are other ones in every shard.
//!
//! A shard with a number that is not finite sends NaN, which the guard of every replica finds in the sum: none of them takes the step.

use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::{cell::RefCell, iter};

use serde_json::Value;

use super::clock::now_ms;
use super::guard::{self, FLAG};
use super::metrics::{Sums, sums_len};
use super::trainer::{Device, Trainer};
use crate::backend::cpu::Kernels;
use crate::data::dataset::{Dataset, PIXELS, Split};
use crate::error::{DeviceError, Error};
use crate::executor::{Which, locate};
use crate::network::spec::Spec;
use crate::optim::hyper::Hyper;
use crate::plan::{OPTIMIZER, Plan, Program, Range, names};

/// Images of a shard below which the exchange costs more than another worker brings.
pub const SMALLEST_SHARD: usize = 8;
/// Steps over which a replica that keeps being lost is replaced.
const TRIES: usize = 3;
/// Steps in which the first worker computes its shard while the others wait, to learn what it reaches alone: after the compiler of the browser has
/// done its work.
const ALONE: std::ops::Range<u64> = 6..9;

/// What a replica is to do.
#[derive(Clone, Debug, Default)]
pub struct Task {
    /// Parameters, the optimizer's state and statistics, to begin with.
    pub snapshot: Option<Rc<Vec<f32>>>,
    /// Ends the step before.
    pub update: Option<Rc<Update>>,
    /// Whose gradients it is to compute then.
    pub shard: Option<Shard>,
    /// Whether to give and clear its sums.
    pub sums: bool,
}

/// Images of a batch.
#[derive(Clone, Debug)]
pub struct Shard {
    /// 784 bytes each.
    pub images: Vec<u8>,
    /// A byte each.
    pub labels: Vec<u8>,
    /// What its random numbers are drawn from: [`names::RANDOM`].
    pub random: [u32; 4],
}

/// What all replicas end a step with.
#[derive(Clone, Debug)]
pub struct Update {
    /// The batch's gradients, as they are stored, and then its statistics.
    pub exchanged: Vec<f32>,
    /// What the optimizer is told.
    pub hyper: Hyper,
}

/// What a replica has done.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Done {
    /// Of a shard: its gradients, as they are stored, and then its statistics. NaN where a number was not finite.
    pub exchanged: Vec<f32>,
    /// Where they were asked for: loss and counts since they were last asked for, as words.
    pub sums: Vec<u32>,
}

/// Answers to tasks, in their order; nothing from a replica that was lost.
pub type Answers = Pin<Box<dyn Future<Output = Vec<Option<Done>>>>>;

/// Other workers, each with a [`Replica`].
pub trait Replicas {
    /// Starts workers anew for these specifications (each of its shard's batch size), at these places, the first place being 0. Resolves with whether all of
    /// them are there.
    fn start(&self, specs: Vec<(usize, Value)>) -> Pin<Box<dyn Future<Output = bool>>>;
    /// Hands out tasks at once, one a place, and resolves with what came of them. Who is silent for longer than this is lost.
    fn run(&self, tasks: Vec<Option<Task>>, patience_ms: f64) -> Answers;
    /// Ends the workers.
    fn stop(&self);
}

/// The other workers of a run, as its first one knows them.
pub(super) struct Peers {
    workers: Rc<dyn Replicas>,
    spec: Value,
    /// Images of each shard, the first worker's own first.
    shards: Vec<usize>,
    started: bool,
    /// Whether a replica's parameters are not the first worker's.
    stale: Vec<bool>,
    /// What a replica has still to be told of the last step.
    pending: Vec<Option<Rc<Update>>>,
    steps: u64,
    /// The shortest time of the first worker's own shard while the others waited.
    alone_ms: Option<f64>,
    own_ms: f64,
}

impl std::fmt::Debug for Peers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Peers").field("shards", &self.shards).field("stale", &self.stale).finish_non_exhaustive()
    }
}

impl Drop for Peers {
    fn drop(&mut self) {
        self.workers.stop();
    }
}

/// How many images of a batch each of these workers gets: as many as the others, or one more.
pub fn shards(batch: usize, workers: usize) -> Vec<usize> {
    let workers = workers.clamp(1, (batch / SMALLEST_SHARD).max(1));
    (0..workers).map(|worker| batch / workers + usize::from(worker < batch % workers)).collect()
}

/// A specification for a shard.
fn of_shard(spec: &Value, images: usize) -> Value {
    let mut spec = spec.clone();
    spec["training"]["batch_size"] = images.into();
    spec
}

/// The random words of a worker's shard: the seed's are mixed with the worker's number, and the first worker's stay.
fn random_words(seed: u64, step: u64, worker: usize) -> [u32; 4] {
    let seed = seed ^ (worker as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    [seed, seed >> 32, step, step >> 32].map(|word| word as u32)
}

impl Plan {
    /// A training step in two: up to the gradients, and from them on. What looks for numbers that are not finite in activations belongs to the first.
    pub fn halves(&self) -> [Program; 2] {
        let gradients = self.arenas.map(|[_, gradients]| gradients);
        let later = |step: &&crate::plan::Step| {
            step.node == OPTIMIZER && !(std::ptr::eq(step.kernel, &guard::CHECK) && Some(step.arguments[0].buffer) != gradients)
        };
        let (update, first): (Vec<_>, Vec<_>) = self.train.steps.iter().partition(later);
        [first, update].map(|steps| Program { steps: steps.into_iter().cloned().collect(), ..Program::default() })
    }
}

impl Trainer {
    /// As [`Trainer::new`], with the batch shared between this worker, on the CPU, and others. `spec` was read from `written`. With a batch too small to be
    /// shared, or one worker, it is a trainer like any other.
    ///
    /// # Errors
    /// As [`Trainer::new`].
    pub async fn sharing(
        (spec, written): (Spec, Value),
        dataset: Rc<RefCell<Dataset>>,
        workers: usize,
        replicas: Rc<dyn Replicas>,
    ) -> Result<Self, Error> {
        let shards = shards(spec.training.batch_size, workers);
        let mut trainer = Self::with_shard(spec, shards[0], Device::Cpu(Kernels::Simd), dataset).await?;
        let others = shards.len() - 1;
        if others > 0 {
            let [gradients, update] = trainer.plan().halves();
            trainer.executor.halves(&gradients, &update).await?;
            let (stale, pending) = (vec![true; others], vec![None; others]);
            let (steps, alone_ms, own_ms) = (0, None, 0.0);
            let peers = Peers { workers: replicas, spec: written, shards, started: false, stale, pending, steps, alone_ms, own_ms };
            trainer.peers = Some(Box::new(peers));
        }
        Ok(trainer)
    }

    /// Workers that share a batch, this one included.
    pub fn workers(&self) -> usize {
        self.peers.as_ref().map_or(1, |peers| peers.shards.len())
    }

    /// Images a second of one worker with its own shard, while the others waited. Known after some steps.
    pub fn alone_images_per_second(&self) -> Option<f64> {
        let peers = self.peers.as_ref()?;
        Some(peers.shards[0] as f64 * 1e3 / peers.alone_ms?)
    }

    /// Says that this worker's parameters changed other than by a step.
    pub(super) fn replicas_are_stale(&mut self) {
        if let Some(peers) = &mut self.peers {
            peers.stale.fill(true);
            peers.pending.fill(None);
        }
    }

    /// Indices of a batch, cut into shards.
    pub(super) fn cut<'a>(&self, indices: &'a [u32]) -> Vec<&'a [u32]> {
        let mut rest = indices;
        let whole = [indices.len()];
        let sizes = self.peers.as_ref().map_or(&whole[..], |peers| &peers.shards);
        let mut cut = Vec::new();
        for &size in sizes {
            let (shard, others) = rest.split_at(size.min(rest.len()));
            cut.push(shard);
            rest = others;
        }
        cut
    }

    /// Tells the kernels that draw random numbers which step comes, of which worker.
    pub(super) fn write_random(&mut self, worker: usize) -> Result<(), Error> {
        let words = random_words(self.spec().training.seed, self.steps(), worker);
        self.write_random_words(words)
    }

    fn write_random_words(&mut self, words: [u32; 4]) -> Result<(), Error> {
        if let Ok(random) = locate(&self.plan.train, names::RANDOM) {
            self.executor.write_words(random.range, &words)?;
        }
        Ok(())
    }

    /// Where gradients and statistics lie: what workers exchange.
    fn exchanged_ranges(&self) -> Vec<Range> {
        let buffers = self.plan.arenas.map(|[_, gradients]| gradients).into_iter().chain(self.plan.statistics_arena);
        buffers.map(|buffer| self.plan.whole(buffer)).collect()
    }

    /// Parameters, the optimizer's state, statistics.
    fn snapshot_ranges(&self) -> Vec<Range> {
        let (parameters, states) = self.state_ranges().unzip();
        let statistics = self.plan.statistics_arena.map(|buffer| self.plan.whole(buffer));
        parameters.into_iter().chain(states.into_iter().flatten()).chain(statistics).collect()
    }

    async fn read_all(&mut self, ranges: &[Range]) -> Result<Vec<f32>, Error> {
        let mut all = Vec::with_capacity(ranges.iter().map(|range| range.len).sum());
        for &range in ranges {
            all.extend(self.executor.read_stored(range).await?);
        }
        Ok(all)
    }

    fn write_all(&mut self, ranges: &[Range], mut floats: &[f32]) -> Result<(), Error> {
        let expected: usize = ranges.iter().map(|range| range.len).sum();
        if floats.len() != expected {
            let reason = format!("{} numbers where {expected} were expected", floats.len());
            return Err(DeviceError::DeviceFailed { what: "a worker".into(), reason }.into());
        }
        for &range in ranges {
            let (own, rest) = floats.split_at(range.len);
            self.executor.write_stored(range, own)?;
            floats = rest;
        }
        Ok(())
    }

    /// Runs forward and backward, and reads what is exchanged: NaN where a number was not finite.
    async fn compute_shard(&mut self) -> Result<Vec<f32>, Error> {
        self.executor.run(Which::Gradients)?;
        let mut exchanged = self.read_all(&self.exchanged_ranges()).await?;
        let sums = self.sums_place(Which::Train)?;
        if self.executor.read_words(Range { len: FLAG + 1, ..sums }).await?[FLAG] != 0 {
            exchanged.fill(f32::NAN);
        }
        Ok(exchanged)
    }

    /// Ends a step on this worker.
    fn take(&mut self, update: &Update) -> Result<(), Error> {
        self.write_all(&self.exchanged_ranges(), &update.exchanged)?;
        if let Ok(hyper) = locate(&self.plan.train, names::HYPER) {
            self.executor.write_stored(hyper.range, &update.hyper)?;
        }
        Ok(self.executor.run(Which::Update)?)
    }

    /// Takes one training step with all workers there are, and says whether the epoch has ended with it.
    ///
    /// # Errors
    /// As [`Trainer::train_step`]; and [`DeviceError::DeviceFailed`] for a worker that is lost again and again.
    pub async fn step(&mut self) -> Result<bool, Error> {
        let (batch, ended) = self.draw()?;
        self.step_on(&batch).await?;
        Ok(ended)
    }

    /// Takes one training step on these images (indices into the training images; as many as the batch size) with all workers there are.
    ///
    /// # Errors
    /// As [`Trainer::step`].
    pub async fn step_on(&mut self, batch: &[u32]) -> Result<(), Error> {
        let Some(mut peers) = self.peers.take() else { return self.train_on(batch) };
        let done = self.shared_step(&mut peers, batch).await;
        self.peers = Some(peers);
        done
    }

    async fn shared_step(&mut self, peers: &mut Peers, batch: &[u32]) -> Result<(), Error> {
        let hyper = self.next_hyper();
        let mut from = peers.shards[0];
        let mut shards = Vec::new();
        for (worker, &images) in peers.shards.iter().enumerate().skip(1) {
            let (images, labels) = self.dataset().borrow().bytes_of(&batch[from..from + images]);
            from += labels.len();
            shards.push(Shard { images, labels, random: random_words(self.spec().training.seed, self.steps(), worker) });
        }
        self.recent.extend_from_slice(batch);
        self.executor.write_words(locate(&self.plan.train, names::INDICES)?.range, &batch[..peers.shards[0]])?;
        self.write_random(0)?;

        peers.start().await?;
        let snapshot = if peers.stale.contains(&true) { Some(Rc::new(self.read_all(&self.snapshot_ranges()).await?)) } else { None };
        let waits = ALONE.contains(&peers.steps);
        let patience = 10_000.0 + 5.0 * peers.own_ms;
        let tasks = peers.tasks(shards.iter().map(Some), snapshot.as_ref(), false);
        let mut answers = None;
        if !waits {
            answers = Some(peers.workers.run(tasks.clone(), patience));
        }
        let begin = now_ms();
        let own = self.compute_shard().await?;
        peers.own_ms = now_ms() - begin;
        if waits {
            peers.alone_ms = Some(peers.alone_ms.map_or(peers.own_ms, |least| least.min(peers.own_ms)));
        }
        let answers = answers.unwrap_or_else(|| peers.workers.run(tasks, patience)).await;
        let theirs = self.replace_the_lost(peers, answers, &shards).await?;

        let parts = iter::once(&own).chain(&theirs);
        let update = Rc::new(Update { exchanged: weighted_sum(parts, &peers.shards), hyper });
        self.take(&update)?;
        peers.pending.fill(Some(update));
        peers.steps += 1;
        self.count_step();
        Ok(())
    }

    /// Asks those who did not answer once more, on workers that take their places, from the parameters that all have.
    async fn replace_the_lost(
        &mut self,
        peers: &mut Peers,
        mut answers: Vec<Option<Done>>,
        shards: &[Shard],
    ) -> Result<Vec<Vec<f32>>, Error> {
        let expected = self.exchanged_ranges().iter().map(|range| range.len).sum::<usize>();
        for _ in 0..TRIES {
            let lost: Vec<usize> =
                (0..shards.len()).filter(|&at| answers[at].as_ref().is_none_or(|done| done.exchanged.len() != expected)).collect();
            if lost.is_empty() {
                return Ok(answers.into_iter().flatten().map(|done| done.exchanged).collect());
            }
            peers.restart(&lost).await?;
            let snapshot = Rc::new(self.read_all(&self.snapshot_ranges()).await?);
            let asked = shards.iter().enumerate().map(|(at, shard)| lost.contains(&at).then_some(shard));
            let tasks = peers.tasks(asked, Some(&snapshot), false);
            for (at, done) in peers.workers.run(tasks, 20_000.0 + 5.0 * peers.own_ms).await.into_iter().enumerate() {
                if lost.contains(&at) {
                    answers[at] = done;
                }
            }
        }
        Err(lost_worker())
    }

    /// Adds what the other workers summed to what this one did, and starts their sums anew.
    ///
    /// # Errors
    /// What the device reports. Sums of a worker that was lost are lost with it.
    pub(super) async fn add_sums_of_replicas(&mut self, sums: &mut Sums) -> Result<(), Error> {
        let Some(peers) = self.peers.as_mut().filter(|peers| peers.started) else { return Ok(()) };
        let tasks = peers.tasks(peers.shards.clone().iter().skip(1).map(|_| None), None, true);
        let patience = 10_000.0 + 5.0 * peers.own_ms;
        let answers = peers.workers.run(tasks, patience).await;
        for (at, done) in answers.into_iter().enumerate() {
            match done {
                Some(done) if done.sums.len() >= sums_len(self.plan.classes) => sums.add_beside(&Sums::from_words(&done.sums)),
                // Found lost by the next step, which puts another in its place.
                _ => peers.stale[at] = true,
            }
        }
        Ok(())
    }
}

impl Peers {
    async fn start(&mut self) -> Result<(), Error> {
        if self.started {
            return Ok(());
        }
        let all: Vec<usize> = (0..self.stale.len()).collect();
        self.restart(&all).await?;
        self.started = true;
        Ok(())
    }

    async fn restart(&mut self, places: &[usize]) -> Result<(), Error> {
        for &at in places {
            (self.stale[at], self.pending[at]) = (true, None);
        }
        let specs = places.iter().map(|&at| (at, of_shard(&self.spec, self.shards[at + 1]))).collect();
        if self.workers.start(specs).await { Ok(()) } else { Err(lost_worker()) }
    }

    /// A task for each that has a shard, or whose sums are wanted; with it goes what it has not been told yet.
    fn tasks<'a>(
        &mut self,
        shards: impl Iterator<Item = Option<&'a Shard>>,
        snapshot: Option<&Rc<Vec<f32>>>,
        sums: bool,
    ) -> Vec<Option<Task>> {
        let mut tasks = Vec::new();
        for (at, shard) in shards.enumerate() {
            if shard.is_none() && !sums {
                tasks.push(None);
                continue;
            }
            let stale = self.stale[at] && snapshot.is_some();
            let update = self.pending[at].take().filter(|_| !stale);
            self.stale[at] &= snapshot.is_none();
            tasks.push(Some(Task { snapshot: snapshot.filter(|_| stale).cloned(), update, shard: shard.cloned(), sums }));
        }
        tasks
    }
}

fn lost_worker() -> Error {
    DeviceError::DeviceFailed { what: "a worker".into(), reason: "it stopped, and so did those that took its place".into() }.into()
}

/// The mean over all images of what each shard's mean is, added up in the order of the workers.
fn weighted_sum<'a>(parts: impl Iterator<Item = &'a Vec<f32>>, shards: &[usize]) -> Vec<f32> {
    let batch: usize = shards.iter().sum();
    let mut sum: Vec<f32> = Vec::new();
    for (part, &images) in parts.zip(shards) {
        let weight = (images as f64 / batch as f64) as f32;
        if sum.is_empty() {
            sum = part.iter().map(|value| value * weight).collect();
        } else {
            sum.iter_mut().zip(part).for_each(|(sum, value)| *sum += value * weight);
        }
    }
    sum
}

/// A network that computes gradients for another worker's run.
#[derive(Debug)]
pub struct Replica {
    trainer: Trainer,
}

impl Replica {
    /// A replica of a network, with its shard's batch size, on the CPU.
    ///
    /// # Errors
    /// As [`Trainer::new`].
    pub async fn new(spec: Spec) -> Result<Self, Error> {
        let shard = Rc::new(RefCell::new(Dataset::new(spec.training.batch_size, 0)));
        let mut trainer = Trainer::new(spec, Device::Cpu(Kernels::Simd), shard).await?;
        let [gradients, update] = trainer.plan().halves();
        trainer.executor.halves(&gradients, &update).await?;
        let indices: Vec<u32> = (0..trainer.plan().batch as u32).collect();
        trainer.executor.write_words(locate(&trainer.plan.train, names::INDICES)?.range, &indices)?;
        Ok(Self { trainer })
    }

    /// Does what it is told.
    ///
    /// # Errors
    /// A task of another network.
    pub async fn run(&mut self, task: &Task) -> Result<Done, Error> {
        let trainer = &mut self.trainer;
        if let Some(snapshot) = &task.snapshot {
            trainer.write_all(&trainer.snapshot_ranges(), snapshot)?;
            trainer.clear_sums(Which::Train)?;
        }
        if let Some(update) = &task.update {
            trainer.take(update)?;
        }
        let mut done = Done::default();
        if let Some(shard) = &task.shard {
            let (images, labels) = (shard.images.len() / PIXELS, shard.labels.len());
            let expected = trainer.plan().batch;
            if (images, labels) != (expected, expected) {
                let reason = format!("{images} images and {labels} labels where {expected} were expected");
                return Err(DeviceError::DeviceFailed { what: "a worker".into(), reason }.into());
            }
            trainer.dataset().borrow_mut().replace(Split::Train, &shard.images, &shard.labels);
            trainer.write_random_words(shard.random)?;
            done.exchanged = trainer.compute_shard().await?;
        }
        if task.sums {
            done.sums = trainer.take_sum_words(Which::Train).await?;
        }
        Ok(done)
    }
}
