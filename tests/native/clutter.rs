//! Digits over strokes and noise: what a batch holds, what it is drawn from, and that every pixel's class is that of its ink.
use std::cell::RefCell;
use std::rc::Rc;

use crate::support::{Machine, cases};
use pollster::block_on;
use proptest::prelude::*;
use receptive::backend::Device;
use receptive::backend::cpu::{Element, Kernels};
use receptive::core::error::{Error, ShapeError, SpecError};
use receptive::core::layout::Layout;
use receptive::core::shape::Shape;
use receptive::data::clutter::{CLUTTER, ClutterParams, INK, NOISE};
use receptive::data::dataset::{Dataset, IdxPair, PIXELS, SIDE, Split};
use receptive::data::gather::NO_IMAGE;
use receptive::ir::graph::{Graph, Role};
use receptive::network::short::{to_long, to_short};
use receptive::network::spec::Spec;
use receptive::network::zoo;
use receptive::ops::softmax_cross_entropy::IGNORE_INDEX;
use receptive::programs::TrainingPlan;
use receptive::run::trainer::{Image, Trainer};
use serde_json::{Value, json};

const SIZE: usize = 12;

/// Images of one row of ink, each at its own height and of its own brightness.
fn images(count: usize) -> Vec<u8> {
    let ink = |image: usize, at: usize| if at / SIZE == image % SIZE { (100 + 20 * image % 156) as u8 } else { 0 };
    (0..count * SIZE * SIZE).map(|at| ink(at / (SIZE * SIZE), at % (SIZE * SIZE))).collect()
}

/// What the kernel makes of these images: x back as brightness, and the targets.
fn batch<T: Element>(images: &[u8], indices: &[u32], random: [u32; 4], params: ClutterParams) -> (Vec<f64>, Vec<u32>) {
    let mut graph = Graph::default();
    let words = |graph: &mut Graph, name: &str, len: usize| graph.add(name, Shape::new(&[len]), Layout::Channels, true, Role::Input);
    let pixels = (params.height * params.width) as usize;
    let data = words(&mut graph, "images", images.len() / 4);
    let labels = words(&mut graph, "labels", images.len() / pixels);
    let which = words(&mut graph, "indices", indices.len());
    let from = words(&mut graph, "random", 4);
    let x = graph.temporary("x", Shape::new(&[indices.len(), 1, params.height as usize, params.width as usize]));
    let shape = Shape::new(&[indices.len(), params.height as usize, params.width as usize]);
    let targets = graph.add("targets", shape, Layout::Activation, true, Role::Temporary);
    graph.call("input", &CLUTTER, bytemuck::bytes_of(&params), &[data, labels, which, from, x, targets]);
    let mut machine = Machine::<T>::new(&graph, &[x, targets], Kernels::Scalar);
    machine.write_words("images", &images.as_chunks().0.iter().map(|&four| u32::from_le_bytes(four)).collect::<Vec<u32>>());
    machine.write_words("labels", &(0..(images.len() / pixels) as u32).map(|image| image % 10).collect::<Vec<u32>>());
    machine.write_words("indices", indices);
    machine.write_words("random", &random);
    machine.run();
    (machine.read("x"), machine.read_words("targets"))
}

fn params(batch: usize, noise: f32) -> ClutterParams {
    ClutterParams { batch: batch as u32, height: SIZE as u32, width: SIZE as u32, step: 1, mean: 0.0, deviation: 1.0, noise, unused: 0 }
}

#[test]
fn a_pixel_is_of_the_digit_where_its_ink_is_at_least_half() {
    let images = images(20);
    let indices = [3, 0, NO_IMAGE, 7, 19];
    let (x, targets) = batch::<f32>(&images, &indices, [1, 0, 2, 0], params(5, 0.0));
    for (n, &index) in indices.iter().enumerate() {
        for at in 0..SIZE * SIZE {
            let (x, target) = (x[n * SIZE * SIZE + at], targets[n * SIZE * SIZE + at]);
            if index == NO_IMAGE {
                assert_eq!((x, target), (0.0, IGNORE_INDEX as u32));
                continue;
            }
            let ink = images[index as usize * SIZE * SIZE + at];
            assert_eq!(target, if ink >= INK { 1 + index % 10 } else { 0 });
            assert!(x >= f64::from(ink) / 255.0 - 1e-6 && x <= 1.0, "strokes lie under the digit");
        }
    }
    // Some of the pictures have strokes.
    assert!(x.iter().filter(|&&x| x > 0.5).count() > 2 * SIZE * 4);
}

#[test]
fn pictures_differ_by_image_seed_and_step_and_by_nothing_else() {
    let images = images(10).iter().map(|_| 0).collect::<Vec<u8>>();
    let draw = |indices: &[u32], random| batch::<f32>(&images, indices, random, params(indices.len(), NOISE)).0;
    let one = draw(&[4], [1, 0, 7, 0]);
    assert_eq!(one, draw(&[4], [1, 0, 7, 0]));
    assert_eq!(one, draw(&[2, 4], [1, 0, 7, 0])[SIZE * SIZE..], "the place in the batch does not count");
    assert_ne!(one, draw(&[5], [1, 0, 7, 0]));
    for other in [[2, 0, 7, 0], [1, 1, 7, 0], [1, 0, 8, 0], [1, 0, 7, 1]] {
        assert_ne!(one, draw(&[4], other), "{other:?}");
    }
}

#[test]
fn strokes_are_as_long_and_as_bright_as_they_should_be_and_noise_is_bounded() {
    let images = vec![0; 64 * PIXELS];
    let indices: Vec<u32> = (0..64).collect();
    let with = |noise| {
        let p = ClutterParams { height: SIDE as u32, width: SIDE as u32, ..params(64, noise) };
        batch::<f32>(&images, &indices, [0; 4], p).0
    };
    let (still, noisy) = (with(0.0), with(NOISE));
    assert!(still.iter().zip(&noisy).all(|(a, b)| (a - b).abs() <= f64::from(NOISE) + 1e-6));
    assert!(noisy.iter().all(|x| (0.0..=1.0).contains(x)));
    // One to three arcs of 8 to 25 pixels, two to three pixels wide, part of them outside.
    let inked: Vec<usize> = still.chunks(PIXELS).map(|picture| picture.iter().filter(|&&x| x > 0.4).count()).collect();
    let mean = inked.iter().sum::<usize>() as f64 / 64.0;
    assert!((25.0..100.0).contains(&mean), "{mean} pixels of strokes a picture");
    assert!(still.iter().any(|&x| x > 0.95), "some are as bright as ink");
}

#[test]
fn a_single_image_lies_over_whatever_clutter_is_asked_for() {
    let all = images(10);
    let of_set = batch::<f32>(&all, &[6], [0; 4], params(1, NOISE)).0;
    let single =
        |draw| batch::<f32>(&all[6 * SIZE * SIZE..7 * SIZE * SIZE], &[draw], [0; 4], ClutterParams { step: 0, ..params(1, NOISE) }).0;
    assert_eq!(single(6), of_set);
    assert_ne!(single(7), of_set);
}

proptest! {
    #![proptest_config(cases(40))]

    #[test]
    fn single_precision_agrees_with_double(random: [u32; 4], index in 0u32..10) {
        let images = images(10);
        let (single, classes) = batch::<f32>(&images, &[index], random, params(1, NOISE));
        let (double, same) = batch::<f64>(&images, &[index], random, params(1, NOISE));
        prop_assert_eq!(classes, same);
        for (got, want) in single.iter().zip(&double) {
            prop_assert!((got - want).abs() < 2e-5, "{got} where {want} is expected");
        }
    }
}

/// Digits, more or less: bars on black, of a width and at a place of their own.
fn dataset() -> Rc<RefCell<Dataset>> {
    let idx = |magic: u32, sizes: &[u32], body: Vec<u8>| -> Vec<u8> {
        std::iter::once(&magic).chain(sizes).flat_map(|n| n.to_be_bytes()).chain(body).collect()
    };
    let ink =
        |image: usize, at: usize| if (6 + image..10 + image).contains(&(at % SIDE)) && (6..22).contains(&(at / SIDE)) { 250 } else { 0 };
    let pixels = (0..8 * PIXELS).map(|at| ink(at / PIXELS, at % PIXELS)).collect();
    let images = idx(0x803, &[8, 28, 28], pixels);
    let labels = idx(0x801, &[8], (0..8).collect());
    let pair = IdxPair { images_name: "images", images: &images, labels_name: "labels", labels: &labels };
    Rc::new(RefCell::new(Dataset::from_idx(&pair, Some(&pair)).unwrap()))
}

fn small(training: Value) -> Value {
    let layers = json!([
        {"op": "conv2d", "out_channels": 8, "kernel_size": 3, "padding": 1}, {"op": "relu"},
        {"op": "conv2d", "out_channels": 11, "kernel_size": 3, "padding": 1}
    ]);
    json!({"version": 1, "data": "cluttered_mnist", "layers": layers, "training": training})
}

fn trainer(training: Value) -> Trainer {
    block_on(Trainer::new(Spec::from_json(&small(training)).unwrap(), Device::Cpu(Kernels::Simd), dataset())).unwrap()
}

#[test]
fn training_draws_anew_in_every_step_and_evaluation_never_does() {
    let still = json!({"batch_size": 8, "optimizer": {"learning_rate": 0}});
    let mut one = trainer(still.clone());
    let mut losses = Vec::new();
    for _ in 0..3 {
        one.train_step().unwrap();
        losses.push(block_on(one.take_training_sums()).unwrap().loss);
    }
    assert!(losses[0] != losses[1] && losses[1] != losses[2] && losses[0] != losses[2], "the same images and parameters: {losses:?}");
    let first = block_on(one.evaluate(Split::Test, 8)).unwrap();
    assert_eq!(block_on(one.evaluate(Split::Test, 8)).unwrap(), first);
    // Another run's seed draws other training pictures, and the same test task: with its parameters set to those of the first, all is equal.
    let mut two = trainer(still);
    two.reset(9).unwrap();
    for name in ["conv1.weight", "conv1.bias", "conv2.weight", "conv2.bias"] {
        let values = block_on(one.read_parameter(name)).unwrap();
        two.write_parameter(name, &values).unwrap();
    }
    assert_eq!(block_on(two.evaluate(Split::Test, 8)).unwrap(), first);
    two.train_step().unwrap();
    assert!(!losses.contains(&block_on(two.take_training_sums()).unwrap().loss));
    // Counts are of pixels, and each counts once.
    assert_eq!(first.items, 8 * PIXELS as u64);
    assert_eq!(first.confusion.len(), 121);
    assert_eq!(u64::from(first.confusion.iter().sum::<u32>()), first.items);
    let of_label = |label: usize| first.confusion[11 * label..][..11].iter().sum::<u32>();
    assert_eq!((1..11).map(of_label).collect::<Vec<_>>(), [64, 64, 64, 64, 64, 64, 64, 64, 0, 0], "bars of 4 x 16");
}

#[test]
fn a_prediction_shows_the_picture_of_the_evaluation() {
    let mut trainer = trainer(json!({"batch_size": 8, "optimizer": {"type": "adam", "learning_rate": 0.01}}));
    for _ in 0..30 {
        trainer.train_step().unwrap();
    }
    let mut right = 0;
    for index in 0..8 {
        let (pixels, label) = trainer.dataset().borrow().image(Split::Test, index).unwrap();
        let draw = trainer.dataset().borrow().base(Split::Test) + index;
        let prediction = block_on(trainer.predict(Image { pixels: &pixels, draw: draw as u32 })).unwrap();
        assert_eq!(prediction.logits.len(), 11 * PIXELS);
        let scene = prediction.scene.unwrap();
        assert_eq!(block_on(trainer.predict(Image { pixels: &pixels, draw: draw as u32 })).unwrap().scene.unwrap(), scene);
        let other = block_on(trainer.predict(Image { pixels: &pixels, draw: draw as u32 + 1 })).unwrap().scene.unwrap();
        assert_ne!(other.picture, scene.picture);
        assert!(block_on(trainer.predict(Image { pixels: &pixels, draw: u32::MAX })).is_ok());
        for (at, &ink) in pixels.iter().enumerate() {
            let least = f32::from(ink) - 255.0 * NOISE - 1.0;
            assert!(f32::from(scene.picture[at]) >= least, "the digit is in the picture");
            assert_eq!(scene.digit[at], u8::from(ink >= INK));
            let class = if ink >= INK { label + 1 } else { 0 };
            right += u64::from(class == scene.mask[at]);
        }
    }
    let evaluation = block_on(trainer.evaluate(Split::Test, 8)).unwrap();
    assert_eq!(right, evaluation.top1, "the masks are what the evaluation counts");
    assert!(matches!(block_on(trainer.predict(Image { pixels: &[0; 3], draw: 0 })), Err(Error::Data(_))));
}

#[test]
fn a_specification_says_which_data_and_what_does_not_fit_is_refused() {
    let spec = small(json!({"batch_size": 4}));
    assert_eq!(to_long(&to_short(&spec).unwrap()).unwrap(), spec);
    let refused = |change: &dyn Fn(&mut Value)| {
        let mut spec = small(json!({"batch_size": 4}));
        change(&mut spec);
        Spec::from_json(&spec).map_err(Error::from).and_then(|spec| TrainingPlan::new(&spec).map_err(Error::from)).unwrap_err()
    };
    let unknown = refused(&|spec| spec["data"] = json!("cifar"));
    assert_eq!(unknown.to_string(), r#"spec.data: "cifar" is not possible here; expected mnist or cluttered_mnist or idx"#);
    let moved = refused(&|spec| spec["training"]["augmentation"] = json!({"shift": 1}));
    assert!(matches!(&moved, Error::Spec(SpecError::InvalidValue { path, .. }) if path == "training.augmentation"), "{moved}");
    let sized = refused(&|spec| spec["input"] = json!([1, 32, 32]));
    assert!(matches!(sized, Error::Shape(ShapeError::ImagesMismatch { .. })), "{sized}");
    let smaller = refused(&|spec| spec["layers"][2]["padding"] = json!(0));
    assert!(matches!(smaller, Error::Shape(ShapeError::ShapesDiffer { .. })), "{smaller}");
    let fewer = refused(&|spec| spec["layers"][2]["out_channels"] = json!(10));
    assert!(matches!(fewer, Error::Shape(ShapeError::ClassesMismatch { classes: 11, .. })), "{fewer}");
    let flat = refused(&|spec| spec["layers"] = json!([{"op": "flatten"}, {"op": "linear", "out_features": 11}]));
    assert!(matches!(flat, Error::Shape(ShapeError::RankMismatch { needed: 4, .. })), "{flat}");
    let maps = refused(&|spec| spec["data"] = json!("mnist"));
    assert!(matches!(maps, Error::Shape(ShapeError::RankMismatch { needed: 2, .. })), "{maps}");
}

#[test]
fn only_training_draws_from_the_step() {
    let network = TrainingPlan::new(&Spec::from_json(&zoo::preset("unet").unwrap().spec).unwrap()).unwrap();
    let buffer = |label: &str| network.plan.buffers.iter().position(|buffer| buffer.label == label).unwrap();
    let [random, zeros] = [receptive::ir::graph::RANDOM, "data.not_random"].map(buffer);
    assert_eq!(network.train.random.unwrap().buffer.0, random);
    let touches =
        |buffer: usize| network.plan.programs.iter().map(move |program| program.kept.iter().any(|range| range.buffer.0 == buffer));
    assert_eq!(touches(random).collect::<Vec<_>>(), [true, false, false]);
    assert_eq!(touches(zeros).collect::<Vec<_>>(), [false, true, true]);
    assert_eq!((network.classes, network.targets_per_image), (11, PIXELS));
}
