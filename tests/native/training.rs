//! It trains: a small network learns eight images by heart, and the same seed gives the same bits.
use std::cell::RefCell;
use std::rc::Rc;

use pollster::block_on;
use receptive::backend::cpu::Kernels;
use receptive::core::error::ShapeError;
use receptive::core::rng::{Rng, Stream};
use receptive::executor::AnyExecutor;
use receptive::network::init::draw;
use receptive::network::spec::Spec;
use receptive::network::zoo;
use receptive::optim::sgd::Sgd;
use receptive::programs::TrainingPlan;
use receptive::programs::metrics::Sums;
use serde_json::json;

const SAMPLES: u32 = 8;
const SIZE: u32 = 10;

fn spec(seed: u64) -> Spec {
    let spec = json!({
        "version": 1,
        "input": [1, SIZE, SIZE],
        "layers": [
            {"op": "conv2d", "out_channels": 6, "kernel_size": 3, "padding": 1},
            {"op": "relu"},
            {"op": "max_pool2d", "kernel_size": 2},
            {"op": "conv2d", "out_channels": 5, "kernel_size": 3},
            {"op": "relu"},
            {"op": "flatten"},
            {"op": "linear", "out_features": 10}
        ],
        "training": {"batch_size": SAMPLES, "seed": seed, "init": "kaiming"}
    });
    Spec::from_json(&spec).unwrap()
}

/// Bright squares in different places on noise, one for each label: images that can be told apart.
fn samples() -> (Vec<u32>, Vec<u32>) {
    let mut rng = Rng::new(11, Stream::Order);
    let mut pixels = Vec::new();
    for sample in 0..SAMPLES {
        let (top, left) = (2 * (sample / 4) + 2, 2 * (sample % 4));
        for (row, column) in (0..SIZE).flat_map(|row| (0..SIZE).map(move |column| (row, column))) {
            let inside = (top..top + 3).contains(&row) && (left..left + 3).contains(&column);
            pixels.push(if inside { 200 + rng.below(56) as u8 } else { rng.below(60) as u8 });
        }
    }
    let packed = pixels.chunks(4).map(|four| u32::from_le_bytes(four.try_into().unwrap())).collect();
    (packed, (0..SAMPLES).collect())
}

/// The loss of every step, the sums of an evaluation after the last, and the parameters as they are stored.
fn train(kernels: Kernels, seed: u64, steps: usize) -> (Vec<f64>, Sums, Vec<f32>) {
    train_spec(&spec(seed), kernels, steps)
}

fn train_spec(spec: &Spec, kernels: Kernels, steps: usize) -> (Vec<f64>, Sums, Vec<f32>) {
    let seed = spec.training.seed;
    let network = TrainingPlan::new(spec).unwrap();
    let (plan, train, evaluate) = (&network.plan, &network.train, &network.evaluate);
    let (images, labels) = samples();
    let share = |buffer, words: Vec<u32>| {
        let capacity = words.len();
        (buffer, Rc::new(RefCell::new(words)), capacity)
    };
    let external = [share(network.data().images, images), share(network.data().labels, labels)];
    let mut executor = block_on(AnyExecutor::cpu(kernels, plan, &external)).unwrap();
    let mut rng = Rng::new(seed, Stream::Parameters);
    for parameter in &plan.parameters {
        let drawn = draw(&parameter.spec, spec.training.init, &mut rng);
        executor.write_value(&parameter.name, &plan.parameter_place(parameter, 0), &drawn).unwrap();
    }
    let (sums, hyper) = (train.sums, train.optimizer.as_ref().unwrap().hyper);
    let sgd = Sgd { learning_rate: 0.05, ..Sgd::default() };
    executor.write_words(train.indices, &(0..SAMPLES).collect::<Vec<u32>>()).unwrap();
    let mut losses = Vec::new();
    for step in 0..steps {
        executor.write_words(sums, &vec![0; sums.len]).unwrap();
        executor.write_stored(hyper, &sgd.hyper(step == 0)).unwrap();
        executor.run(train.program).unwrap();
        losses.push(Sums::from_words(&block_on(executor.read_words(sums)).unwrap()).mean_loss());
    }
    let sums = evaluate.sums;
    executor.write_words(sums, &vec![0; sums.len]).unwrap();
    executor.run(evaluate.program).unwrap();
    let evaluation = Sums::from_words(&block_on(executor.read_words(sums)).unwrap());
    let mut parameters = Vec::new();
    for parameter in &plan.parameters {
        let place = plan.parameter_place(parameter, 0);
        let stored = block_on(executor.read_stored(place.range)).unwrap();
        let canonical = place.layout.restore(&place.shape, &stored);
        assert_eq!(place.layout.store(&place.shape, &canonical), stored, "{}: the pad lanes stay zero", parameter.name);
        parameters.extend(stored);
    }
    (losses, evaluation, parameters)
}

#[test]
fn eight_images_are_learned_by_heart() {
    for kernels in [Kernels::Scalar, Kernels::Simd] {
        let (losses, evaluation, _) = train(kernels, 1, 120);
        assert!((losses[0] - 10f64.ln()).abs() < 1.5, "a new network knows nothing: {}", losses[0]);
        assert!(losses[119] < 0.02, "{kernels:?}: {:?}", &losses[100..]);
        assert_eq!((evaluation.items, evaluation.top1, evaluation.finite), (8, 8, true));
        assert!(evaluation.mean_loss() < 0.02);
        assert_eq!((0..8).map(|label| evaluation.confusion[label * 10 + label]).sum::<u32>(), 8);
    }
}

#[test]
fn the_same_seed_gives_the_same_bits_and_another_does_not() {
    for kernels in [Kernels::Scalar, Kernels::Simd] {
        let bits = |seed| train(kernels, seed, 12).2.into_iter().map(f32::to_bits).collect::<Vec<u32>>();
        assert_eq!(bits(7), bits(7));
        assert_ne!(bits(7), bits(8));
    }
}

#[test]
fn both_kernel_sets_walk_the_same_way() {
    let ((scalar, ..), (simd, ..)) = (train(Kernels::Scalar, 3, 20), train(Kernels::Simd, 3, 20));
    for (step, (scalar, simd)) in scalar.iter().zip(&simd).enumerate() {
        assert!((scalar - simd).abs() < 1e-3 * scalar, "step {step}: {scalar} and {simd}");
    }
}

/// [`spec`] with a second classifier in the middle.
fn spec_with_head(loss_weight: f64) -> Spec {
    let spec = json!({
        "version": 1,
        "input": [1, SIZE, SIZE],
        "layers": [
            {"op": "conv2d", "name": "shared", "out_channels": 6, "kernel_size": 3, "padding": 1},
            {"op": "relu"},
            {"op": "max_pool2d", "kernel_size": 2},
            {"head": {"name": "aux", "loss_weight": loss_weight, "body": [{"op": "flatten"}, {"op": "linear", "out_features": 10}]}},
            {"op": "conv2d", "out_channels": 5, "kernel_size": 3},
            {"op": "relu"},
            {"op": "flatten"},
            {"op": "linear", "out_features": 10}
        ],
        "training": {"batch_size": SAMPLES, "seed": 1, "init": "kaiming"}
    });
    Spec::from_json(&spec).unwrap()
}

#[test]
fn a_heads_loss_counts_as_much_as_its_weight_says() {
    let plan = TrainingPlan::new(&spec_with_head(0.3)).unwrap().plan;
    let uses = |program: &receptive::ir::program::Program| program.steps.iter().any(|step| step.node.starts_with("aux."));
    assert_eq!(plan.programs.iter().map(uses).collect::<Vec<_>>(), [true, false, false], "heads are for training");
    let place = |name: &str| plan.parameters.iter().find(|parameter| parameter.name == name).unwrap().clone();
    let (shared, head, own) = (place("shared.weight"), place("aux.fc1.weight"), place("fc1.weight"));
    for kernels in [Kernels::Scalar, Kernels::Simd] {
        // The first step moves by the gradient, which is linear in the weight.
        let [without, half, whole] = [0.0, 0.5, 1.0].map(|weight| train_spec(&spec_with_head(weight), kernels, 1).2);
        let start = train_spec(&spec_with_head(1.0), kernels, 0).2;
        for (name, offset) in [("shared", shared.offset), ("head", head.offset), ("own", own.offset)] {
            let moved: Vec<[f32; 3]> =
                (offset..offset + 40).map(|i| [without[i], half[i], whole[i]].map(|value| value - start[i])).collect();
            for [without, half, whole] in &moved {
                assert!((half - (without + whole) / 2.0).abs() < 1e-6, "{name}: {without} {half} {whole}");
            }
            let changes = |a: usize, b: usize| moved.iter().any(|moved| (moved[a] - moved[b]).abs() > 1e-4);
            assert_eq!(changes(0, 2), name != "own", "{name}: what lies behind the head does not see its loss");
            assert_eq!(moved.iter().any(|moved| moved[0] != 0.0), name != "head", "{name}");
        }
        let (losses, evaluation, _) = train_spec(&spec_with_head(0.3), kernels, 120);
        assert!(losses[119] < 0.02 && evaluation.top1 == 8, "{kernels:?}: {:?}", &losses[100..]);
        assert!((evaluation.mean_loss() - losses[119]).abs() < 0.01, "metrics are of the network's own output");
    }
}

/// The images are of one size, and what reads them counts on it.
#[test]
fn images_of_another_size_are_refused_by_the_trainer() {
    let mut spec = Spec::from_json(&zoo::preset("lenet5").unwrap().spec).unwrap();
    spec.input = [1, 32, 32];
    let refused = TrainingPlan::within_memory(&spec, 1 << 40).unwrap_err();
    assert!(matches!(&refused, ShapeError::ShapesDiffer { node, .. } if node == "input"), "{refused}");
}
