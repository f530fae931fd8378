//! Networks in which an operator makes ordinary numbers of infinite ones, with gradients of zero: training must notice all the same.

use std::cell::RefCell;
use std::rc::Rc;

use receptive::backend::Device;
use receptive::core::error::{Error, TrainError};
use receptive::data::dataset::{Dataset, IdxPair, SIDE, Split};
use receptive::network::spec::Spec;
use receptive::run::trainer::Trainer;
use serde_json::{Value, json};

const BATCH: usize = 10;

/// A network, a parameter of it that is overwritten, and the node that is to blame.
struct Case {
    what: &'static str,
    layers: Value,
    parameter: &'static str,
    /// The place in the parameter that is overwritten; all of it where there is none.
    at: Option<usize>,
    blamed: &'static str,
}

/// What a bias is overwritten with.
const VALUES: [f32; 3] = [f32::NEG_INFINITY, f32::INFINITY, f32::NAN];

fn conv(name: &str, out_channels: usize, kernel_size: usize) -> Value {
    json!({"op": "conv2d", "name": name, "out_channels": out_channels, "kernel_size": kernel_size})
}

/// The layers, and then what leads to ten logits.
fn network(layers: Vec<Value>) -> Value {
    let end = [json!({"op": "global_avg_pool2d"}), json!({"op": "flatten"}), json!({"op": "linear", "name": "answer", "out_features": 10})];
    Value::Array(layers.into_iter().chain(end).collect())
}

/// Biases that are overwritten with each of [`VALUES`]: a whole channel is then not finite.
fn biases() -> Vec<Case> {
    let relu = || json!({"op": "relu"});
    let pool = || json!({"op": "max_pool2d", "kernel_size": 3, "stride": 2});
    let case = |what, layers, parameter, blamed| Case { what, layers, parameter, at: Some(2), blamed };
    let rows = |layers: Vec<Value>| {
        let end = [relu(), json!({"op": "linear", "name": "answer", "out_features": 10})];
        Value::Array([json!({"op": "flatten"})].into_iter().chain(layers).chain(end).collect())
    };
    vec![
        case("a ReLU in conv2d", network(vec![conv("conv", 6, 5), relu(), conv("next", 4, 3)]), "conv.bias", "conv"),
        case(
            "a ReLU in a depthwise conv2d",
            network(vec![
                conv("first", 6, 5),
                json!({"op": "conv2d", "name": "conv", "out_channels": 6, "kernel_size": 3, "groups": 6}),
                relu(),
            ]),
            "conv.bias",
            "conv",
        ),
        case("a ReLU in linear", rows(vec![json!({"op": "linear", "name": "wide", "out_features": 9})]), "wide.bias", "wide"),
        case(
            "a ReLU in batch_norm2d",
            network(vec![conv("conv", 6, 5), json!({"op": "batch_norm2d", "name": "norm"}), relu(), conv("next", 4, 1)]),
            "norm.beta",
            "norm",
        ),
        case(
            "a batch_norm2d, whose running statistics must not keep it",
            network(vec![conv("conv", 6, 5), json!({"op": "batch_norm2d"}), relu(), conv("next", 4, 1)]),
            "conv.bias",
            "conv",
        ),
        case(
            "a ReLU in channel_affine",
            network(vec![conv("conv", 6, 5), json!({"op": "channel_affine", "name": "scale"}), relu()]),
            "scale.bias",
            "scale",
        ),
        case(
            "a ReLU in a sum",
            network(vec![conv("first", 6, 5), json!({"residual": {"name": "block", "body": [conv("conv", 6, 1)], "after": "relu"}})]),
            "block.conv.bias",
            "block.conv",
        ),
        case(
            "a ReLU of its own, of rows",
            Value::Array(vec![
                conv("conv", 6, 5),
                json!({"op": "flatten"}),
                relu(),
                json!({"op": "linear", "name": "answer", "out_features": 10}),
            ]),
            "conv.bias",
            "conv",
        ),
        case(
            "a ReLU of its own, after whole windows of a max pooling",
            network(vec![conv("conv", 6, 5), pool(), relu()]),
            "conv.bias",
            "conv",
        ),
        case("a ReLU, then a max pooling", network(vec![conv("conv", 6, 5), relu(), pool(), conv("next", 4, 3)]), "conv.bias", "conv"),
        case("a tanh", network(vec![conv("conv", 6, 5), json!({"op": "tanh"})]), "conv.bias", "conv"),
        case("a softmax", network(vec![conv("conv", 6, 5), json!({"op": "softmax"})]), "conv.bias", "conv"),
        // No image has this label.
        Case { at: Some(9), ..case("the loss", network(vec![conv("conv", 6, 5)]), "answer.bias", "answer") },
    ]
}

/// A weight that is finite and makes minus infinity of bright pixels only; a second one brings what is left back to ordinary size.
fn overflows() -> Vec<Case> {
    let within = |hiding: Value| network(vec![conv("conv", 1, 1), hiding, conv("next", 4, 1)]);
    let case = |what, layers| Case { what, layers, parameter: "conv.weight", at: None, blamed: "conv" };
    vec![
        case("bright pixels through a ReLU", within(json!({"op": "relu"}))),
        case("parts of windows of a max pooling", within(json!({"op": "max_pool2d", "kernel_size": SIDE}))),
    ]
}

/// Ten images with bright stripes in their left half, labels 0 to 4.
fn dataset() -> Dataset {
    let mut images = [[0, 0, 8, 3], [0, 0, 0, BATCH as u8], [0, 0, 0, SIDE as u8], [0, 0, 0, SIDE as u8]].concat();
    let labels: Vec<u8> = (0..BATCH as u8).map(|i| i % 5).collect();
    for &label in &labels {
        images.extend((0..SIDE * SIDE).map(|at| if at % SIDE / 2 == usize::from(label) { 255 } else { (at * 7 % 30) as u8 }));
    }
    let labels = [vec![0, 0, 8, 1, 0, 0, 0, BATCH as u8], labels].concat();
    let pair = IdxPair { images_name: "images", images: &images, labels_name: "labels", labels: &labels };
    Dataset::from_idx(&pair, Some(&pair)).expect("IDX files")
}

async fn parameters(trainer: &mut Trainer) -> Vec<(String, Vec<u32>)> {
    let names: Vec<String> = trainer.parameters().map(|(name, _)| name.to_owned()).collect();
    let mut all = Vec::new();
    for name in names {
        let values = trainer.read_parameter(&name).await.expect("read");
        all.push((name, values.iter().map(|value| value.to_bits()).collect()));
    }
    all
}

async fn step(trainer: &mut Trainer) -> Result<f64, Error> {
    trainer.train_step()?;
    Ok(trainer.take_training_sums().await?.mean_loss())
}

/// Trains two steps, overwrites the parameter, and wants the next step to stop and to leave everything as it was.
async fn check_case(device: Device, case: &Case, value: f32) {
    let what = format!("{value} through {}", case.what);
    let json = json!({"version": 1, "layers": case.layers, "training": {"batch_size": BATCH, "init": "kaiming"}});
    let spec = Spec::from_json(&json).unwrap_or_else(|error| panic!("{what}: {error}"));
    let mut trainer = Trainer::new(spec, device, Rc::new(RefCell::new(dataset()))).await.unwrap_or_else(|error| panic!("{what}: {error}"));
    for _ in 0..2 {
        let loss = step(&mut trainer).await.unwrap_or_else(|error| panic!("{what}: {error}"));
        assert!(loss.is_finite(), "{what}: {loss}");
    }
    let good = trainer.read_parameter(case.parameter).await.unwrap_or_else(|error| panic!("{what}: {error}"));
    let mut bad = good.clone();
    match case.at {
        Some(at) => bad[at] = value,
        None => bad.fill(value),
    }
    trainer.write_parameter(case.parameter, &bad).expect("written");
    if case.at.is_none() {
        trainer.write_parameter("next.weight", &[1e-38; 4]).expect("written");
    }
    let before = parameters(&mut trainer).await;
    // It stops, and when it is asked again it stops again.
    for _ in 0..2 {
        let Err(Error::Train(error)) = step(&mut trainer).await else { panic!("{what}: it went unnoticed") };
        match error {
            // A parameter that is not finite itself is named, and no node.
            TrainError::NonFiniteWeights { step, tensors, loaded: false, .. } if !value.is_finite() => {
                assert_eq!((step, tensors.len(), tensors[0].count), (2, 1, 1), "{what}: {tensors:?}");
                let parameter = case.parameter.replace(".gamma", ".weight").replace(".beta", ".bias");
                assert_eq!(tensors[0].name, parameter, "{what}");
                assert_eq!(parameter.rsplit_once('.').map(|(node, _)| node), Some(case.blamed), "{what}");
            }
            TrainError::NonFinite { step, node, what: kind, .. } if value.is_finite() => {
                assert_eq!((step, node.as_str(), kind), (3, case.blamed, "activations"), "{what}");
            }
            other => panic!("{what}: {other}"),
        }
        assert_eq!(trainer.steps(), 2, "{what}");
        assert_eq!(parameters(&mut trainer).await, before, "{what}");
    }
    // The operators themselves are PyTorch's: in evaluation, nothing but a hidden infinity is wrong with this network.
    if case.what.starts_with("a ReLU") && value == f32::NEG_INFINITY {
        assert!(trainer.evaluate(Split::Test, BATCH).await.expect("evaluated").mean_loss().is_finite(), "{what}");
    }
    // With the parameter as it was, nothing of it is left.
    trainer.write_parameter(case.parameter, &good).expect("written");
    assert!(trainer.evaluate(Split::Test, BATCH).await.expect("evaluated").mean_loss().is_finite(), "{what}: something stayed");
}

/// Finite weights with which one logit of the images of label 0 is infinite: those two have no class, and the eight others are counted, behind them too.
async fn check_evaluation(device: Device) {
    let layers = json!([{"op": "flatten"}, {"op": "linear", "name": "answer", "out_features": 10}]);
    let spec = Spec::from_json(&json!({"version": 1, "layers": layers, "training": {"batch_size": BATCH / 2}})).expect("it is valid");
    let mut trainer = Trainer::new(spec, device, Rc::new(RefCell::new(dataset()))).await.expect("it fits");
    let mut weight = vec![0.0; 10 * SIDE * SIDE];
    // The first pixel is bright with label 0 only.
    weight[5 * SIDE * SIDE] = 3e38;
    trainer.write_parameter("answer.weight", &weight).expect("written");
    trainer.write_parameter("answer.bias", &[0.0; 10]).expect("written");
    let sums = trainer.evaluate(Split::Test, BATCH).await.expect("evaluated");
    assert_eq!((sums.items, sums.top1, sums.top5, sums.finite), (10, 0, 8, false), "{sums:?}");
    let said: Vec<u32> = sums.confusion.chunks(10).map(|label| label[0]).collect();
    assert_eq!((&said[..], sums.confusion.iter().sum::<u32>()), (&[0, 2, 2, 2, 2, 0, 0, 0, 0, 0][..], 8), "{sums:?}");
}

/// Checks every case on a device.
pub async fn check(device: impl Fn() -> Device) {
    for case in biases() {
        for value in VALUES {
            check_case(device(), &case, value).await;
        }
    }
    for case in overflows() {
        check_case(device(), &case, -3e38).await;
    }
    check_evaluation(device()).await;
}
