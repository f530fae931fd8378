//! Networks that only compute: weights from files with PyTorch's names, memory that is planned, and results that agree with training's.
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use pollster::block_on;
use proptest::prelude::*;
use receptive::backend::Device;
use receptive::backend::cpu::Kernels;
use receptive::core::error::{DeviceError, Error, TrainError, WeightsError};
use receptive::core::rng::{Rng, Stream};
use receptive::core::safetensors::ByteSource;
use receptive::data::dataset::Dataset;
use receptive::data::mnist::{DEVIATION, MEAN};
use receptive::inference::weights::Report;
use receptive::inference::{Inference, needed_bytes};
use receptive::network::spec::Spec;
use receptive::network::zoo;
use receptive::programs::inference::InferencePlan;
use receptive::run::trainer::{Image, Trainer};
use safetensors::tensor::{Dtype, TensorView};
use serde_json::json;

/// A file in memory that notes how much of it was asked for at a time.
struct Bytes {
    bytes: Vec<u8>,
    most: RefCell<usize>,
}

impl Bytes {
    fn new(bytes: Vec<u8>) -> Self {
        Self { bytes, most: RefCell::new(0) }
    }
}

impl ByteSource for Bytes {
    fn size(&self) -> u64 {
        self.bytes.len() as u64
    }

    async fn read(&self, from: u64, len: usize) -> Result<Vec<u8>, Error> {
        let most = self.most.borrow().max(len);
        self.most.replace(most);
        Ok(self.bytes[from as usize..][..len].to_vec())
    }
}

type Tensors = Vec<(String, Vec<usize>, Vec<f32>)>;

fn file(tensors: &Tensors) -> Vec<u8> {
    let bytes: Vec<Vec<u8>> = tensors.iter().map(|(_, _, floats)| floats.iter().flat_map(|float| float.to_le_bytes()).collect()).collect();
    let views = tensors
        .iter()
        .zip(&bytes)
        .map(|((name, shape, _), bytes)| (name.clone(), TensorView::new(Dtype::F32, shape.clone(), bytes).unwrap()));
    safetensors::serialize(views.collect::<HashMap<_, _>>(), None).unwrap()
}

fn spec(name: &str) -> Spec {
    Spec::from_json(&zoo::spec(name).unwrap()).unwrap()
}

fn inference(spec: &Spec, kernels: Kernels) -> Inference {
    block_on(Inference::new(spec, Device::Cpu(kernels))).unwrap()
}

/// Name and shape of every tensor that a file for this network holds, named as PyTorch names them.
fn listed(spec: &Spec) -> Vec<(String, Vec<usize>)> {
    let plan = InferencePlan::new(spec).unwrap().plan;
    let parameters = plan.parameters.iter().map(|parameter| (&parameter.name, &parameter.spec.shape));
    let statistics = plan.statistics.iter().map(|statistic| (&statistic.name, &statistic.spec.shape));
    let torch = |name: &str| name.replace(".gamma", ".weight").replace(".beta", ".bias");
    parameters.chain(statistics).map(|(name, shape)| (torch(name), shape.dims().to_vec())).collect()
}

/// Random values for all of them.
fn tensors(spec: &Spec) -> Tensors {
    let mut rng = Rng::new(3, Stream::Parameters);
    let mut draw = |(name, shape): (String, Vec<usize>)| {
        let positive = name.ends_with("running_var");
        let value = |rng: &mut Rng| if positive { 0.5 + rng.uniform() } else { rng.symmetric(0.2) };
        let values = (0..shape.iter().product()).map(|_| value(&mut rng) as f32).collect();
        (name, shape, values)
    };
    listed(spec).into_iter().map(&mut draw).collect()
}

#[test]
fn weights_from_a_file_give_what_the_trainer_gives() {
    let spec = spec("resnet8");
    let tensors = tensors(&spec);
    let mut trainer = block_on(Trainer::new(spec.clone(), Device::Cpu(Kernels::Simd), Rc::new(RefCell::new(Dataset::new(1, 1))))).unwrap();
    let known: Vec<String> = trainer.parameters().map(|(name, _)| name.to_owned()).collect();
    for name in &known {
        let of_file = name.replace(".gamma", ".weight").replace(".beta", ".bias");
        let (_, _, values) = tensors.iter().find(|(name, _, _)| *name == of_file).unwrap();
        trainer.write_parameter(name, values).unwrap();
    }
    // The trainer starts with running means of 0 and variances of 1: the file of this test says so too.
    let identity = |(name, shape, values): (String, Vec<usize>, Vec<f32>)| {
        let statistic = [("running_mean", 0.0), ("running_var", 1.0)].into_iter().find(|(role, _)| name.ends_with(role));
        let values = statistic.map_or(values, |(_, value)| vec![value; shape.iter().product()]);
        (name, shape, values)
    };
    let source = Bytes::new(file(&tensors.into_iter().map(identity).collect()));
    let pixels: Vec<u8> = (0..784).map(|i| (i * 37 % 256) as u8).collect();
    let image: Vec<f32> = pixels.iter().map(|&pixel| (f32::from(pixel) / 255.0 - MEAN) / DEVIATION).collect();
    let expected = block_on(trainer.predict(Image { pixels: &pixels, draw: 0 })).unwrap().logits;
    for kernels in [Kernels::Simd, Kernels::Scalar] {
        let mut network = inference(&spec, kernels);
        let none = block_on(network.forward(&image)).unwrap_err();
        assert_eq!(none, WeightsError::NoWeights.into());
        let mut heard = Vec::new();
        let report = block_on(network.load_weights(&source, |done, total| heard.push((done, total)))).unwrap();
        let loaded = known.len() + network.plan().statistics.len();
        assert_eq!(report, Report { loaded, ignored: vec![], taken_off: vec![], not_finite: vec![] });
        assert_eq!(heard.last().map(|(done, total)| done == total), Some(true));
        let (shape, logits) = block_on(network.forward(&image)).unwrap();
        assert_eq!(shape, [10]);
        for (logit, expected) in logits.iter().zip(&expected) {
            assert!((logit - expected).abs() <= 1e-4 * (1.0 + expected.abs()), "{kernels:?}: {logits:?} {expected}");
        }
        let short = block_on(network.forward(&image[1..])).unwrap_err();
        assert_eq!(short, TrainError::WrongLength { name: "input".into(), found: 783, expected: 784 }.into());
    }
}

#[test]
fn tensors_that_are_missing_or_wrong_are_all_named_and_nothing_is_changed() {
    let spec = spec("resnet8");
    let good = tensors(&spec);
    let mut network = inference(&spec, Kernels::Simd);
    block_on(network.load_weights(&Bytes::new(file(&good)), |_, _| ())).unwrap();
    let image = vec![0.5; 784];
    let before = block_on(network.forward(&image)).unwrap();
    let mut bad = good.clone();
    bad.retain(|(name, _, _)| name != "conv0.weight" && name != "bn0.running_var");
    let fc = bad.iter_mut().find(|(name, _, _)| name == "fc.weight").unwrap();
    (fc.1, fc.2) = (vec![12, 64], vec![0.0; 12 * 64]);
    let error = block_on(network.load_weights(&Bytes::new(file(&bad)), |_, _| ())).unwrap_err();
    let Error::Weights(WeightsError::WeightsMismatch { tensors, file: has }) = &error else { panic!("{error}") };
    assert!(has.len() == bad.len() && has.contains(&"fc.weight F32 [12, 64]".to_owned()), "{has:?}");
    let wrong: Vec<_> = tensors.iter().map(|tensor| (tensor.name.as_str(), tensor.found.as_deref(), tensor.expected.as_str())).collect();
    let expected = [
        ("conv0.weight", None, "F32 [16, 1, 3, 3]"),
        ("fc.weight", Some("F32 [12, 64]"), "F32 [10, 64]"),
        ("bn0.running_var", None, "F32 [16]"),
    ];
    assert_eq!(wrong, expected);
    assert!(error.to_string().contains("fc.weight is F32 [12, 64], expected F32 [10, 64]; bn0.running_var is missing"), "{error}");
    assert_eq!(block_on(network.forward(&image)).unwrap(), before);
    // What belongs to no tensor of the network is named; PyTorch's count of batches is known.
    let mut more = good;
    more.push(("bn0.num_batches_tracked".into(), vec![1], vec![3.0]));
    more.push(("aux.fc.weight".into(), vec![2, 2], vec![1.0; 4]));
    let report = block_on(network.load_weights(&Bytes::new(file(&more)), |_, _| ())).unwrap();
    assert_eq!(report.ignored, ["aux.fc.weight"]);
}

#[test]
fn a_type_that_is_not_read_is_named() {
    let spec = spec("lenet5");
    let mut tensors = tensors(&spec);
    let (name, shape, values) = tensors.remove(0);
    let mut file: HashMap<String, TensorView<'_>> = HashMap::new();
    let bytes: Vec<Vec<u8>> = tensors.iter().map(|(_, _, floats)| floats.iter().flat_map(|float| float.to_le_bytes()).collect()).collect();
    for ((name, shape, _), bytes) in tensors.iter().zip(&bytes) {
        file.insert(name.clone(), TensorView::new(Dtype::F32, shape.clone(), bytes).unwrap());
    }
    let bytes = vec![0u8; values.len()];
    file.insert(name.clone(), TensorView::new(Dtype::I8, shape.clone(), &bytes).unwrap());
    let source = Bytes::new(safetensors::serialize(file, None).unwrap());
    let error = block_on(inference(&spec, Kernels::Simd).load_weights(&source, |_, _| ())).unwrap_err();
    let Error::Weights(WeightsError::WeightsMismatch { tensors, .. }) = &error else { panic!("{error}") };
    assert_eq!((tensors[0].name.as_str(), tensors[0].found.as_deref()), (name.as_str(), Some("I8 [6, 1, 5, 5]")));
}

/// The largest tensor is read in pieces, whatever the file's size.
#[test]
fn a_large_tensor_comes_in_pieces() {
    let spec = json!({"version": 1, "input": [1, 50, 60], "layers": [
        {"op": "flatten"}, {"op": "linear", "name": "wide", "out_features": 4003}, {"op": "linear", "name": "out", "out_features": 10}]});
    let spec = Spec::from_json(&spec).unwrap();
    let tensors = tensors(&spec);
    let source = Bytes::new(file(&tensors));
    let mut network = inference(&spec, Kernels::Simd);
    block_on(network.load_weights(&source, |_, _| ())).unwrap();
    assert!(*source.most.borrow() <= 16 << 20, "{:?} of {}", source.most, source.size());
    let image: Vec<f32> = (0..3000).map(|i| (i % 17) as f32 / 17.0 - 0.5).collect();
    let (_, logits) = block_on(network.forward(&image)).unwrap();
    let linear = |x: &[f64], name: &str| -> Vec<f64> {
        let of = |role: &str| &tensors.iter().find(|(tensor, _, _)| *tensor == format!("{name}.{role}")).unwrap().2;
        let rows = of("weight").chunks(x.len()).zip(of("bias"));
        rows.map(|(row, &bias)| row.iter().zip(x).map(|(&w, x)| f64::from(w) * x).sum::<f64>() + f64::from(bias)).collect()
    };
    let x: Vec<f64> = image.iter().map(|&x| x.into()).collect();
    for (logit, expected) in logits.iter().zip(linear(&linear(&x, "wide"), "out")) {
        assert!((f64::from(*logit) - expected).abs() < 1e-3 * (1.0 + expected.abs()), "{logit} {expected}");
    }
}

#[test]
fn a_network_that_cannot_fit_is_refused_before_any_memory_is_taken() {
    let spec = json!({"version": 1, "name": "Huge", "input": [3, 224, 224], "layers": [
        {"op": "flatten"}, {"op": "linear", "out_features": 12000}]});
    let spec = Spec::from_json(&spec).unwrap();
    let error = block_on(Inference::new(&spec, Device::Cpu(Kernels::Simd))).unwrap_err();
    let Error::Device(DeviceError::LimitExceeded { what, needed, limit }) = &error else { panic!("{error}") };
    assert!(what == "Huge" && *needed > 4 * 150_528 * 12_000 && *limit == 2 << 30, "{error}");
}

/// Pieces that any GPU can bind, activations that take turns in memory, and less than 32-bit WebAssembly can hold.
#[test]
fn memory_of_the_true_sizes_is_planned() {
    for architecture in zoo::ARCHITECTURES {
        let spec = Spec::from_json(&(architecture.spec)()).unwrap();
        let network = InferencePlan::new(&spec).unwrap();
        let plan = &network.plan;
        assert!(plan.arenas.is_none());
        let largest = plan.parameters.iter().map(|parameter| parameter.spec.shape.count()).max().unwrap();
        for buffer in &plan.buffers {
            assert!(
                4 * buffer.len <= 128 << 20 || buffer.len == largest,
                "{}: {} has {} floats",
                architecture.name,
                buffer.label,
                buffer.len
            );
        }
        let needed = needed_bytes(&network, Some(Kernels::Simd));
        assert!(needed < 2 << 30, "{}: {needed} bytes", architecture.name);
        for parameter in &plan.parameters {
            let end = parameter.offset + parameter.spec.layout.stored_len(&parameter.spec.shape);
            assert!(end <= plan.buffers[parameter.buffer.0].len, "{}", parameter.name);
        }
        let activations: u64 = 4 * plan[network.predict.program]
            .steps
            .iter()
            .filter_map(|step| step.arguments.last())
            .map(|range| range.len as u64)
            .sum::<u64>();
        let parameters: u64 = plan.parameters.iter().map(|parameter| 4 * parameter.spec.shape.count() as u64).sum();
        let kept = plan.bytes() - parameters;
        assert!(spec.layers.len() < 30 || 2 * kept < activations, "{}: {kept} of {activations} bytes", architecture.name);
    }
}

/// A file with torchvision's own names for ResNet-18 and for GoogLeNet, written out here as torchvision documents them.
#[test]
fn names_are_those_of_torchvision() {
    let names = |name: &str| -> Vec<String> { listed(&spec(name)).into_iter().map(|(name, _)| name).collect() };
    let resnet = names("torchvision/resnet18");
    for name in [
        "conv1.weight",
        "bn1.running_mean",
        "layer1.0.conv1.weight",
        "layer2.0.downsample.0.weight",
        "layer2.0.downsample.1.running_var",
        "fc.bias",
    ] {
        assert!(resnet.iter().any(|known| known == name), "{name} in {resnet:?}");
    }
    // torchvision's 122 tensors without the 20 counts of batches.
    assert_eq!(resnet.len(), 102);
    for (network, name) in [
        ("torchvision/alexnet", "features.0.weight"),
        ("torchvision/alexnet", "classifier.6.bias"),
        ("torchvision/vgg16_bn", "features.1.running_mean"),
        ("torchvision/vgg19", "classifier.3.weight"),
        ("torchvision/googlenet", "inception3a.branch2.0.conv.weight"),
        ("torchvision/googlenet", "inception5b.branch4.1.bn.weight"),
        ("torchvision/inception_v3", "Mixed_7c.branch3x3dbl_3b.conv.weight"),
        ("torchvision/resnet152", "layer3.35.conv3.weight"),
    ] {
        let known = names(network);
        assert!(known.iter().any(|known| known == name), "{name} in {network}: {known:?}");
    }
}

#[test]
fn weights_from_a_seed_are_the_same_every_time_and_those_of_the_trainer() {
    let spec = spec("lenet5");
    let mut trainer = block_on(Trainer::new(spec.clone(), Device::Cpu(Kernels::Simd), Rc::new(RefCell::new(Dataset::new(1, 1))))).unwrap();
    trainer.reset(11).unwrap();
    let pixels = vec![90; 784];
    let expected = block_on(trainer.predict(Image { pixels: &pixels, draw: 0 })).unwrap().logits;
    let image = vec![(90.0 / 255.0 - MEAN) / DEVIATION; 784];
    let mut network = inference(&spec, Kernels::Simd);
    network.draw_weights(11).unwrap();
    assert_eq!(block_on(network.forward(&image)).unwrap().1, expected);
}

proptest! {
    /// Whatever the bytes are: an error, no panic, and no reading beyond the end.
    #[test]
    fn any_file_is_refused_with_a_reason(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let mut network = inference(&spec("lenet5"), Kernels::Simd);
        let error = block_on(network.load_weights(&Bytes::new(bytes), |_, _| ())).unwrap_err();
        use WeightsError::{ForeignWeights, MalformedTensor, MalformedWeights};
        prop_assert!(matches!(error, Error::Weights(MalformedWeights { .. } | MalformedTensor { .. } | ForeignWeights { .. })), "{}", error);
    }

    #[test]
    fn a_damaged_header_is_refused(at in 0_usize..400, byte in any::<u8>()) {
        let spec = spec("lenet5");
        let mut bytes = file(&tensors(&spec));
        bytes[at] = byte;
        let mut network = inference(&spec, Kernels::Simd);
        // A byte of blank space or of a name may do no harm, or make a tensor missing.
        let _ = block_on(network.load_weights(&Bytes::new(bytes), |_, _| ()));
    }

    #[test]
    fn a_file_that_is_cut_off_is_refused(cut in 1_usize..200_000) {
        let mut bytes = file(&tensors(&spec("lenet5")));
        bytes.truncate(bytes.len() - cut.min(bytes.len()));
        let mut network = inference(&spec("lenet5"), Kernels::Simd);
        prop_assert!(block_on(network.load_weights(&Bytes::new(bytes), |_, _| ())).is_err());
    }
}
