//! A data set of fewer images than the batch size: every step takes all of them, and nothing but them. A batch that is not full would be filled with empty
//! images, which batch normalization counts.
use std::cell::RefCell;
use std::rc::Rc;

use crate::parallel::{Here, images as digits};
use pollster::block_on;
use receptive::backend::Device;
use receptive::backend::cpu::Kernels;
use receptive::core::error::{DataError, Error};
use receptive::data::dataset::{Dataset, Split};
use receptive::network::spec::Spec;
use receptive::run::race::milliseconds_a_step;
use receptive::run::trainer::Trainer;
use serde_json::{Value, json};

/// A network whose running statistics are those of its last batch.
fn network(batch_size: usize) -> Value {
    let layers = json!([{"op": "conv2d", "out_channels": 4, "kernel_size": 3}, {"op": "batch_norm2d", "momentum": 1}, {"op": "relu"}, {"op": "flatten"},
        {"op": "linear", "out_features": 10}]);
    json!({"version": 1, "layers": layers, "training": {"batch_size": batch_size, "optimizer": {"type": "sgd", "learning_rate": 0.01}, "seed": 3}})
}

fn trainer(batch_size: usize, images: usize, kernels: Kernels) -> Trainer {
    block_on(Trainer::new(Spec::from_json(&network(batch_size)).unwrap(), Device::Cpu(kernels), digits(images))).unwrap()
}

/// Parameters, statistics and sums after some steps.
fn after(mut trainer: Trainer, steps: usize) -> (Vec<u8>, f64) {
    for _ in 0..steps {
        assert!(block_on(trainer.step()).unwrap(), "a step is an epoch");
    }
    let sums = block_on(trainer.take_training_sums()).unwrap();
    (block_on(trainer.checkpoint_file(None)).unwrap(), sums.mean_loss())
}

/// The part of a checkpoint behind its header, which has the specification in it.
fn numbers((bytes, loss): &(Vec<u8>, f64)) -> (&[u8], f64) {
    let header = u64::from_le_bytes(bytes[..8].try_into().unwrap()) as usize;
    (&bytes[8 + header..], *loss)
}

#[test]
fn forty_images_are_a_batch_of_forty() {
    for kernels in [Kernels::Scalar, Kernels::Simd] {
        let (large, fitting) = (trainer(64, 40, kernels), trainer(40, 40, kernels));
        assert_eq!((large.batch(), large.spec().training.batch_size), (40, 64));
        let (large, fitting) = (after(large, 3), after(fitting, 3));
        assert!(numbers(&large) == numbers(&fitting), "{kernels:?}: {} and {}", large.1, fitting.1);
    }
    for (images, batch) in [(1, 1), (63, 63), (64, 64), (65, 64)] {
        assert_eq!(trainer(64, images, Kernels::Simd).batch(), batch);
    }
}

#[test]
fn the_running_mean_is_that_of_the_images() {
    // One step on all images, without a rate: the running mean is the mean of the convolution's output over them, which is linear in the images.
    let mut spec = network(64);
    spec["training"]["optimizer"]["learning_rate"] = json!(0);
    let mean_of = |images: Rc<RefCell<Dataset>>| {
        let mut trainer = block_on(Trainer::new(Spec::from_json(&spec).unwrap(), Device::Cpu(Kernels::Simd), images)).unwrap();
        trainer.train_step().unwrap();
        let file = block_on(trainer.checkpoint_file(None)).unwrap();
        let weights = safetensors::SafeTensors::deserialize(&file).unwrap();
        let name = weights.names().into_iter().find(|name| name.ends_with("running_mean")).unwrap().to_owned();
        let of = |name: &str| -> Vec<f64> {
            weights.tensor(name).unwrap().data().as_chunks().0.iter().map(|four| f32::from_le_bytes(*four).into()).collect()
        };
        (of(&name), of("conv1.weight"), of("conv1.bias"))
    };
    let images = digits(40);
    let (found, weight, bias) = mean_of(Rc::clone(&images));
    for channel in 0..4 {
        let (mut sum, mut count) = (0.0, 0.0);
        for image in 0..40 {
            let (pixels, _) = images.borrow().image(Split::Train, image).unwrap();
            let value = |row: usize, column: usize| (f64::from(pixels[row * 28 + column]) / 255.0 - 0.1307) / 0.3081;
            for (row, column) in (0..26).flat_map(|row| (0..26).map(move |column| (row, column))) {
                let taps = (0..9).map(|tap| weight[channel * 9 + tap] * value(row + tap / 3, column + tap % 3));
                (sum, count) = (sum + bias[channel] + taps.sum::<f64>(), count + 1.0);
            }
        }
        assert!((found[channel] - sum / count).abs() < 1e-5, "channel {channel}: {}, not {}", found[channel], sum / count);
    }
}

#[test]
fn workers_share_no_more_images_than_there_are() {
    for (images, workers, shards) in [(40, 2, 2), (40, 3, 3), (41, 4, 4), (40, 64, 5), (9, 2, 1), (7, 8, 1)] {
        let shared = |batch_size: usize| {
            let (written, here) = (network(batch_size), Rc::new(Here::default()));
            let spec = Spec::from_json(&written).unwrap();
            block_on(Trainer::sharing((spec, written), digits(images), workers, here)).unwrap()
        };
        let (large, fitting) = (shared(64), shared(images));
        assert_eq!((large.batch(), large.workers()), (images, shards));
        let (large, fitting) = (after(large, 3), after(fitting, 3));
        assert!(numbers(&large) == numbers(&fitting), "{images} images, {workers} workers: {} and {}", large.1, fitting.1);
    }
}

#[test]
fn a_race_runs_on_the_images_there_are() {
    assert!(block_on(milliseconds_a_step(&mut trainer(64, 3, Kernels::Simd))).unwrap() >= 0.0);
}

#[test]
fn while_images_are_on_their_way_a_step_waits_for_a_batch_of_them() {
    let all = digits(100);
    let coming = Rc::new(RefCell::new(Dataset::new(100, 0)));
    let mut trainer =
        block_on(Trainer::new(Spec::from_json(&network(64)).unwrap(), Device::Cpu(Kernels::Simd), Rc::clone(&coming))).unwrap();
    let first = |count: usize| -> (Vec<u8>, Vec<u8>) { all.borrow().bytes_of(&(0..count as u32).collect::<Vec<u32>>()) };
    assert_eq!(trainer.train_step(), Err(DataError::NoData { split: "train" }.into()));
    let (pixels, labels) = first(40);
    trainer.replace_images(Split::Train, &pixels, &labels);
    let refused = trainer.train_step().unwrap_err();
    assert_eq!(refused, Error::from(DataError::TooFewImages { found: 40, needed: 64 }));
    assert_eq!(refused.to_string(), "40 training images have come, and a batch takes 64; wait for more, or use a batch_size of 40");
    assert_eq!(trainer.steps(), 0, "a refusal changes nothing");
    let (pixels, labels) = first(64);
    trainer.replace_images(Split::Train, &pixels, &labels);
    trainer.train_step().unwrap();
    assert_eq!(trainer.steps(), 1);
}
