//! The presets: what they cost, that they fit the engine, and that each learns eight images by heart.
#![cfg(not(target_arch = "wasm32"))]

mod support;

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Instant;

use pollster::block_on;
use receptive::backend::cpu::Kernels;
use receptive::data::dataset::{Dataset, IdxPair, SIDE, Split};
use receptive::network::describe::{NetworkDescription, describe};
use receptive::network::short::{to_long, to_short};
use receptive::network::spec::Spec;
use receptive::network::zoo;
use receptive::plan::Plan;
use receptive::rng::{Rng, Stream};
use receptive::train::trainer::{Device, Trainer};
use serde_json::{Value, json};
use support::stored::{same_json, stored};

/// The page's package has the presets as a script of its own, which is shorter than the code that writes them.
#[test]
fn the_file_of_presets_is_of_today() {
    let file = "src/network/zoo/presets.js";
    let (head, tail) = (
        "// Written by tests/presets.rs. Every call makes them anew: what a caller changes is the caller's.\nexport const presets = () => [\n",
        "\n];\n",
    );
    let lines: Vec<String> = zoo::presets().iter().map(|preset| serde_json::to_string(preset).unwrap()).collect();
    let list = |script: &str| format!("[{}]", script.strip_prefix(head).and_then(|rest| rest.strip_suffix(tail)).unwrap_or("null"));
    let today = format!("{head}{}{tail}", lines.join(",\n"));
    assert!(
        same_json(&list(&stored(file, &today)), &list(&today)),
        "{file} is not of today; run `UPDATE_FIXTURES=1 cargo test --test presets the_file`"
    );
}

fn described(name: &str) -> NetworkDescription {
    describe(&Spec::from_json(&zoo::spec(name).unwrap()).unwrap()).unwrap()
}

#[test]
fn every_preset_can_be_sent_and_planned() {
    let presets = zoo::presets();
    for preset in &presets {
        assert_eq!(to_long(&to_short(&preset.spec).unwrap()).unwrap(), preset.spec, "{}", preset.name);
        let spec = Spec::from_json(&preset.spec).unwrap_or_else(|error| panic!("{}: {error}", preset.name));
        let plan = Plan::for_training(&spec).unwrap_or_else(|error| panic!("{}: {error}", preset.name));
        let task = if preset.family == "U-Net" { (11, SIDE * SIDE) } else { (10, 1) };
        assert_eq!((plan.classes, plan.places, spec.input), (task.0, task.1, [1, SIDE, SIDE]), "{}", preset.name);
        assert_eq!(zoo::preset(preset.name).unwrap().spec, preset.spec);
        assert_eq!(preset.title, spec.name);
    }
    let mut families: Vec<&str> = presets.iter().map(|preset| preset.family).collect();
    families.dedup();
    assert_eq!(families, ["LeNet", "AlexNet", "ZFNet", "VGG", "Inception", "ResNet", "U-Net"], "presets of a family stand side by side");
}

#[test]
fn parameters_and_work_are_those_of_the_papers() {
    let costs = |name: &str| (described(name).totals.params, described(name).totals.macs);
    for depth in [8, 14, 20] {
        assert_eq!(costs(&format!("resnet{depth}")), costs(&format!("small/resnet{depth}_mnist")));
    }
    // LeCun et al. 1998, section II.B; the 1x28x28 image is two channels less than CIFAR-10's: 2 * 9 * 16 weights.
    assert_eq!(costs("lenet5_1998").0, 60_000);
    assert_eq!(costs("lenet5").0, 61_706);
    for (ours, paper) in [
        ("resnet20_a", "paper/resnet20_cifar"),
        ("plain20", "paper/resnet20_cifar"),
        ("plain56", "paper/resnet56_cifar"),
        ("plain110", "paper/resnet110_cifar"),
    ] {
        assert_eq!(costs(ours).0 + 288, costs(paper).0, "{ours}");
    }
    // Option B adds two projections with their normalizations.
    let projections = (16 * 32 + 2 * 32) + (32 * 64 + 2 * 64);
    for depth in [8, 14, 20, 32, 56, 110] {
        assert_eq!(costs(&format!("resnet{depth}")).0, costs(&format!("plain{depth}")).0 + projections, "{depth}");
    }
    assert_eq!(costs("resnet20_stochastic_depth"), costs("resnet20"));
    // A factor and a summand for each of 288 channels; convolutions keep their biases, as in torchvision.
    assert_eq!(costs("vgg_bn").0, costs("vgg").0 + 2 * 288);
    let (naive, reduced) = (costs("inception_naive"), costs("inception"));
    assert!(4 * reduced.1 < naive.1 && 6 * reduced.0 < naive.0, "what reductions are for: {naive:?} {reduced:?}");
    let layers = |name: &str| {
        described(name)
            .nodes
            .iter()
            .filter(|node| matches!(node.op, "conv2d" | "linear") && !node.name.contains("proj") && node.head.is_none())
            .count()
    };
    for (name, count) in
        [("plain110", 110), ("resnet56", 56), ("resnet29_bottleneck", 29), ("resnet20_preact", 20), ("resnet20_stochastic_depth", 20)]
    {
        assert_eq!(layers(name), count, "{name}");
    }
    // Four convolutions on the way down, two at the bottom, four on the way up, and the last; the transposed ones are not counted.
    assert_eq!(layers("unet"), 11);
    for (name, most) in [("vgg_bn", 15e6), ("unet", 15e6), ("inception", 15e6), ("resnet8", 15e6), ("resnet14", 21e6)] {
        assert!((costs(name).1 as f64) < most, "{name}: {:?}", costs(name));
    }
}

/// Digits, more or less: a bright bar at one of eight angles on noise.
fn digits(count: u8) -> Dataset {
    let mut rng = Rng::new(11, Stream::Order);
    let mut images = [[0, 0, 8, 3], [0, 0, 0, count], [0, 0, 0, SIDE as u8], [0, 0, 0, SIDE as u8]].concat();
    let mut labels: Vec<u8> = [[0, 0, 8, 1], [0, 0, 0, count]].concat();
    for label in (0..count).map(|i| i % 8) {
        labels.push(label);
        let (sine, cosine) = (f64::from(label) * std::f64::consts::PI / 8.0).sin_cos();
        for (row, column) in (0..SIDE).flat_map(|row| (0..SIDE).map(move |column| (row as f64 - 13.5, column as f64 - 13.5))) {
            let (along, across) = (cosine * row + sine * column, cosine * column - sine * row);
            let inside = along.abs() < 10.0 && across.abs() < 2.0;
            images.push(if inside { 200 + rng.below(56) as u8 } else { rng.below(30) as u8 });
        }
    }
    Dataset::from_idx(&IdxPair { images_name: "images", images: &images, labels_name: "labels", labels: &labels }, None).unwrap()
}

/// What all presets that learn images without anything else in them learn with.
fn adam() -> Value {
    json!({"optimizer": {"type": "adam", "learning_rate": 2e-3}})
}

/// Eight images, and a preset to learn them with these settings. An epoch is one step.
fn learner(name: &str, mut training: Value) -> Trainer {
    let mut spec: Value = zoo::preset(name).unwrap().spec;
    (training["batch_size"], training["init"]) = (8.into(), spec["training"]["init"].take());
    spec["training"] = training;
    let dataset = Rc::new(RefCell::new(digits(8)));
    block_on(Trainer::new(Spec::from_json(&spec).unwrap(), Device::Cpu(Kernels::Simd), dataset)).unwrap()
}

/// Trains until the eight images are known, at most so many steps, and returns the losses.
fn learn(name: &str, steps: usize, trainer: &mut Trainer) -> Vec<f64> {
    let mut losses = Vec::new();
    while losses.len() < steps && losses.last().is_none_or(|&loss| loss >= 0.05) {
        trainer.train_step().unwrap();
        losses.push(block_on(trainer.take_training_sums()).unwrap().mean_loss());
    }
    let evaluation = block_on(trainer.evaluate(Split::Train, 8)).unwrap();
    assert!(evaluation.finite, "{name}");
    losses
}

/// Optimizer, schedule, augmentation and dropout are the preset's own; the batch is small, so that the deepest take a few seconds.
#[test]
fn every_preset_goes_through_an_epoch_with_its_own_settings() {
    for preset in zoo::presets() {
        let (start, name) = (Instant::now(), preset.name);
        let mut spec = preset.spec;
        (spec["training"]["batch_size"], spec["training"]["epochs"]) = (8.into(), 1.into());
        let dataset = Rc::new(RefCell::new(digits(32)));
        let mut trainer = block_on(Trainer::new(Spec::from_json(&spec).unwrap(), Device::Cpu(Kernels::Simd), dataset)).unwrap();
        let weights = trainer.parameters().next().unwrap().0.to_owned();
        let before = block_on(trainer.read_parameter(&weights)).unwrap();
        let mut losses = Vec::new();
        let mut ended = false;
        while !ended {
            ended = trainer.train_step().unwrap();
            losses.push(block_on(trainer.take_training_sums()).unwrap().mean_loss());
        }
        println!("{name}: {:.2} s, {losses:.3?}", start.elapsed().as_secs_f64());
        assert_eq!((losses.len(), trainer.steps(), trainer.epoch()), (4, 4, 1), "{name}");
        assert!(losses.iter().all(|loss| loss.is_finite()), "{name}: {losses:?}");
        assert_ne!(block_on(trainer.read_parameter(&weights)).unwrap(), before, "{name} did not move");
        // After four steps running statistics are still far from the batches', which 110 layers without shortcuts turn into infinity.
        assert!(name == "plain110" || block_on(trainer.evaluate(Split::Train, 32)).unwrap().finite, "{name}");
    }
}

/// Wants the loss below 0.05 after at most so many steps, and returns how many it took.
fn check(name: &str, steps: usize, training: Value) -> usize {
    check_from(name, steps, &mut learner(name, training))
}

/// The same, of a network that is there.
fn check_from(name: &str, steps: usize, trainer: &mut Trainer) -> usize {
    let start = Instant::now();
    let losses = learn(name, steps, trainer);
    println!(
        "{name}: {} steps, {:.2} s, from {:.3} to {:.3}",
        losses.len(),
        start.elapsed().as_secs_f64(),
        losses[0],
        losses[losses.len() - 1]
    );
    assert!(losses[losses.len() - 1] < 0.05, "{name}: {losses:?}");
    losses.len()
}

fn deep(name: &str) -> bool {
    name.ends_with("56") || name.ends_with("110")
}

#[test]
fn presets_without_shortcuts_learn_eight_images_by_heart() {
    let presets = zoo::presets();
    let others = |family| !["ResNet", "U-Net"].contains(&family);
    presets.iter().filter(|preset| others(preset.family)).for_each(|preset| _ = check(preset.name, 250, adam()));
}

/// By heart are the eight images only: what lies under them is new in every step, and takes a larger rate to be told from them in as many.
#[test]
fn u_net_learns_eight_images_over_any_clutter() {
    check("unet", 250, json!({"optimizer": {"type": "adam", "learning_rate": 1e-2}}));
}

#[test]
fn plain_and_residual_presets_learn_eight_images_by_heart() {
    let presets = zoo::presets();
    presets.iter().filter(|preset| preset.family == "ResNet" && !deep(preset.name)).for_each(|preset| _ = check(preset.name, 250, adam()));
}

/// Residual networks do in a few steps what plain ones of their depth need many for (He et al. 2016, section 4.1: degradation). With the settings
/// that all others learn with, a plain network of 56 layers still has a loss of 0.85 after sixty steps; with a higher rate that falls to nothing it
/// learns.
#[test]
fn shortcuts_let_56_layers_learn_in_fewer_steps() {
    let optimizer = json!({"type": "adam", "learning_rate": 5e-3, "betas": [0.9, 0.99]});
    let falling = json!({"optimizer": optimizer, "schedule": {"type": "cosine"}, "epochs": 90});
    let (residual, plain) = (check("resnet56", 20, adam()), check("plain56", 90, falling));
    assert!(plain > 2 * residual, "{plain} steps without shortcuts, {residual} with them");
}

/// A plain network of 110 layers does not learn as it starts: no rate and schedule tried brought it below 1.2 in a hundred steps. Behind every batch
/// normalization half of the ReLUs are shut, which makes gradients a fifth larger with every layer (Yang et al. 2019, "A mean field theory of batch
/// normalization": the more linear the activation, the less they grow). With `beta` at 1.5 most are open at first, and it learns the eight by heart.
#[test]
fn shortcuts_let_110_layers_learn_and_so_do_open_relus() {
    check("resnet110", 20, adam());
    let mut plain = learner("plain110", json!({"optimizer": {"type": "adam", "learning_rate": 5e-4}}));
    let betas: Vec<(String, usize)> = plain
        .parameters()
        .filter(|(name, _)| name.ends_with(".beta"))
        .map(|(name, shape)| (name.to_owned(), shape.iter().product()))
        .collect();
    assert_eq!(betas.len(), 109);
    for (name, channels) in &betas {
        plain.write_parameter(name, &vec![1.5; *channels]).unwrap();
    }
    check_from("plain110", 90, &mut plain);
}
