//! The messages between worker and page: Rust writes an example of each to `tests/fixtures/protocol.json`, and `www/test` reads them all.
use crate::support::stored::{same_json, stored};
use receptive::core::error::{ChannelsOf, Doing, Expected, Fix, Measure, Operands, Part};
use receptive::core::error::{DataError, DeviceError, Error, NotFinite, ShapeError, SpecError, TrainError, WeightsError, WrongTensor};
use receptive::data::dataset::Split;
use receptive::describe::describe;
use receptive::network::{spec::Spec, zoo};
use receptive::run::probe::{Floats, NodeMaps, NodeTensor};
use receptive::run::protocol::{Evaluation, Event, Metrics, Predictions, Reply, Request, Restoration};
use receptive::run::select::{BackendChoice, BackendStatus};
use receptive::run::trainer::Scene;
use serde_json::{Value, json};

fn metrics() -> Metrics {
    Metrics {
        step: 420,
        epoch: 1,
        epochs: 3,
        images_seen: 26_880,
        images_in_use: 60_000,
        images_total: 60_000,
        loss: 0.25,
        top1: 0.921875,
        top5: 0.998,
        images_per_second: 9_500.0,
        seconds: 2.75,
        progress: 0.149,
        seconds_left: Some(15.5),
        learning_rate: 0.02,
        speed_up: Some(1.875),
    }
}

fn evaluation() -> Evaluation {
    let confusion = (0..10).map(|label| (0..10).map(|predicted| u32::from(label == predicted) * 100).collect()).collect();
    Evaluation {
        step: 420,
        epoch: 1,
        split: Split::Test,
        count: 1000,
        loss: 0.2,
        top1: 0.94,
        top5: 0.999,
        mean_iou: None,
        confusion: Some(confusion),
    }
}

fn replies() -> Vec<Reply> {
    let run = || "kiwi".to_owned();
    let spec = Spec::from_json(&zoo::preset("lenet5").unwrap().spec).unwrap();
    let backend = BackendStatus::cpu(BackendChoice::Auto, Some(DeviceError::NoWebgpu.into()));
    vec![
        Reply::Compiled { run: run(), description: Box::new(describe(&spec).unwrap()), backend, workers: 2, restored: None },
        Reply::Compiled {
            run: run(),
            description: Box::new(describe(&spec).unwrap()),
            backend: BackendStatus::cpu(BackendChoice::Cpu, None),
            workers: 1,
            restored: Some(Restoration {
                step: 420,
                epoch: 1,
                epochs_done: 0,
                note: Some("{}".into()),
                kept: vec!["conv1.weight".into()],
                fresh: vec!["fc1.weight".into()],
                taken_off: vec!["module.".into()],
                not_finite: vec![NotFinite { name: "conv1.weight".into(), count: 2 }],
                other_data: false,
            }),
        },
        Reply::Started { run: run() },
        Reply::Paused { run: run(), step: 420 },
        Reply::Resumed { run: run() },
        Reply::Stepped { run: run(), metrics: metrics() },
        Reply::Reset { run: run(), seed: 7 },
        Reply::Set { run: run(), learning_rate: 0.01, momentum: Some(0.9), weight_decay: 0.0 },
        Reply::Set { run: run(), learning_rate: 0.01, momentum: None, weight_decay: 0.0 },
        Reply::Evaluated { run: run(), evaluation: evaluation() },
        Reply::Predicted { run: run(), logits: vec![0.5; 10], probabilities: vec![0.1; 10], scene: None },
        Reply::Predicted {
            run: run(),
            logits: vec![0.5; 11 * 784],
            probabilities: vec![0.0625; 11 * 784],
            scene: Some(Scene { picture: vec![31; 784], digit: vec![0; 784], mask: vec![8; 784] }),
        },
        Reply::Sample { pixels: vec![0; 784], label: 7, index: 0, total: 10_000 },
        Reply::Predictions {
            run: run(),
            predictions: {
                let mut predictions = Predictions { split: Split::Test, step: 420, ..Predictions::default() };
                predictions.add(&[0.5, 1.5, 0.0, 0.0, 0.0, 0.0, 0.0, 2.0, 0.0, 0.0], &[7], 10);
                predictions
            },
        },
        Reply::Checkpoint { run: run(), step: 420, epoch: 1, bytes: vec![8, 0, 0, 0] },
        Reply::Looked {
            run: run(),
            step: 420,
            maps: vec![NodeMaps { node: "conv1".into(), shape: vec![1, 1, 2], values: Floats(vec![0.5, -1.0]) }],
            range: [-1.0, 2.5],
        },
        Reply::Weights {
            run: run(),
            step: 420,
            tensors: vec![NodeTensor { name: "bias".into(), shape: vec![1], values: Floats(vec![0.25]) }],
        },
        Reply::Field { run: run(), step: 420, gradient: Floats(vec![0.125; 4]), rows: [3, 9], columns: [0, 6] },
        Reply::Instrument {
            run: run(),
            step: 420,
            answer: json!({"parts": [], "statistics": true, "targets_per_image": 1, "classes": 10}),
        },
        Reply::Disposed {},
        Reply::Error { error: Error::from(TrainError::NotCompiled).to_json() },
    ]
}

fn events() -> Vec<Event> {
    let run = || "kiwi".to_owned();
    let error = Error::from(TrainError::NonFinite { step: 37, node: "conv2".into(), what: "activations", learning_rate: 0.5 });
    let lost = DeviceError::DeviceLost { reason: "destroyed".into() };
    vec![
        Event::Metrics { run: run(), metrics: metrics() },
        Event::Preparing { done: 12, total: 40 },
        Event::Evaluation { run: run(), evaluation: evaluation() },
        Event::Evaluation { run: run(), evaluation: Evaluation { mean_iou: Some(0.75), ..evaluation() } },
        Event::Epoch {
            run: run(),
            epoch: 1,
            train_loss: 0.3,
            train_top1: 0.91,
            test_loss: Some(0.1),
            test_top1: Some(0.97),
            test_top5: Some(0.9995),
            seconds: 6.5,
            images_per_second: 9_230.0,
            test_mean_iou: None,
        },
        Event::Epoch {
            run: run(),
            epoch: 2,
            train_loss: 0.1,
            train_top1: 0.96,
            test_loss: Some(0.09),
            test_top1: Some(0.97),
            test_top5: Some(1.0),
            seconds: 61.5,
            images_per_second: 975.0,
            test_mean_iou: Some(0.86),
        },
        Event::Done { run: run(), step: 937 },
        Event::Failed { run: run(), error: error.to_json() },
        Event::Backend { run: run(), backend: BackendStatus::cpu(BackendChoice::Webgpu, Some(lost.into())) },
    ]
}

/// One of each: the page has a text for each in its languages.
fn all_expected() -> Vec<Expected> {
    let names = || vec!["conv2d".to_owned(), "relu".to_owned()];
    vec![
        Expected::Finite,
        Expected::Number { least: 0.0, most: 0.5 },
        Expected::Epochs { least: 1e-6, most: 1e6 },
        Expected::Milestones { count: 1000, most: 1e6 },
        Expected::Betas,
        Expected::Whole { least: 1, most: 64 },
        Expected::WholeFrom { least: 1 },
        Expected::Seed,
        Expected::Pair,
        Expected::PairWithin { least: 1, most: 64 },
        Expected::PairNotSame,
        Expected::Sides,
        Expected::InputShape { most: 4096 },
        Expected::OutputPadding { most: 1 },
        Expected::Smallest { largest: 0.4 },
        Expected::Choice { names: names() },
        Expected::Text { most: 80 },
        Expected::GroupName,
        Expected::HeadName,
        Expected::SavedName,
        Expected::UnusedName,
        Expected::EarlierName { names: names() },
        Expected::EarlierName { names: Vec::new() },
        Expected::RepeatName,
        Expected::NoPrefix { prefix: "block".into() },
        Expected::Checksum,
        Expected::Object,
        Expected::Layers,
        Expected::LayersNotEmpty,
        Expected::OneLayer,
        Expected::Branches { least: 2, most: 64 },
        Expected::Shortcut,
        Expected::OneInput,
        Expected::OperatorOrContainer { operators: names(), containers: vec!["stage".into()] },
        Expected::HeadOutsideHeads,
        Expected::Depth { most: 16 },
        Expected::LayersAtMost { most: 4096 },
        Expected::LayersWrittenOut { most: 4096 },
        Expected::ItemsWrittenOut { most: 65_536 },
        Expected::ShortItem,
        Expected::ShortParts,
        Expected::ConcatDim,
        Expected::SoftmaxDim,
        Expected::Ungrouped,
        Expected::Connections { out_channels: 16 },
        Expected::WeightRank { rank: 4 },
        Expected::NoAugmentation,
        Expected::NoMomentum,
        Expected::NoNesterov,
    ]
}

fn errors() -> Vec<Error> {
    let wrong = all_expected()
        .into_iter()
        .map(|expected| SpecError::InvalidValue { path: "layers[1]".to_owned(), found: "0".into(), expected }.into());
    wrong.chain(other_errors()).collect()
}

fn other_errors() -> Vec<Error> {
    let (node, file, path) = (|| "conv2".to_owned(), || "train-images".to_owned(), || "layers[1]".to_owned());
    vec![
        SpecError::MalformedJson { reason: "EOF".into(), line: 1, column: 2 }.into(),
        SpecError::UnsupportedVersion { found: "2".into(), supported: 1 }.into(),
        SpecError::UnknownOperator { path: path(), operator: "convv".into(), known: "conv2d".into() }.into(),
        SpecError::MissingField { path: path(), field: "kernel_size".into(), expected: Expected::Pair }.into(),
        SpecError::UnknownField { path: path(), field: "kernel".into(), known: "kernel_size".into() }.into(),
        SpecError::DuplicateName { path: path(), node: node() }.into(),
        SpecError::EmptyNetwork.into(),
        ShapeError::KernelLargerThanInput { node: node(), axis: "height", span: 5, padded: 3 }.into(),
        ShapeError::RankMismatch { node: node(), needed: 2, also: None, shape: "[1, 2, 3, 4]".into(), fix: Fix::FlattenBefore }.into(),
        ShapeError::ChannelsNotDivisible { node: node(), which: ChannelsOf::Input, channels: 6, groups: 4 }.into(),
        ShapeError::ShapesDiffer { node: node(), left: "[1]".into(), right: "[2]".into() }.into(),
        ShapeError::SummandsDiffer { node: node(), left: "[1, 16, 7, 7]".into(), right: "[1, 8, 7, 7]".into() }.into(),
        ShapeError::PaddingTooLarge { node: node(), axis: "width", padding: 3, kernel_size: 2 }.into(),
        ShapeError::WindowOfPadding { node: node(), axis: "height", dilation: 9, input: 4 }.into(),
        ShapeError::SingleValue { node: node(), shape: "[1, 8, 1, 1]".into() }.into(),
        ShapeError::EmptyOutput { node: node(), axis: "width", padding: 2, size: 4 }.into(),
        ShapeError::NoSuchChannel { node: node(), channel: 6, channels: 6 }.into(),
        ShapeError::BranchesDiffer { node: node(), first: "[1, 8, 4, 4]".into(), other: "[1, 8, 2, 2]".into() }.into(),
        ShapeError::CropOutside { node: node(), axis: "height", size: 8, offset: 2, input: 9 }.into(),
        ShapeError::WrongInputs {
            node: node(),
            op: "max_unpool2d",
            needed: 2,
            what: Operands::MapsAndPlaces,
            found: 1,
            fix: Fix::GivePlaces,
        }
        .into(),
        ShapeError::NotUnpoolable { node: node(), axis: "width", size: 9, input: 3, least: 5, most: 7 }.into(),
        ShapeError::SizeOverflow { node: node(), what: Part::Output }.into(),
        ShapeError::ClassesMismatch { node: node(), shape: "[5]".into(), classes: 10 }.into(),
        ShapeError::ImagesMismatch { node: "input".into(), shape: "[3, 224, 224]".into(), needed: "[1, height, width]" }.into(),
        ShapeError::NotDifferentiable { node: node(), op: "argmax" }.into(),
        ShapeError::TooLarge { node: node(), needed_bytes: 2_000_000_000, limit_bytes: 1_000_000_000, largest_batch: 16 }.into(),
        DataError::BadMagic { file: file(), offset: 0, found: 1, expected: 2051 }.into(),
        DataError::Truncated { file: file(), offset: 100, needed: 200 }.into(),
        DataError::WrongSize { file: file(), offset: 8, what: Measure::Rows, found: 32, expected: 28 }.into(),
        DataError::ChecksumMismatch { file: file(), offset: 32, found: 1, expected: 2 }.into(),
        DataError::CountMismatch { file: file(), labels_file: "train-labels".into(), images: 3, labels: 2 }.into(),
        DataError::LabelOutOfRange { file: file(), offset: 9, found: 10, largest: 9 }.into(),
        DataError::NoLetters.into(),
        DataError::SideOutOfRange { file: file(), height: 128, width: 128, least: 8, most: 64 }.into(),
        DataError::OtherData {
            what: "size",
            input: [1, 28, 28],
            classes: 10,
            found: [1, 32, 32],
            found_classes: 26,
            data: Box::new(json!({"type": "idx", "classes": 26, "mean": 0.25, "std": 0.5, "crc32": "1f2e3d4c"})),
        }
        .into(),
        DataError::NoData { split: "train" }.into(),
        DataError::TooFewImages { found: 40, needed: 64 }.into(),
        DataError::InvalidIndex { index: 5, total: 5 }.into(),
        DataError::InvalidPixels { found: 3, expected: 784 }.into(),
        DeviceError::NoWebgpu.into(),
        DeviceError::NoAdapter.into(),
        DeviceError::SoftwareAdapter { adapter: "SwiftShader".into() }.into(),
        DeviceError::DeviceRequestFailed { reason: "refused".into() }.into(),
        DeviceError::SelfCheckFailed { kernel: "conv2d.forward".into(), largest_error: 1.0, allowed: 1e-5 }.into(),
        DeviceError::DeviceLost { reason: "destroyed".into() }.into(),
        DeviceError::LimitExceeded { what: "gradients".into(), needed: 3, limit: 2 }.into(),
        DeviceError::TooManyWorkgroups { kernel: "conv2d".into(), needed: 3, limit: 2 }.into(),
        DeviceError::NoScalarKernels.into(),
        DeviceError::NotOnCpu.into(),
        DeviceError::WorkersLost.into(),
        DeviceError::WorkerMismatch { found: 3, expected: 4 }.into(),
        DeviceError::FloatsAndWords { name: "indices".into() }.into(),
        DeviceError::DeviceFailed { what: Doing::Compiling, name: Some("conv2d".into()), reason: "validation".into() }.into(),
        TrainError::NotCompiled.into(),
        TrainError::Busy.into(),
        TrainError::NotRunning.into(),
        TrainError::NonFinite { step: 37, node: node(), what: "activations", learning_rate: 0.5 }.into(),
        TrainError::NonFiniteWeights {
            step: 314,
            tensors: vec![NotFinite { name: "conv1.weight".into(), count: 2 }],
            loaded: true,
            learning_rate: 0.5,
        }
        .into(),
        TrainError::UnknownName { what: "parameter", name: "conv9.weight".into() }.into(),
        TrainError::WrongLength { name: "conv1.weight".into(), found: 1, expected: 150 }.into(),
        TrainError::InvalidSetting { field: "learning_rate", found: -1.0, expected: Expected::Number { least: 0.0, most: 1000.0 } }.into(),
        TrainError::NeedsFreshStart { field: "optimizer.type", present: "sgd", found: "adam" }.into(),
        TrainError::MalformedRequest { reason: "no type".into() }.into(),
        WeightsError::NoWeights.into(),
        WeightsError::UnreadableWeights { reason: "the disk is gone".into() }.into(),
        WeightsError::ForeignWeights { format: "pytorch_zip" }.into(),
        WeightsError::MalformedWeights { flaw: "short", at: 8, size: 3 }.into(),
        WeightsError::MalformedTensor { tensor: "fc.bias".into(), flaw: "outside", found: 400, expected: 300 }.into(),
        WeightsError::WeightsMismatch {
            tensors: vec![
                WrongTensor { name: "fc.weight".into(), found: Some("F16 [10, 84]".into()), expected: "F32 [10, 84]".into() },
                WrongTensor { name: "fc.bias".into(), found: None, expected: "F32 [10]".into() },
            ],
            file: vec!["fc.weight F16 [10, 84]".into()],
        }
        .into(),
    ]
}

/// What the page sends; each must be understood.
fn requests() -> Vec<Value> {
    let pixels = vec![0u8; 784];
    vec![
        json!({"type": "compile", "run": "kiwi", "spec": zoo::preset("lenet5").unwrap().spec, "backend": "auto"}),
        json!({"type": "compile", "run": "kiwi", "spec": zoo::preset("lenet5").unwrap().spec, "backend": "cpu", "bytes": [8, 0, 0, 0]}),
        json!({"type": "start"}),
        json!({"type": "start", "epochs": 2, "wait_for_all": true}),
        json!({"type": "pause"}),
        json!({"type": "resume"}),
        json!({"type": "step"}),
        json!({"type": "step", "count": 5}),
        json!({"type": "reset"}),
        json!({"type": "reset", "seed": 7}),
        json!({"type": "set", "learning_rate": 0.01}),
        json!({"type": "evaluate", "split": "test"}),
        json!({"type": "predict", "pixels": pixels}),
        json!({"type": "predict", "pixels": pixels, "index": 3}),
        json!({"type": "predict", "pixels": pixels, "split": "test", "index": 3}),
        json!({"type": "sample", "split": "test", "index": 3}),
        json!({"type": "predictions", "split": "test"}),
        json!({"type": "checkpoint"}),
        json!({"type": "checkpoint", "note": "{}"}),
        json!({"type": "look", "nodes": ["conv1"], "what": "activations", "pixels": pixels}),
        json!({"type": "look", "nodes": ["input", "conv1"], "what": "gradients", "pixels": pixels, "label": 3, "split": "test", "index": 3}),
        json!({"type": "weights", "node": "conv1"}),
        json!({"type": "field", "node": "conv1", "unit": [0, 3, 4], "pixels": pixels}),
        json!({"type": "instrument", "instrument": "lesion", "ask": {"parts": ["residual:block1"], "anew": false, "from": 0, "to": 1000}}),
        json!({"type": "dispose"}),
    ]
}

#[test]
fn examples_of_every_message_are_up_to_date() {
    for request in requests() {
        serde_json::from_value::<Request>(request.clone()).unwrap_or_else(|error| panic!("{request}: {error}"));
    }
    let errors: Vec<Value> = errors().iter().map(Error::to_json).collect();
    let examples = json!({"requests": requests(), "replies": replies(), "events": events(), "errors": errors});
    // A message a line.
    let list = |(kind, messages): (&String, &Value)| {
        let lines: Vec<String> = messages.as_array().unwrap().iter().map(Value::to_string).collect();
        format!("\"{kind}\": [\n{}\n]", lines.join(",\n"))
    };
    let lists: Vec<String> = examples.as_object().unwrap().iter().map(list).collect();
    let text = format!("{{\n{}\n}}\n", lists.join(",\n"));
    let written = stored("tests/fixtures/protocol.json", &text);
    assert!(
        same_json(&written, &text),
        "tests/fixtures/protocol.json is not of today; run `UPDATE_FIXTURES=1 cargo test --package receptive-tests protocol`"
    );
}

#[test]
fn a_message_of_another_form_is_refused() {
    for request in [json!({"type": "start", "epoch": 2}), json!({"type": "fly"}), json!({"type": "evaluate", "split": "both"}), json!(3)] {
        assert!(serde_json::from_value::<Request>(request.clone()).is_err(), "{request}");
    }
}
