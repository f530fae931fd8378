//! Several workers that share a batch: the same step as one worker's, the same bits for the same seed, and nothing lost with a worker.
use std::cell::{Cell, RefCell};
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;

use pollster::block_on;
use receptive::backend::Device;
use receptive::backend::cpu::Kernels;
use receptive::core::error::{Error, TrainError};
use receptive::core::rng::Rng;
use receptive::data::dataset::{Dataset, IdxPair, Split};
use receptive::network::spec::Spec;
use receptive::run::parallel::{Answers, Done, Replica, Replicas, Task, shards};
use receptive::run::trainer::Trainer;
use serde_json::{Value, json};

/// Replicas in this thread, one of which can be made to stop.
#[derive(Default)]
pub struct Here {
    replicas: RefCell<Vec<Option<Replica>>>,
    started: Cell<usize>,
    /// After so many tasks the replica at place 0 is gone.
    last: Cell<Option<usize>>,
    /// Whether a replica that is gone comes back.
    comes_back: Cell<bool>,
}

impl Replicas for Here {
    fn start(&self, spec: &Value, shards: Vec<(usize, usize)>) -> Pin<Box<dyn Future<Output = bool>>> {
        let mut replicas = self.replicas.borrow_mut();
        for (place, images) in shards {
            let mut spec = spec.clone();
            spec["training"]["batch_size"] = images.into();
            self.started.set(self.started.get() + 1);
            let count = replicas.len().max(place + 1);
            replicas.resize_with(count, || None);
            replicas[place] = Some(block_on(Replica::new(Spec::from_json(&spec).unwrap())).unwrap());
        }
        Box::pin(std::future::ready(true))
    }

    fn run(&self, tasks: Vec<Option<Task>>, _patience_ms: f64) -> Answers {
        let mut replicas = self.replicas.borrow_mut();
        if let Some(left) = self.last.get() {
            self.last.set(Some(left.saturating_sub(1)));
            if left == 0 {
                replicas[0] = None;
                self.last.set((!self.comes_back.get()).then_some(0));
            }
        }
        let done = |(replica, task): (&mut Option<Replica>, Option<Task>)| -> Option<Done> { Some(replica.as_mut()?.run(&task?).unwrap()) };
        let answers = replicas.iter_mut().zip(tasks).map(done).collect();
        Box::pin(std::future::ready(answers))
    }

    fn tell(&self, tasks: Vec<Option<Task>>) {
        for (replica, task) in self.replicas.borrow_mut().iter_mut().zip(tasks) {
            if let Some((replica, task)) = replica.as_mut().zip(task) {
                replica.run(&task).unwrap();
            }
        }
    }

    fn stop(&self) {
        self.replicas.borrow_mut().clear();
    }
}

/// Noise with the label in it.
pub fn images(count: usize) -> Rc<RefCell<Dataset>> {
    let mut rng = crate::support::rng(3);
    let labels: Vec<u8> = (0..count).map(|i| (i % 10) as u8).collect();
    let ink = |rng: &mut Rng, label: u8, at: usize| if at % 28 / 2 == usize::from(label) { 200 } else { rng.below(60) as u8 };
    let pixels: Vec<u8> = labels.iter().flat_map(|&label| (0..784).map(|at| ink(&mut rng, label, at)).collect::<Vec<u8>>()).collect();
    dataset(pixels, labels)
}

fn dataset(pixels: Vec<u8>, labels: Vec<u8>) -> Rc<RefCell<Dataset>> {
    let file = |magic: u32, sizes: &[u32], body: &[u8]| -> Vec<u8> {
        std::iter::once(&magic).chain(sizes).flat_map(|n| n.to_be_bytes()).chain(body.iter().copied()).collect()
    };
    let count = labels.len() as u32;
    let (images, labels) = (file(2051, &[count, 28, 28], &pixels), file(2049, &[count], &labels));
    let pair = IdxPair { images_name: "images", images: &images, labels_name: "labels", labels: &labels };
    Rc::new(RefCell::new(Dataset::from_idx(&pair, Some(&pair)).unwrap()))
}

fn network(layers: Value, training: Value) -> Value {
    json!({"version": 1, "layers": layers, "training": training})
}

fn plain() -> Value {
    let layers = json!([{"op": "max_pool2d", "kernel_size": 2}, {"op": "conv2d", "out_channels": 6, "kernel_size": 3}, {"op": "relu"}, {"op": "flatten"},
        {"op": "linear", "out_features": 10}]);
    network(
        layers,
        json!({"batch_size": 37, "optimizer": {"learning_rate": 0.02, "weight_decay": 1e-3, "clip_grad_norm": 2.0},
        "schedule": {"type": "cosine"}, "epochs": 4}),
    )
}

/// What differs from shard to shard: statistics and random numbers.
fn with_statistics() -> Value {
    let layers = json!([{"op": "conv2d", "out_channels": 4, "kernel_size": 3, "stride": 3}, {"op": "batch_norm2d"}, {"op": "relu"}, {"op": "dropout"},
        {"op": "flatten"}, {"op": "linear", "out_features": 10}]);
    network(layers, json!({"batch_size": 32, "optimizer": {"type": "adamw", "learning_rate": 0.01}, "augmentation": {"shift": 1}}))
}

fn alone(spec: &Value) -> Trainer {
    block_on(Trainer::new(Spec::from_json(spec).unwrap(), Device::Cpu(Kernels::Simd), images(200))).unwrap()
}

fn shared(spec: &Value, workers: usize) -> (Trainer, Rc<Here>) {
    let here = Rc::new(Here::default());
    let read = Spec::from_json(spec).unwrap();
    (block_on(Trainer::sharing((read, spec.clone()), images(200), workers, here.clone())).unwrap(), here)
}

fn parameters(trainer: &mut Trainer) -> Vec<Vec<f32>> {
    let names: Vec<String> = trainer.parameters().map(|(name, _)| name.to_owned()).collect();
    names.iter().map(|name| block_on(trainer.read_parameter(name)).unwrap()).collect()
}

fn train(trainer: &mut Trainer, steps: usize) -> receptive::programs::metrics::Sums {
    (0..steps).for_each(|_| _ = block_on(trainer.step()).unwrap());
    block_on(trainer.take_training_sums()).unwrap()
}

fn largest_difference(left: &[Vec<f32>], right: &[Vec<f32>]) -> f32 {
    left.iter().flatten().zip(right.iter().flatten()).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
}

#[test]
fn a_batch_is_cut_evenly_and_not_too_small() {
    assert_eq!(shards(64, 1), [64]);
    assert_eq!(shards(37, 3), [13, 12, 12]);
    assert_eq!(shards(16, 8), [8, 8]);
    assert_eq!(shards(4, 8), [4]);
}

#[test]
fn workers_take_the_steps_that_one_takes() {
    for workers in [2, 3, 4] {
        let (mut one, (mut several, here)) = (alone(&plain()), shared(&plain(), workers));
        assert_eq!((several.workers(), several.batch(), one.workers()), (workers, 37, 1));
        let (expected, found) = (train(&mut one, 12), train(&mut several, 12));
        assert_eq!((expected.items, expected.top1, expected.steps), (found.items, found.top1, found.steps), "{workers} workers");
        assert!((expected.mean_loss() - found.mean_loss()).abs() < 1e-5, "{} and {}", expected.mean_loss(), found.mean_loss());
        let apart = largest_difference(&parameters(&mut one), &parameters(&mut several));
        assert!(apart < 2e-6, "{workers} workers: {apart}");
        assert_eq!(here.started.get(), workers - 1);
        let evaluated = |trainer: &mut Trainer| block_on(trainer.evaluate(Split::Test, usize::MAX)).unwrap();
        assert_eq!(evaluated(&mut one).top1, evaluated(&mut several).top1);
        assert!(several.alone_images_per_second().is_some_and(|rate| rate > 0.0));
    }
}

#[test]
fn the_same_seed_and_number_of_workers_give_the_same_bits_also_after_a_reset_and_from_a_checkpoint() {
    for spec in [plain(), with_statistics()] {
        let (mut one, _) = shared(&spec, 3);
        let (mut two, _) = shared(&spec, 3);
        let first = train(&mut one, 5);
        assert_eq!((first.clone(), parameters(&mut one)), (train(&mut two, 5), parameters(&mut two)));
        let checkpoint = block_on(one.checkpoint()).unwrap();
        let file = block_on(one.checkpoint_file(None)).unwrap();
        let ahead = (train(&mut one, 6), parameters(&mut one));
        one.restore(&checkpoint).unwrap();
        assert_eq!((train(&mut one, 6), parameters(&mut one)), ahead);
        let (mut other, _) = shared(&spec, 3);
        train(&mut other, 2);
        block_on(other.restore_file(&file)).unwrap();
        assert_eq!((train(&mut other, 6), parameters(&mut other)), ahead);
        one.reset(1).unwrap();
        assert_eq!(train(&mut one, 5), first);
    }
}

#[test]
fn running_statistics_are_the_same_everywhere_and_learning_works() {
    let (mut several, here) = shared(&with_statistics(), 2);
    let before = train(&mut several, 2).mean_loss();
    train(&mut several, 60);
    let after = block_on(several.evaluate(Split::Test, usize::MAX)).unwrap();
    assert!(after.mean_loss() < 0.3 && before > 1.5, "{before} to {}", after.mean_loss());
    // What a replica has after the step's end goes out with the next task: a shard of it has the loss of the first worker's network.
    let sums = train(&mut several, 1);
    assert_eq!((sums.items, here.started.get()), (32, 1));
}

#[test]
fn a_worker_that_is_lost_is_replaced_and_nothing_changes() {
    for spec in [plain(), with_statistics()] {
        let (mut whole, _) = shared(&spec, 3);
        let (mut broken, here) = shared(&spec, 3);
        here.comes_back.set(true);
        here.last.set(Some(4));
        for trainer in [&mut whole, &mut broken] {
            (0..9).for_each(|_| _ = block_on(trainer.step()).unwrap());
        }
        assert_eq!(here.started.get(), 3, "two, and one in a lost one's place");
        assert_eq!(parameters(&mut whole), parameters(&mut broken));
        let evaluated = |trainer: &mut Trainer| block_on(trainer.evaluate(Split::Test, usize::MAX)).unwrap();
        assert_eq!(evaluated(&mut whole), evaluated(&mut broken), "running statistics included");
    }
}

#[test]
fn workers_that_are_lost_again_and_again_end_the_run_with_a_reason() {
    let (mut broken, here) = shared(&plain(), 2);
    train(&mut broken, 2);
    here.last.set(Some(0));
    let error = block_on(broken.step()).unwrap_err();
    assert!(matches!(error, Error::Device(receptive::core::error::DeviceError::WorkersLost)), "{error}");
}

#[test]
fn what_is_not_finite_on_one_worker_stops_all_and_names_the_node() {
    let layers = json!([{"op": "flatten"}, {"op": "linear", "name": "wide", "out_features": 8}, {"op": "tanh"}, {"op": "linear", "out_features": 10}]);
    let (mut several, _) = shared(&network(layers, json!({"batch_size": 32})), 2);
    train(&mut several, 2);
    several.write_parameter("wide.weight", &[3e38; 784 * 8]).unwrap();
    let before = parameters(&mut several);
    (0..3).for_each(|_| _ = block_on(several.step()).unwrap());
    let error = block_on(several.take_training_sums()).unwrap_err();
    assert!(matches!(&error, Error::Train(TrainError::NonFinite { step: 3, node, .. }) if node == "wide"), "{error}");
    assert_eq!(parameters(&mut several), before);
}

/// What stops a run is looked for in a smaller shard as it is: an empty image that would fill it up has a part in its statistics.
#[test]
fn a_smaller_shard_is_looked_through_without_an_image_that_is_none() {
    assert_eq!(shards(37, 2), [19, 18]);
    // The first shard's images are white above, the second's below.
    let pixels = |image: usize| (0..784).map(move |at| if (at < 392) == (image < 19) { 255 } else { 0 });
    let data = dataset((0..37).flat_map(pixels).collect(), (0..37).map(|image| image % 10).collect());
    let layers = json!([{"parallel": {"join": "add", "branches": [
        [{"op": "batch_norm2d", "name": "norm"}, {"op": "flatten"}, {"op": "linear", "name": "calm", "out_features": 10}],
        [{"op": "flatten", "name": "flat"}, {"op": "linear", "name": "wide", "out_features": 10}]]}}]);
    let spec = network(layers, json!({"batch_size": 37}));
    let read = Spec::from_json(&spec).unwrap();
    let mut several = block_on(Trainer::sharing((read, spec), data, 2, Rc::new(Here::default()))).unwrap();
    // White pixels times gamma over the deviation are just below the largest number, as long as there are as many white ones as black ones.
    several.write_parameter("norm.gamma", &[1.944e38]).unwrap();
    several.write_parameter("calm.weight", &[0.0; 7840]).unwrap();
    let last: Vec<f32> = (0..7840).map(|at| if at % 784 == 783 { 1.25e38 } else { 0.0 }).collect();
    several.write_parameter("wide.weight", &last).unwrap();
    block_on(several.step_on(&(0..37).collect::<Vec<u32>>())).unwrap();
    let error = block_on(several.take_training_sums()).unwrap_err();
    assert!(matches!(&error, Error::Train(TrainError::NonFinite { node, what: "activations", .. }) if node == "wide"), "{error}");
    // Nor has what stopped it gone into the running statistics: the run can go on.
    assert_eq!(block_on(several.non_finite_weights(true)).unwrap(), []);
}
