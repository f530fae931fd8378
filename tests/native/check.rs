//! One batch on every kernel set: results agree within the tolerance of the reference cases, and the steps' times are those of the whole.
use pollster::block_on;
use receptive::backend::Device;
use receptive::backend::cpu::Kernels;
use receptive::check::{Check, Difference, Tensor, compare};
use receptive::core::error::{DataError, Error};
use receptive::core::rng::{Rng, Stream};
use receptive::data::dataset::PIXELS;
use receptive::data::shard::Shard;
use receptive::network::spec::Spec;
use receptive::network::zoo::preset;

const BATCH: usize = 6;

fn spec(name: &str) -> Spec {
    let mut spec = Spec::from_json(&preset(name).unwrap().spec).unwrap();
    spec.training.batch_size = BATCH;
    spec
}

/// Noise with a label each.
fn images() -> (Vec<u8>, Vec<u8>) {
    let mut rng = Rng::new(3, Stream::Order);
    let pixels = (0..BATCH * PIXELS).map(|_| rng.below(256) as u8).collect();
    (pixels, (0..BATCH as u8).collect())
}

fn check(spec: &Spec, device: Option<Kernels>) -> Result<Check, Error> {
    let (pixels, labels) = images();
    let shard = Shard { first_index: 0, images: BATCH, rows: 28, columns: 28, total: BATCH, pixels: &pixels, labels: &labels };
    block_on(Check::new(spec, device.map(Device::Cpu), &shard))
}

fn results(spec: &Spec, device: Option<Kernels>) -> Vec<Tensor> {
    let mut check = check(spec, device).unwrap();
    block_on(check.run(1)).unwrap();
    block_on(check.results()).unwrap()
}

#[test]
fn the_reference_is_no_different_from_itself_and_simd_hardly() {
    // A plain network; batch normalization and shortcuts; a class for every pixel.
    for name in ["lenet5", "resnet8", "unet"] {
        let spec = spec(name);
        let [exact, scalar, simd] = [None, Some(Kernels::Scalar), Some(Kernels::Simd)].map(|device| results(&spec, device));
        let itself = compare(&scalar, &exact, &scalar);
        assert!(itself.iter().all(|difference| difference.passes && difference.largest == 0.0), "{name}: {itself:?}");
        let apart = compare(&scalar, &exact, &simd);
        assert!(apart.iter().all(|difference| difference.passes), "{name}: {:?}", apart.iter().find(|difference| !difference.passes));
        assert!(apart.iter().any(|difference| difference.largest > 0.0), "{name}: other orders of summation round otherwise");
        assert!(apart.iter().all(|difference| difference.largest <= 1e-3 * difference.magnitude), "{name}: {apart:?}");
    }
}

#[test]
fn every_parameter_has_a_gradient_and_a_wrong_one_is_named() {
    let spec = spec("lenet5");
    let [exact, scalar] = [None, Some(Kernels::Scalar)].map(|device| results(&spec, device));
    let names: Vec<&str> = scalar.iter().map(|tensor| tensor.name.as_str()).collect();
    assert_eq!(names[..4], ["loss", "logits", "conv1.weight", "conv1.bias"]);
    assert_eq!(names.len(), 2 + 2 * 5);
    assert_eq!((scalar[0].values.len(), scalar[1].values.len()), (1, BATCH * 10));
    assert!(scalar.iter().all(|tensor| tensor.values.iter().any(|&value| value != 0.0)));
    let mut wrong = scalar.clone();
    wrong[5].values[3] *= 1.01;
    let failing: Vec<Difference> = compare(&scalar, &exact, &wrong).into_iter().filter(|difference| !difference.passes).collect();
    assert_eq!(failing.iter().map(|difference| difference.name.as_str()).collect::<Vec<_>>(), [names[5]]);
}

#[test]
fn a_run_repeats_and_timing_its_steps_changes_nothing() {
    let spec = spec("resnet8");
    let mut check = check(&spec, Some(Kernels::Simd)).unwrap();
    block_on(check.run(1)).unwrap();
    let once = block_on(check.results()).unwrap();
    for step in 0..check.steps().len() {
        block_on(check.time(step, 3, 2)).unwrap();
    }
    assert_eq!(block_on(check.results()).unwrap(), once, "after the steps one by one");
    block_on(check.run(2)).unwrap();
    assert_eq!(block_on(check.results()).unwrap(), once, "after the whole again");
}

#[test]
fn the_times_of_the_steps_add_up_to_that_of_the_whole() {
    let mut check = check(&spec("lenet5"), Some(Kernels::Scalar)).unwrap();
    let steps = check.steps().len();
    assert!(!check.is_backward(0) && check.is_backward(steps - 1));
    assert!((0..steps - 1).all(|step| check.is_backward(step) <= check.is_backward(step + 1)));
    let least = |times: Vec<f64>| times.into_iter().fold(f64::INFINITY, f64::min);
    // The machine may be busy with other tests: the least of several, and again if need be.
    let mut ratios = (0..5).map(|_| {
        let whole = least((0..5).map(|_| block_on(check.run(1)).unwrap()).collect());
        let parts: Vec<f64> = (0..steps).map(|step| least(block_on(check.time(step, 4, 5)).unwrap()) / 4.0).collect();
        assert!(parts.iter().all(|&part| part > 0.0), "{parts:?}");
        parts.iter().sum::<f64>() / whole
    });
    let mut seen = Vec::new();
    let adds_up = ratios.any(|ratio| {
        seen.push(ratio);
        (0.7..1.4).contains(&ratio)
    });
    assert!(adds_up, "{seen:?}");
}

#[test]
fn what_cannot_be_run_is_refused() {
    let mut spec = spec("lenet5");
    spec.training.batch_size = BATCH + 1;
    let error = check(&spec, Some(Kernels::Simd)).unwrap_err();
    assert_eq!(error, DataError::InvalidIndex { index: BATCH, total: BATCH }.into());
}
