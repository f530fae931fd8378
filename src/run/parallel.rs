//! Data-parallel training: the batch is cut into shards, each worker computes the gradients of its shard on a replica of the network, the first worker
//! sums them in a fixed order, and all take the same step. Nothing here depends on memory that is shared.
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

use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;

use serde_json::Value;

use super::trainer::{Trainer, batch_of};
use crate::backend::Device;
use crate::backend::cpu::{Cpu, Kernels};
use crate::core::clock::now_ms;
use crate::core::error::{DeviceError, Error};
use crate::data::dataset::{Dataset, Split};
use crate::executor::Executor;
use crate::ir::program::{Range, Step};
use crate::network::spec::Spec;
use crate::optim::hyper::Hyper;
use crate::programs::guard::{self, FLAG};
use crate::programs::metrics::{Sums, sums_len};
use crate::programs::optimizer::OPTIMIZER;

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
    /// A byte a pixel.
    pub images: Vec<u8>,
    /// A byte each.
    pub labels: Vec<u8>,
    /// What its random numbers are drawn from: [`Training::random`](crate::programs::training::Training::random).
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
    /// Starts workers anew at these places, the first being 0, each for the specification with its shard's images as batch size. Resolves with whether all
    /// of them are there.
    fn start(&self, spec: &Value, shards: Vec<(usize, usize)>) -> Pin<Box<dyn Future<Output = bool>>>;
    /// Hands out tasks at once, one a place, and resolves with what came of them. Who is silent for longer than this is lost.
    fn run(&self, tasks: Vec<Option<Task>>, patience_ms: f64) -> Answers;
    /// Hands out, one a place, what nobody answers. Who cannot do it fails at the next task.
    fn tell(&self, tasks: Vec<Option<Task>>);
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
    /// Those that did not answer: others take their places before the next step.
    lost: Vec<usize>,
    /// Whether a replica's parameters are not the first worker's.
    stale: Vec<bool>,
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

/// The random words of a worker's shard: the seed's are mixed with the worker's number, and the first worker's stay.
fn random_words(seed: u64, step: u64, worker: usize) -> [u32; 4] {
    let seed = seed ^ (worker as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    [seed, seed >> 32, step, step >> 32].map(|word| word as u32)
}

/// The halves of a training step.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Half {
    /// Up to the gradients, and what looks for numbers that are not finite in activations.
    Gradients,
    /// From the gradients on.
    Update,
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
        let shards = shards(batch_of(&spec, &dataset.borrow()), workers);
        let mut trainer = Self::with_shard(spec, shards[0], Device::Cpu(Kernels::Simd), dataset).await?;
        let others = shards.len() - 1;
        if others > 0 {
            let (stale, started, lost) = (vec![true; others], false, Vec::new());
            let (steps, alone_ms, own_ms) = (0, None, 0.0);
            let peers = Peers { workers: replicas, spec: written, shards, started, lost, stale, steps, alone_ms, own_ms };
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
        if let Some(random) = self.programs.train.random {
            self.executor.write_words(random, &words)?;
        }
        Ok(())
    }

    /// Where gradients and statistics lie: what workers exchange.
    fn exchanged_ranges(&self) -> Vec<Range> {
        let gradients = self.programs.plan.arenas.map(|[_, gradients]| self.programs.plan.whole(gradients));
        gradients.into_iter().chain(self.statistics_range()).collect()
    }

    /// Parameters and the optimizer's state.
    fn optimized_ranges(&self) -> Vec<Range> {
        let (parameters, states) = self.state_ranges().unzip();
        parameters.into_iter().chain(states.into_iter().flatten()).collect()
    }

    /// Workers share batches on the CPU.
    fn cpu(&mut self) -> Result<&mut Executor<Cpu<f32>>, DeviceError> {
        self.executor.as_cpu().ok_or(DeviceError::NotOnCpu)
    }

    fn run_half(&mut self, half: Half) -> Result<(), Error> {
        let gradients = self.programs.plan.arenas.map(|[_, gradients]| gradients);
        let looks_at_gradients = |step: &Step| !std::ptr::eq(step.kernel, &guard::CHECK) || Some(step.arguments[0].buffer) == gradients;
        let program = self.programs.train.program;
        Ok(self.cpu()?.run_part(program, |step| (step.node == OPTIMIZER && looks_at_gradients(step)) == (half == Half::Update))?)
    }

    fn read_all(&mut self, ranges: &[Range]) -> Result<Vec<f32>, Error> {
        let executor = self.cpu()?;
        let mut all = Vec::with_capacity(ranges.iter().map(|range| range.len).sum());
        for &range in ranges {
            all.extend_from_slice(executor.floats(range)?);
        }
        Ok(all)
    }

    fn write_all(&mut self, ranges: &[Range], mut floats: &[f32]) -> Result<(), Error> {
        let expected: usize = ranges.iter().map(|range| range.len).sum();
        if floats.len() != expected {
            return Err(DeviceError::WorkerMismatch { found: floats.len(), expected }.into());
        }
        let executor = self.cpu()?;
        for &range in ranges {
            let (own, rest) = floats.split_at(range.len);
            executor.floats(range)?.copy_from_slice(own);
            floats = rest;
        }
        Ok(())
    }

    /// Runs forward and backward: NaN stands for all gradients where a number was not finite, which stops every worker. Statistics stay finite.
    fn compute_shard(&mut self) -> Result<(), Error> {
        self.run_half(Half::Gradients)?;
        let sums = self.programs.train.sums;
        if self.cpu()?.words(sums)?[FLAG] != 0
            && let Some([_, gradients]) = self.programs.plan.arenas
        {
            let range = self.programs.plan.whole(gradients);
            self.cpu()?.floats(range)?.fill(f32::NAN);
        }
        Ok(())
    }

    /// Makes of what is exchanged the mean over all images of what each shard's mean is, added up in the order of the workers, of whom this one is the first.
    fn add_weighted(&mut self, parts: &[Vec<f32>], shards: &[usize]) -> Result<(), Error> {
        let batch: usize = shards.iter().sum();
        let weights: Vec<f32> = shards.iter().map(|&images| (images as f64 / batch as f64) as f32).collect();
        let mut from = 0;
        for range in self.exchanged_ranges() {
            let sum = self.cpu()?.floats(range)?;
            sum.iter_mut().for_each(|value| *value *= weights[0]);
            for (part, weight) in parts.iter().zip(&weights[1..]) {
                sum.iter_mut().zip(&part[from..from + range.len]).for_each(|(sum, value)| *sum += value * weight);
            }
            from += range.len;
        }
        Ok(())
    }

    /// Ends a step on this worker, with what is exchanged as it stands.
    fn end_step(&mut self, hyper: &Hyper) -> Result<(), Error> {
        if let Some(optimizer) = &self.programs.train.optimizer {
            self.executor.write_stored(optimizer.hyper, hyper)?;
        }
        self.run_half(Half::Update)
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
        self.executor.write_words(self.programs.train.indices, &batch[..peers.shards[0]])?;
        self.write_random(0)?;

        let expected = self.exchanged_ranges().iter().map(|range| range.len).sum::<usize>();
        let mut parts: Vec<Vec<f32>> = vec![Vec::new(); shards.len()];
        let mut computed = false;
        // Its own shard changes this worker's statistics: another begins with those from before.
        let statistics = self.read_statistics().await?;
        for attempt in 0..=TRIES {
            let missing: Vec<usize> = (0..shards.len()).filter(|&at| parts[at].len() != expected).collect();
            // Those who did not answer are asked once more, on workers that take their places, from the parameters that all have.
            let lost = std::mem::take(&mut peers.lost);
            let gone: Vec<usize> = missing.iter().copied().filter(|at| attempt > 0 || !peers.started || lost.contains(at)).collect();
            if !gone.is_empty() {
                peers.restart(&gone).await?;
            }
            let snapshot = if peers.stale.contains(&true) { Some(Rc::new(self.snapshot(&statistics)?)) } else { None };
            let tasks = peers.tasks(|at| missing.contains(&at).then(|| shards[at].clone()), snapshot.as_ref(), false);
            if attempt == 0 && ALONE.contains(&peers.steps) {
                self.timed_shard(peers)?;
                computed = true;
                peers.alone_ms = Some(peers.alone_ms.map_or(peers.own_ms, |least| least.min(peers.own_ms)));
            }
            let answers = peers.workers.run(tasks, peers.patience());
            if !std::mem::replace(&mut computed, true) {
                self.timed_shard(peers)?;
            }
            for (part, done) in parts.iter_mut().zip(answers.await) {
                *part = done.map_or_else(|| std::mem::take(part), |done| done.exchanged);
            }
            if parts.iter().all(|part| part.len() == expected) {
                break;
            }
        }
        if parts.iter().any(|part| part.len() != expected) {
            return Err(lost_worker());
        }
        self.add_weighted(&parts, &peers.shards)?;
        let update = Rc::new(Update { exchanged: self.read_all(&self.exchanged_ranges())?, hyper });
        // The others end the step while this worker does.
        peers.workers.tell(peers.stale.iter().map(|_| Some(Task { update: Some(Rc::clone(&update)), ..Task::default() })).collect());
        self.end_step(&update.hyper)?;
        peers.steps += 1;
        self.count_step();
        Ok(())
    }

    /// Parameters and the optimizer's state, with these statistics.
    fn snapshot(&mut self, statistics: &[f32]) -> Result<Vec<f32>, Error> {
        let mut all = self.read_all(&self.optimized_ranges())?;
        all.extend_from_slice(statistics);
        Ok(all)
    }

    fn timed_shard(&mut self, peers: &mut Peers) -> Result<(), Error> {
        let begin = now_ms();
        self.compute_shard()?;
        peers.own_ms = now_ms() - begin;
        Ok(())
    }

    /// Adds what the other workers summed to what this one did, and starts their sums anew.
    ///
    /// # Errors
    /// What the device reports. Sums of a worker that was lost are lost with it.
    pub(super) async fn add_sums_of_replicas(&mut self, sums: &mut Sums) -> Result<(), Error> {
        let Some(peers) = self.peers.as_mut().filter(|peers| peers.started) else { return Ok(()) };
        let tasks = peers.tasks(|_| None, None, true);
        let answers = peers.workers.run(tasks, peers.patience()).await;
        for (at, done) in answers.into_iter().enumerate() {
            match done {
                Some(done) if done.sums.len() >= sums_len(self.programs.classes) => sums.add_beside(&Sums::from_words(&done.sums)),
                _ => peers.lost.push(at),
            }
        }
        Ok(())
    }
}

impl Peers {
    /// Milliseconds after which a silent worker is lost.
    fn patience(&self) -> f64 {
        10_000.0 + 5.0 * self.own_ms
    }

    async fn restart(&mut self, places: &[usize]) -> Result<(), Error> {
        for &at in places {
            self.stale[at] = true;
        }
        let shards = places.iter().map(|&at| (at, self.shards[at + 1])).collect();
        self.started = self.workers.start(&self.spec, shards).await;
        if self.started { Ok(()) } else { Err(lost_worker()) }
    }

    /// A task for each that has a shard, or whose sums are wanted; with it goes the snapshot, where its parameters are others.
    fn tasks(&mut self, shard: impl Fn(usize) -> Option<Shard>, snapshot: Option<&Rc<Vec<f32>>>, sums: bool) -> Vec<Option<Task>> {
        let mut tasks = Vec::new();
        for at in 0..self.stale.len() {
            let mut task = Task { shard: shard(at), sums, ..Task::default() };
            if task.shard.is_none() && !sums {
                tasks.push(None);
                continue;
            }
            if self.stale[at] && snapshot.is_some() {
                self.stale[at] = false;
                task.snapshot = snapshot.cloned();
            }
            tasks.push(Some(task));
        }
        tasks
    }
}

fn lost_worker() -> Error {
    DeviceError::WorkersLost.into()
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
        let pixels = spec.input.iter().product();
        let shard = Rc::new(RefCell::new(Dataset::of_size(pixels, spec.training.batch_size, 0)));
        let mut trainer = Trainer::new(spec, Device::Cpu(Kernels::Simd), shard).await?;
        let indices: Vec<u32> = (0..trainer.plan().batch as u32).collect();
        trainer.executor.write_words(trainer.programs.train.indices, &indices)?;
        Ok(Self { trainer })
    }

    /// Does what it is told.
    ///
    /// # Errors
    /// A task of another network.
    pub fn run(&mut self, task: &Task) -> Result<Done, Error> {
        let trainer = &mut self.trainer;
        if let Some(snapshot) = &task.snapshot {
            let ranges: Vec<Range> = trainer.optimized_ranges().into_iter().chain(trainer.statistics_range()).collect();
            trainer.write_all(&ranges, snapshot)?;
            trainer.clear_sums(trainer.programs.train.sums)?;
        }
        if let Some(update) = &task.update {
            trainer.write_all(&trainer.exchanged_ranges(), &update.exchanged)?;
            trainer.end_step(&update.hyper)?;
        }
        let mut done = Done::default();
        if let Some(shard) = &task.shard {
            let pixels = trainer.spec.input.iter().product::<usize>();
            let (images, labels) = (shard.images.len() / pixels, shard.labels.len());
            let expected = trainer.plan().batch;
            if (images, labels) != (expected, expected) {
                let found = if images == expected { labels } else { images };
                return Err(DeviceError::WorkerMismatch { found, expected }.into());
            }
            trainer.replace_images(Split::Train, &shard.images, &shard.labels);
            trainer.write_random_words(shard.random)?;
            trainer.compute_shard()?;
            done.exchanged = trainer.read_all(&trainer.exchanged_ranges())?;
        }
        if task.sums {
            let sums = trainer.programs.train.sums;
            let len = sums_len(trainer.programs.classes);
            done.sums = trainer.cpu()?.words(sums)?[..len].to_vec();
            trainer.clear_sums(trainer.programs.train.sums)?;
        }
        Ok(done)
    }
}
