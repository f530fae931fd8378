//! Looking inside: what the page shows of a network is what the network computes, for any graph, and looking changes nothing.
use std::cell::RefCell;
use std::rc::Rc;

use pollster::block_on;
use receptive::backend::Device;
use receptive::backend::cpu::Kernels;
use receptive::core::error::{DataError, Error, TrainError};
use receptive::data::dataset::{Dataset, IdxPair, Split};
use receptive::network::spec::Spec;
use receptive::network::zoo;
use receptive::run::probe::{Look, NodeMaps};
use receptive::run::trainer::{Image, Trainer};

use crate::support::bar_files;

fn bars(count: usize) -> Dataset {
    let (images, labels) = bar_files(count);
    let pair = IdxPair { images_name: "images", images: &images, labels_name: "labels", labels: &labels };
    Dataset::from_idx(&pair, Some(&pair)).unwrap()
}

fn trainer(preset: &str, batch_size: usize) -> Trainer {
    let mut json = zoo::preset(preset).unwrap().spec;
    json["training"]["batch_size"] = batch_size.into();
    let spec = Spec::from_json(&json).unwrap();
    block_on(Trainer::new(spec, Device::Cpu(Kernels::Simd), Rc::new(RefCell::new(bars(40))))).unwrap()
}

fn pixels() -> Vec<u8> {
    bars(40).image(Split::Test, 3).unwrap().0
}

fn names(trainer: &Trainer) -> Vec<String> {
    let network = receptive::describe::describe(trainer.spec()).unwrap();
    std::iter::once("input".to_owned()).chain(network.nodes.into_iter().filter(|node| node.head.is_none()).map(|node| node.name)).collect()
}

fn look(trainer: &mut Trainer, nodes: &[String], what: Look) -> (Vec<NodeMaps>, [f32; 2]) {
    block_on(trainer.look(nodes, what, Image { pixels: &pixels(), draw: 3 })).unwrap()
}

#[test]
fn every_node_of_every_preset_can_be_looked_at() {
    for preset in zoo::presets() {
        let mut trainer = trainer(preset.name, 8);
        // Gradients of 110 layers without shortcuts grow until one step leaves the numbers of f32.
        if preset.name != "plain110" {
            trainer.train_step().unwrap();
        }
        let nodes = names(&trainer);
        let network = receptive::describe::describe(trainer.spec()).unwrap();
        let (maps, [least, most]) = look(&mut trainer, &nodes, Look::Activations);
        let all = || maps.iter().flat_map(|map| map.values.0.iter().copied());
        assert_eq!((least, most), (all().fold(f32::INFINITY, f32::min), all().fold(f32::NEG_INFINITY, f32::max)), "{}", preset.name);
        for (map, node) in maps[1..].iter().zip(network.nodes.iter().filter(|node| node.head.is_none())) {
            assert_eq!((&map.node, &map.shape), (&node.name, &node.output_shape), "{}", preset.name);
            assert!(map.values.0.iter().all(|value| value.is_finite()), "{} {}", preset.name, map.node);
        }
        let prediction = block_on(trainer.predict(Image { pixels: &pixels(), draw: 3 })).unwrap();
        let last = maps.iter().rfind(|map| map.values.0.len() == prediction.logits.len()).unwrap();
        for (seen, said) in last.values.0.iter().zip(&prediction.logits) {
            assert!((seen - said).abs() <= 1e-4 * said.abs().max(1.0), "{}: {seen} {said}", preset.name);
        }
        let (gradients, _) = look(&mut trainer, &nodes, Look::Gradients { label: 3 });
        for (gradient, map) in gradients.iter().zip(&maps) {
            assert_eq!((&gradient.node, &gradient.shape, gradient.values.0.len()), (&map.node, &map.shape, map.values.0.len()));
        }
        assert!(gradients.iter().all(|gradient| gradient.values.0.iter().any(|value| *value != 0.0)), "{}", preset.name);
    }
}

#[test]
fn a_gradient_says_how_the_loss_changes_with_a_pixel() {
    let mut trainer = trainer("lenet5", 8);
    (0..10).for_each(|_| _ = trainer.train_step().unwrap());
    let label = 4;
    let (seen, _) = look(&mut trainer, &["input".to_owned()], Look::Gradients { label });
    let gradient = &seen[0].values.0;
    let loss = |trainer: &mut Trainer, pixels: &[u8]| {
        let logits = block_on(trainer.predict(Image { pixels, draw: 0 })).unwrap().logits;
        let logits: Vec<f64> = logits.into_iter().map(f64::from).collect();
        logits.iter().map(|logit| logit.exp()).sum::<f64>().ln() - logits[usize::from(label)]
    };
    let largest = gradient.iter().fold(0.0f32, |most, value| most.max(value.abs()));
    let mut checked = 0;
    for at in (0..784).filter(|&at| gradient[at].abs() > 0.3 * largest) {
        let (mut more, mut less) = (pixels(), pixels());
        let step = 2;
        if !(step..=255 - step).contains(&more[at]) {
            continue;
        }
        more[at] += step;
        less[at] -= step;
        let change = (loss(&mut trainer, &more) - loss(&mut trainer, &less)) / (2.0 * f64::from(step) / 255.0 / 0.3081);
        assert!((change - f64::from(gradient[at])).abs() < 0.1 * f64::from(largest), "pixel {at}: {change} {}", gradient[at]);
        checked += 1;
    }
    assert!(checked > 5, "{checked}");
}

#[test]
fn a_field_holds_all_pixels_that_have_a_gradient() {
    for preset in ["lenet5", "lenet5_1998", "zfnet", "inception", "resnet8", "unet"] {
        let mut trainer = trainer(preset, 8);
        trainer.train_step().unwrap();
        let network = receptive::describe::describe(trainer.spec()).unwrap();
        for node in network.nodes.iter().filter(|node| node.head.is_none()) {
            let unit: Vec<usize> = match node.output_shape[..] {
                [channels, height, width] => vec![channels / 2, height / 2, width / 3],
                _ => node.output_shape.iter().map(|size| size / 2).collect(),
            };
            let field = block_on(trainer.field(&node.name, &unit, Image { pixels: &pixels(), draw: 3 })).unwrap();
            assert_eq!(field.gradient.len() % 784, 0);
            let mut nothing = true;
            for (at, _) in field.gradient.iter().enumerate().filter(|(_, value)| **value != 0.0) {
                let (row, column) = (at % 784 / 28, at % 28);
                let inside = (field.rows[0]..=field.rows[1]).contains(&row) && (field.columns[0]..=field.columns[1]).contains(&column);
                assert!(inside, "{preset} {}: {row} {column} of {:?} {:?}", node.name, field.rows, field.columns);
                nothing = false;
            }
            let can_be_dead = ["relu", "max_pool2d", "max_unpool2d", "flatten", "linear"].contains(&node.op);
            assert!(!nothing || can_be_dead || preset != "lenet5", "{preset} {}", node.name);
        }
        let own = block_on(trainer.field("input", &[0, 5, 6], Image { pixels: &pixels(), draw: 3 })).unwrap();
        assert_eq!((own.gradient[5 * 28 + 6], own.rows, own.columns), (1.0, [5, 5], [6, 6]));
    }
}

#[test]
fn weights_have_pytorchs_names_and_shapes() {
    let mut trainer = trainer("resnet8", 8);
    let tensors = |trainer: &mut Trainer, node: &str| {
        let tensors = block_on(trainer.weights(node)).unwrap();
        tensors.into_iter().map(|tensor| (tensor.name, tensor.shape)).collect::<Vec<_>>()
    };
    let named = |name: &str, shape: &[usize]| (name.to_owned(), shape.to_vec());
    let nodes = names(&trainer);
    let first = |op: &str| nodes.iter().find(|name| name.rsplit('.').next().unwrap().starts_with(op)).unwrap().clone();
    let (conv, norm) = (first("conv"), first("bn"));
    assert_eq!(tensors(&mut trainer, &conv), [named("weight", &[16, 1, 3, 3])]);
    let of_norm = tensors(&mut trainer, &norm);
    assert_eq!(of_norm, [named("gamma", &[16]), named("beta", &[16]), named("running_mean", &[16]), named("running_var", &[16])]);
    assert_eq!(tensors(&mut trainer, "input"), []);
    let mut lenet = self::trainer("lenet5_1998", 8);
    assert_eq!(tensors(&mut lenet, "rbf"), [named("codes", &[10, 84])], "fixed, and still what it computes with");
}

#[test]
fn what_is_not_there_is_refused_and_looking_changes_no_training() {
    let (mut seen, mut unseen) = (trainer("resnet8", 8), trainer("resnet8", 8));
    let nodes = names(&seen);
    let pixels = pixels();
    let image = Image { pixels: &pixels, draw: 0 };
    for _ in 0..3 {
        seen.train_step().unwrap();
        unseen.train_step().unwrap();
        look(&mut seen, &nodes, Look::Activations);
        look(&mut seen, &nodes, Look::Gradients { label: 2 });
        block_on(seen.field(&nodes[4], &[0, 1, 1], image)).unwrap();
        let unknown =
            |refused: Result<(), Error>| assert!(matches!(refused, Err(Error::Train(TrainError::UnknownName { .. }))), "{refused:?}");
        unknown(block_on(seen.look(&["nothing".to_owned()], Look::Activations, image)).map(|_| ()));
        unknown(block_on(seen.field("nothing", &[0, 1, 1], image)).map(|_| ()));
        unknown(block_on(seen.field(&nodes[4], &[0, 1, 28], image)).map(|_| ()));
        unknown(block_on(seen.field(&nodes[4], &[0], image)).map(|_| ()));
        let short = block_on(seen.look(&nodes, Look::Activations, Image { pixels: &[0; 3], draw: 0 }));
        assert!(matches!(short, Err(Error::Data(DataError::InvalidPixels { found: 3, .. }))));
    }
    for (name, _) in unseen.parameters().map(|(name, shape)| (name.to_owned(), shape.to_vec())).collect::<Vec<_>>() {
        assert_eq!(block_on(seen.read_parameter(&name)).unwrap(), block_on(unseen.read_parameter(&name)).unwrap(), "{name}");
    }
}
