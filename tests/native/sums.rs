//! Sums over many items keep their digits: in single precision, scalar and SIMD, they agree with double precision where terms that were added one after the
//! other would be off in the fifth digit.
use crate::support::{Machine, Problem, close, normal, rng};
use receptive::backend::cpu::Kernels;
use receptive::core::layout::Layout;
use receptive::core::shape::Shape;
use receptive::ir::graph::{Graph, Role};
use receptive::ir::operator::{Operator, Window};
use receptive::ops::adaptive_avg_pool2d::AdaptiveAvgPool2d;
use receptive::ops::avg_pool2d::AvgPool2d;
use receptive::ops::batch_norm2d::BatchNorm2d;
use receptive::ops::channel_affine::ChannelAffine;
use receptive::ops::conv_transpose2d::ConvTranspose2d;
use receptive::ops::conv2d::Conv2d;
use receptive::ops::dice_loss::DiceLoss;
use receptive::ops::global_avg_pool2d::GlobalAvgPool2d;
use receptive::ops::linear::Linear;
use receptive::ops::rbf::{Codes, Rbf};
use receptive::ops::softmax_cross_entropy::{IGNORE_INDEX, SoftmaxCrossEntropy};
use receptive::ops::upsample::Upsample;
use receptive::optim::clip;
use receptive::optim::hyper::{self, StepParams};

const KERNELS: [Kernels; 2] = [Kernels::Scalar, Kernels::Simd];
/// What a result may be off, relative to the largest: a few roundings.
const DIGITS: f64 = 1e-6;

/// Of a weight's gradient, whose products are added in the register tiles of convolutions: the relative part of the reference cases' rule.
const OF_PRODUCTS: f64 = 1e-5;

/// A number that single precision has.
fn single(value: f64) -> f64 {
    (value as f32).into()
}

/// Results and gradients in single precision against those in double, for this upstream gradient everywhere.
fn keeps_digits(what: &str, problem: &Problem, up: f64) {
    let upstream: Vec<Vec<f64>> = problem.outputs.iter().map(|&id| vec![single(up); problem.graph.shape(id).count()]).collect();
    let results = problem.run::<f64>(Kernels::Scalar);
    let gradients = problem.gradients::<f64>(&upstream, Kernels::Scalar);
    for kernels in KERNELS {
        for (got, want) in problem.run::<f32>(kernels).iter().zip(&results) {
            close(got, want, DIGITS).unwrap_or_else(|error| panic!("{what}, {kernels:?}: {error}"));
        }
        for ((got, want), (leaf, _)) in problem.gradients::<f32>(&upstream, kernels).iter().zip(&gradients).zip(&problem.leaves) {
            let weight = problem.graph.value(*leaf).name.ends_with(".weight");
            close(got, want, if weight { OF_PRODUCTS } else { DIGITS })
                .unwrap_or_else(|error| panic!("gradients of {what}, {kernels:?}: {error}"));
        }
    }
}

/// An operator on an input that is this number everywhere: whatever is rounded in a sum of it is rounded the same way each time.
fn of_equal_values(dims: &[usize], value: f64, up: f64, operator: impl Operator + std::fmt::Debug + 'static) {
    let what = format!("{operator:?}");
    let mut problem = Problem::default();
    let x = problem.input("x", dims, vec![single(value); dims.iter().product()]);
    let y = problem.apply("op", operator, &[x], &mut rng(1));
    for (_, values) in &mut problem.leaves {
        values.iter_mut().for_each(|value| *value = single(*value));
    }
    problem.outputs.push(y);
    keeps_digits(&what, &problem, up);
}

#[test]
fn equal_logits_cost_the_logarithm_of_the_classes() {
    // A batch of U-Net's: 64 pictures of 28 by 28 pixels, 11 classes.
    let mut problem = Problem::default();
    let logits = problem.input("logits", &[64, 11, 28, 28], vec![0.0; 64 * 11 * 784]);
    let labels = problem.labels("labels", &[64, 28, 28], (0..64 * 784).map(|pixel| pixel % 11).collect());
    let loss = problem.apply("loss", SoftmaxCrossEntropy::default(), &[logits, labels], &mut rng(1));
    problem.outputs.push(loss);
    for kernels in KERNELS {
        let loss = problem.run::<f32>(kernels)[0][0];
        assert!((loss - 11f64.ln()).abs() < 1e-6, "{kernels:?}: {loss}");
    }
}

/// Logits `[3, 5, 2160, 1]`, which are 6,480 items of weights from 0.2 to 1, with labels.
fn weighted(labels: impl Fn(usize) -> u32) -> Problem {
    let (mut problem, mut rng) = (Problem::default(), rng(2));
    let logits = problem.input("logits", &[3, 5, 2160, 1], normal(&mut rng, 3 * 5 * 2160).into_iter().map(single).collect());
    let labels = problem.labels("labels", &[3, 2160, 1], (0..6480).map(labels).collect());
    let weights = problem.given("weights", &[5], (1..=5).map(|class| single(f64::from(class) / 5.0)).collect());
    let loss = SoftmaxCrossEntropy { weighted: true, ..SoftmaxCrossEntropy::default() };
    let loss = problem.apply("loss", loss, &[logits, labels, weights], &mut rng);
    problem.outputs.push(loss);
    problem
}

#[test]
fn the_mean_cost_of_many_weighted_items_is_that_of_double_precision() {
    keeps_digits("weighted cross-entropy", &weighted(|item| (item * 7 % 5) as u32), 1.0);
    keeps_digits("with ignored items", &weighted(|item| if item % 3 == 0 { IGNORE_INDEX as u32 } else { (item % 5) as u32 }), 1.0);
}

#[test]
fn gradients_of_parameters_sum_over_all_pixels() {
    let window = Window::POINT;
    let wide = Window { kernel_size: [3, 3], padding: [1, 1], ..Window::POINT };
    of_equal_values(&[64, 1, 28, 28], 0.3, 0.1, Conv2d { out_channels: 3, window, groups: 1, bias: true });
    of_equal_values(&[1, 5, 224, 224], 0.3, 0.1, Conv2d { out_channels: 3, window, groups: 1, bias: true });
    of_equal_values(&[64, 4, 28, 28], 0.3, 0.1, Conv2d { out_channels: 4, window: wide, groups: 4, bias: true });
    of_equal_values(&[64, 4, 28, 28], 0.3, 0.1, ConvTranspose2d { out_channels: 6, window, output_padding: [0; 2], groups: 1, bias: true });
    of_equal_values(&[64, 5, 28, 28], 0.3, 0.1, ChannelAffine);
    of_equal_values(&[4096, 5], 0.3, 0.1, Linear { out_features: 3, bias: true });
    of_equal_values(&[4096, 5], 0.3, 0.1, Rbf { out_features: 3, codes: Codes::Trained });
}

#[test]
fn averages_of_large_maps_are_those_of_their_pixels() {
    let whole = Window { kernel_size: [224, 224], stride: [224, 224], ..Window::POINT };
    of_equal_values(&[1, 5, 224, 224], 0.3, 0.1, GlobalAvgPool2d);
    of_equal_values(&[1, 5, 224, 224], 0.3, 0.1, AdaptiveAvgPool2d { output_size: [1, 2] });
    of_equal_values(
        &[1, 5, 224, 224],
        0.3,
        0.1,
        AvgPool2d { window: whole, ceil_mode: false, count_include_pad: true, divisor_override: None },
    );
    of_equal_values(&[1, 5, 2, 2], 0.3, 0.1, Upsample { scale_factor: [224, 112] });
}

#[test]
fn the_dice_loss_sums_over_all_pixels() {
    let mut problem = Problem::default();
    let logits = problem.input("logits", &[64, 11, 28, 28], vec![0.0; 64 * 11 * 784]);
    let labels = problem.labels("labels", &[64, 28, 28], (0..64 * 784).map(|pixel| pixel % 11).collect());
    let loss = problem.apply("loss", DiceLoss { smooth: 1.0, ignore_index: IGNORE_INDEX }, &[logits, labels], &mut rng(1));
    problem.outputs.push(loss);
    keeps_digits("Dice", &problem, 1.0);
}

#[test]
fn batch_normalization_far_from_zero_is_that_of_double_precision() {
    for (mean, deviation, dims) in
        [(300.0, 1.0, [64, 3, 28, 28]), (300.0, 1.0, [4, 5, 3, 3]), (-1000.0, 2.0, [16, 17, 8, 8]), (0.0, 1.0, [8, 2, 9, 9])]
    {
        let (mut problem, mut rng) = (Problem { graph: Graph { training: true, ..Graph::default() }, ..Problem::default() }, rng(3));
        let values = normal(&mut rng, dims.iter().product()).into_iter().map(|value| single(mean + deviation * value));
        let x = problem.input("x", &dims, values.collect());
        let y = problem.apply("bn", BatchNorm2d { eps: 1e-5, momentum: 0.1, affine: true }, &[x], &mut rng);
        problem.outputs.push(y);
        let upstream: Vec<Vec<f64>> = problem.upstream(&mut rng).into_iter().map(|up| up.into_iter().map(single).collect()).collect();
        for kernels in KERNELS {
            let check = |what: &str, got: &[Vec<f64>], want: &[Vec<f64>]| {
                for (got, want) in got.iter().zip(want) {
                    // The rule of the reference cases, where the error of single precision is nothing.
                    close(got, want, 2e-6).unwrap_or_else(|error| panic!("{what} at mean {mean}, {dims:?}, {kernels:?}: {error}"));
                }
            };
            check("y", &problem.run::<f32>(kernels), &problem.run::<f64>(Kernels::Scalar));
            check("gradients", &problem.gradients::<f32>(&upstream, kernels), &problem.gradients::<f64>(&upstream, Kernels::Scalar));
        }
    }
}

#[test]
fn the_norm_of_many_gradients_is_that_of_their_squares() {
    for (count, value) in [(4_000_000, 1e-3), (1_000_000, 0.7), (100, 0.1)] {
        let value = single(value);
        let mut graph = Graph::default();
        let shape = |len: usize| Shape::new(&[len]);
        let gradients = graph.add("gradients", shape(count), Layout::Activation, false, Role::Input);
        let hyper = graph.add("hyper", shape(hyper::LEN), Layout::Activation, false, Role::State);
        let params = StepParams { len: count as u32, unused: [0; 3] };
        graph.call("clip", &clip::NORM, bytemuck::bytes_of(&params), &[gradients, hyper]);
        for kernels in KERNELS {
            let mut machine = Machine::<f32>::new(&graph, &[], kernels);
            machine.write("gradients", &vec![value; count]);
            let mut told = vec![0.0; hyper::LEN];
            told[hyper::MAX_NORM] = 0.01;
            machine.write("hyper", &told);
            machine.run();
            let norm = 0.01 / machine.read("hyper")[hyper::SCALE];
            let expected = (count as f64).sqrt() * value;
            assert!((norm / expected - 1.0).abs() < 2e-6, "{count} of {value}, {kernels:?}: {norm}, not {expected}");
        }
    }
}

/// What the loss and its gradient are with this label among others.
fn with_label(kernels: Kernels, label: u32, dice: bool) -> (f64, Vec<f64>) {
    let mut problem = Problem::default();
    let logits = problem.input("logits", &[4, 3], normal(&mut rng(5), 12));
    let labels = problem.labels("labels", &[4], vec![0, label, 2, 1]);
    let loss = if dice {
        problem.apply("loss", DiceLoss { smooth: 1.0, ignore_index: IGNORE_INDEX }, &[logits, labels], &mut rng(1))
    } else {
        problem.apply("loss", SoftmaxCrossEntropy::default(), &[logits, labels], &mut rng(1))
    };
    problem.outputs.push(loss);
    (problem.run::<f32>(kernels)[0][0], problem.gradients::<f32>(&[vec![1.0]], kernels).remove(0))
}

#[test]
fn a_label_outside_the_classes_costs_no_number_and_an_ignored_one_nothing() {
    for (kernels, dice) in KERNELS.into_iter().flat_map(|kernels| [(kernels, false), (kernels, true)]) {
        for outside in [3, 11, -1i32 as u32, u32::MAX / 2] {
            let (loss, gradient) = with_label(kernels, outside, dice);
            assert!(loss.is_nan(), "{kernels:?} {dice}, label {outside}: {loss}");
            assert!(gradient[3..6].iter().all(|value| value.is_nan()), "{kernels:?} {dice}, label {outside}: {gradient:?}");
        }
        for inside in [0, 2, IGNORE_INDEX as u32] {
            let (loss, gradient) = with_label(kernels, inside, dice);
            assert!(loss.is_finite() && gradient.iter().all(|value| value.is_finite()), "{kernels:?} {dice}, label {inside}: {loss}");
        }
    }
    // With class weights it is no index of theirs either.
    let weighted = weighted(|item| if item == 100 { 5 } else { 1 });
    for kernels in KERNELS {
        assert!(weighted.run::<f32>(kernels)[0][0].is_nan());
    }
}
