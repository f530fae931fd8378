//! Finite differences in double precision for every operator: `d loss / d x = (loss(x + step) - loss(x - step)) / (2 step)`, where the loss
//! is the sum of each output times a random upstream gradient.
#![cfg(not(target_arch = "wasm32"))]

mod support;

use std::rc::Rc;

use proptest::prelude::*;
use receptive::backend::cpu::Kernels;
use receptive::error::ShapeError;
use receptive::graph::{Graph, Node, ValueId};
use receptive::ops::adaptive_avg_pool2d::AdaptiveAvgPool2d;
use receptive::ops::add::Add;
use receptive::ops::avg_pool2d::AvgPool2d;
use receptive::ops::batch_norm2d::BatchNorm2d;
use receptive::ops::channel_affine::ChannelAffine;
use receptive::ops::concat::Concat;
use receptive::ops::conv_transpose2d::ConvTranspose2d;
use receptive::ops::conv2d::Conv2d;
use receptive::ops::conv2d::connections::{ConnectedConv2d, Connections};
use receptive::ops::crop2d::Crop2d;
use receptive::ops::dice_loss::DiceLoss;
use receptive::ops::dropout::{Dropout, Source, Unit};
use receptive::ops::flatten::Flatten;
use receptive::ops::global_avg_pool2d::GlobalAvgPool2d;
use receptive::ops::linear::Linear;
use receptive::ops::local_response_norm::LocalResponseNorm;
use receptive::ops::max_pool2d::MaxPool2d;
use receptive::ops::max_unpool2d::MaxUnpool2d;
use receptive::ops::mul_const::{Factor, MulConst};
use receptive::ops::pad_channels::PadChannels;
use receptive::ops::pad2d::Pad2d;
use receptive::ops::rbf::{Codes, Rbf};
use receptive::ops::relu::Relu;
use receptive::ops::softmax::Softmax;
use receptive::ops::softmax_cross_entropy::{Reduction, SoftmaxCrossEntropy};
use receptive::ops::squash::Squash;
use receptive::ops::upsample::Upsample;
use receptive::ops::{Operator, OutputSpec, ParameterSpec, Window, add};
use receptive::rng::Rng;
use receptive::shape::Shape;
use support::{Problem, cases, dot, normal, off_zero, rng, spread};

/// How far apart the two points are from the middle. Double precision leaves about ten digits of the quotient.
const STEP: f64 = 1e-5;
/// Coordinates that are tried of each value.
const TRIED: usize = 12;

/// Compares the gradient of every leaf with finite differences, at random coordinates. `Err` says where they differ. A coordinate whose
/// second difference shows a kink within the step is passed over; how many were is in `Ok`, beside how many were tried.
fn gradcheck(problem: &Problem, rng: &mut Rng) -> Result<(usize, usize), String> {
    let upstream = problem.upstream(rng);
    let analytic = problem.gradients::<f64>(&upstream, Kernels::Scalar);
    let mut forward = problem.forward::<f64>(Kernels::Scalar);
    let names: Vec<String> = problem.outputs.iter().map(|&id| problem.graph.value(id).name.clone()).collect();
    let (mut tried, mut kinks) = (0, 0);
    for ((id, values), gradient) in problem.leaves.iter().zip(&analytic) {
        let name = &problem.graph.value(*id).name;
        let mut loss = |values: &[f64]| {
            forward.write(name, values);
            forward.run();
            names.iter().zip(&upstream).map(|(name, up)| dot(&forward.read(name), up)).sum::<f64>()
        };
        let middle = loss(values);
        for _ in 0..TRIED.min(values.len()) {
            let at = rng.below(values.len() as u32) as usize;
            let mut moved = values.clone();
            moved[at] = values[at] + STEP;
            let above = loss(&moved);
            moved[at] = values[at] - STEP;
            let below = loss(&moved);
            tried += 1;
            if (above - 2.0 * middle + below).abs() > 1e-8 * (1.0 + middle.abs()) {
                kinks += 1;
                continue;
            }
            let (numeric, analytic) = ((above - below) / (2.0 * STEP), gradient[at]);
            let allowed = 1e-7 * (1.0 + middle.abs()) + 1e-6 * numeric.abs();
            let difference = (analytic - numeric).abs();
            if difference.is_nan() || difference > allowed {
                return Err(format!("{name}[{at}]: {analytic} by the rule, {numeric} by differences, {allowed:e} allowed"));
            }
        }
        loss(values);
    }
    Ok((tried, kinks))
}

/// As [`gradcheck`], for problems that were drawn away from kinks.
fn smooth(problem: &Problem, rng: &mut Rng) -> Result<(), TestCaseError> {
    let (tried, kinks) = gradcheck(problem, rng).map_err(TestCaseError::fail)?;
    prop_assert!(tried > 0 && kinks == 0, "{kinks} of {tried} coordinates were at a kink");
    Ok(())
}

/// Kernel, stride, padding and dilation along one axis, and an input size that leaves room for 1 to 4 positions: often exactly one.
fn axis(most_padding: impl Fn(usize) -> usize) -> impl Strategy<Value = [usize; 5]> {
    let sizes = (
        1usize..=4,
        prop_oneof![3 => Just(1usize), 2 => Just(2), 1 => Just(3)],
        0usize..=2,
        prop_oneof![3 => Just(1usize), 1 => Just(2)],
        0usize..=7,
    );
    sizes.prop_map(move |(kernel, stride, padding, dilation, extra)| {
        let padding = padding.min(most_padding(kernel));
        let span = dilation * (kernel - 1) + 1;
        [kernel, stride, padding, dilation, span.saturating_sub(2 * padding).max(1) + extra]
    })
}

fn window(h: [usize; 5], w: [usize; 5]) -> Window {
    Window { kernel_size: [h[0], w[0]], stride: [h[1], w[1]], padding: [h[2], w[2]], dilation: [h[3], w[3]] }
}

/// The shape of a map or of a row of features.
fn map_or_row() -> impl Strategy<Value = Vec<usize>> {
    prop_oneof![
        (1usize..=3, 1usize..=9, 1usize..=3, 1usize..=3).prop_map(|(n, c, h, w)| vec![n, c, h, w]),
        (1usize..=3, 1usize..=9).prop_map(|(n, c)| vec![n, c]),
    ]
}

/// Batch, channels, height and width of a small map: one pixel, one channel, whole vectors and tails.
fn maps() -> impl Strategy<Value = [usize; 4]> {
    (1usize..=3, 1usize..=9, 1usize..=6, 1usize..=6).prop_map(|(n, c, h, w)| [n, c, h, w])
}

/// [`smooth`] of one operator on one map of normal numbers.
fn smooth_map(dims: [usize; 4], operator: impl Operator + 'static, seed: u64) -> Result<(), TestCaseError> {
    let rng = &mut rng(seed);
    let mut problem = Problem::default();
    let x = problem.input("x", &dims, normal(rng, dims.iter().product()));
    let y = problem.apply("y", operator, &[x], rng);
    problem.outputs.push(y);
    smooth(&problem, rng)
}

proptest! {
    #![proptest_config(cases(48))]

    #[test]
    fn conv2d(
        h in axis(|_| 2), w in axis(|_| 2), batch in 1usize..=3, groups in prop_oneof![2 => Just(1usize), 1 => 2usize..=3],
        in_per_group in 1usize..=5, out_per_group in 1usize..=5, bias: bool, seed: u64,
    ) {
        let rng = &mut rng(seed);
        let mut problem = Problem::default();
        let dims = [batch, groups * in_per_group, h[4], w[4]];
        let x = problem.input("x", &dims, normal(rng, dims.iter().product()));
        let operator = Conv2d { out_channels: groups * out_per_group, window: window(h, w), groups, bias };
        let y = problem.apply("conv", operator, &[x], rng);
        problem.outputs.push(y);
        smooth(&problem, rng)?;
    }

    /// A sum of two or three values, of which one may be counted twice.
    #[test]
    fn add(dims in map_or_row(), relu: bool, more: bool, twice: bool, seed: u64) {
        let rng = &mut rng(seed);
        let mut problem = Problem::default();
        let count: usize = dims.iter().product();
        // The sum of the last value, at least 3 from zero, and smaller ones stays off the ReLU's kink.
        let names = if more { &["a", "b", "c"][..] } else { &["a", "b"] };
        let draw = |rng: &mut Rng, last: bool| -> Vec<f64> {
            let small = (0..count).map(|_| rng.symmetric(0.9)).collect::<Vec<f64>>();
            small.into_iter().map(|x| if last { x + 3.9 * x.signum() } else { x }).collect()
        };
        let mut inputs = Vec::new();
        for (i, name) in names.iter().enumerate() {
            let values = draw(rng, i + 1 == names.len());
            inputs.push(problem.input(name, &dims, values));
        }
        if twice {
            inputs.push(inputs[0]);
        }
        let y = problem.apply("add", Add { relu }, &inputs, rng);
        problem.outputs.push(y);
        smooth(&problem, rng)?;
    }

    /// Residuals in a row: gradients that an add hands on are summed with others, an output's among them.
    #[test]
    fn residuals(batch in 1usize..=2, channels in 1usize..=5, size in 1usize..=4, relu: bool, seed: u64) {
        let rng = &mut rng(seed);
        let mut problem = Problem::default();
        let dims = [batch, channels, size, size];
        let x = problem.input("x", &dims, off_zero(rng, dims.iter().product()));
        let point = || Conv2d { out_channels: channels, window: Window::POINT, groups: 1, bias: true };
        let body = problem.apply("body1", point(), &[x], rng);
        let first = problem.apply("add1", Add { relu }, &[body, x], rng);
        let body = problem.apply("body2", point(), &[first], rng);
        let second = problem.apply("add2", Add { relu: false }, &[first, body], rng);
        let third = problem.apply("add3", Add { relu: false }, &[second, first], rng);
        problem.outputs.extend([third, second, first]);
        let (tried, kinks) = gradcheck(&problem, rng).map_err(TestCaseError::fail)?;
        prop_assert!(kinks <= tried / 4, "{} of {} coordinates were at a kink", kinks, tried);
    }

    #[test]
    fn batch_norm2d(batch in 1usize..=4, channels in 1usize..=9, h in 1usize..=4, w in 1usize..=4, affine: bool, training: bool, seed: u64) {
        prop_assume!(!training || batch * h * w > 1);
        let rng = &mut rng(seed);
        let mut problem = Problem::default();
        problem.graph.training = training;
        let dims = [batch, channels, h, w];
        let x = problem.input("x", &dims, normal(rng, dims.iter().product()));
        let y = problem.apply("bn", BatchNorm2d { eps: 1e-2, momentum: 0.1, affine }, &[x], rng);
        problem.outputs.push(y);
        smooth(&problem, rng)?;
    }

    #[test]
    fn channel_affine(dims in map_or_row(), seed: u64) {
        let rng = &mut rng(seed);
        let mut problem = Problem::default();
        let x = problem.input("x", &dims, normal(rng, dims.iter().product()));
        let y = problem.apply("affine", ChannelAffine, &[x], rng);
        problem.outputs.push(y);
        smooth(&problem, rng)?;
    }

    #[test]
    fn mul_const(dims in map_or_row(), number in -3.0f64..3.0, which in 0usize..3, seed: u64) {
        let rng = &mut rng(seed);
        let mut problem = Problem::default();
        let count = dims.iter().product();
        let mut inputs = vec![problem.input("x", &dims, normal(rng, count))];
        match which {
            0 => (),
            1 => inputs.push(problem.given("factor", &[1, 1], vec![number])),
            _ => inputs.push(problem.given("factor", &dims, normal(rng, count))),
        }
        let factor = if which == 0 { Factor::Number(number) } else { Factor::Given };
        let y = problem.apply("mul", MulConst { factor }, &inputs, rng);
        problem.outputs.push(y);
        smooth(&problem, rng)?;
    }

    #[test]
    fn rbf(batch in 1usize..=5, in_features in 1usize..=9, out_features in 1usize..=9, trained: bool, seed: u64) {
        let rng = &mut rng(seed);
        let mut problem = Problem::default();
        let x = problem.input("x", &[batch, in_features], normal(rng, batch * in_features));
        let codes = if trained { Codes::Trained } else { Codes::Random };
        let y = problem.apply("rbf", Rbf { out_features, codes }, &[x], rng);
        problem.outputs.push(y);
        smooth(&problem, rng)?;
    }

    #[test]
    fn dropout(batch in 1usize..=3, features in 1usize..=9, p in 0.0f64..0.9, sample: bool, training: bool, seed: u64) {
        let rng = &mut rng(seed);
        let mut problem = Problem::default();
        problem.graph.training = training;
        let x = problem.input("x", &[batch, features], normal(rng, batch * features));
        let unit = if sample { Unit::Sample } else { Unit::Value };
        let y = problem.apply("drop", Dropout { p, unit, source: Source::Drawn }, &[x], rng);
        problem.outputs.push(y);
        smooth(&problem, rng)?;
    }

    #[test]
    fn conv2d_with_connections(h in axis(|_| 2), w in axis(|_| 2), inputs in 1usize..=5, outputs in 1usize..=6, bias: bool, seed: u64) {
        let rng = &mut rng(seed);
        let mut problem = Problem::default();
        let dims = [2, inputs, h[4], w[4]];
        let x = problem.input("x", &dims, normal(rng, dims.iter().product()));
        let (weight, taps) = (Shape::new(&[outputs, inputs, h[0], w[0]]), h[0] * w[0]);
        let mask: Vec<f32> = (0..outputs * inputs).flat_map(|_| vec![rng.below(2) as f32; taps]).collect();
        let connections = Connections::from_mask(&weight, &mask).unwrap();
        let y = problem.apply("conv", ConnectedConv2d { connections, window: window(h, w), bias }, &[x], rng);
        problem.outputs.push(y);
        smooth(&problem, rng)?;
        let upstream = problem.upstream(rng);
        let dweight = &problem.gradients::<f64>(&upstream, Kernels::Scalar)[1];
        prop_assert!(dweight.iter().zip(&mask).all(|(&gradient, &mask)| mask == 1.0 || gradient == 0.0));
    }

    #[test]
    fn conv_transpose2d(
        h in axis(|_| 2), w in axis(|_| 2), batch in 1usize..=3, groups in prop_oneof![2 => Just(1usize), 1 => 2usize..=3],
        in_per_group in 1usize..=5, out_per_group in 1usize..=5, bias: bool, output_padding in [0usize..=2, 0usize..=2], seed: u64,
    ) {
        let rng = &mut rng(seed);
        let mut problem = Problem::default();
        let window = window(h, w);
        // Room for one output at least, and as much output padding as PyTorch allows.
        let size = |axis: usize| 1 + [h[4], w[4]][axis] % 4 + 2 * window.padding[axis] / window.stride[axis];
        let output_padding = [0, 1].map(|axis| output_padding[axis] % window.stride[axis].max(window.dilation[axis]));
        let dims = [batch, groups * in_per_group, size(0), size(1)];
        let x = problem.input("x", &dims, normal(rng, dims.iter().product()));
        let operator = ConvTranspose2d { out_channels: groups * out_per_group, window, output_padding, groups, bias };
        let y = problem.apply("up", operator, &[x], rng);
        problem.outputs.push(y);
        smooth(&problem, rng)?;
    }

    #[test]
    fn linear(batch in 1usize..=5, in_features in 1usize..=9, out_features in 1usize..=9, bias: bool, seed: u64) {
        let rng = &mut rng(seed);
        let mut problem = Problem::default();
        let x = problem.input("x", &[batch, in_features], normal(rng, batch * in_features));
        let y = problem.apply("fc", Linear { out_features, bias }, &[x], rng);
        problem.outputs.push(y);
        smooth(&problem, rng)?;
    }

    #[test]
    fn local_response_norm(
        batch in 1usize..=2, channels in 1usize..=13, h in 1usize..=3, w in 1usize..=3, size in 1usize..=8, alpha in 0.0f64..0.8,
        beta in prop_oneof![Just(0.75f64), 0.0f64..2.0], k in 0.5f64..2.0, alpha_over_size: bool, seed: u64,
    ) {
        let rng = &mut rng(seed);
        let mut problem = Problem::default();
        let dims = [batch, channels, h, w];
        let x = problem.input("x", &dims, normal(rng, dims.iter().product()));
        let y = problem.apply("lrn", LocalResponseNorm { size, alpha, beta, k, alpha_over_size }, &[x], rng);
        problem.outputs.push(y);
        smooth(&problem, rng)?;
    }

    #[test]
    fn max_pool2d(mut h in axis(|k| k / 2), mut w in axis(|k| k / 2), batch in 1usize..=2, channels in 1usize..=5, ceil_mode: bool, seed: u64) {
        // A window that holds only padding is refused: max_pool2d's own tests see to that.
        for axis in [&mut h, &mut w] {
            axis[4] = axis[4].max(axis[3]);
        }
        let rng = &mut rng(seed);
        let mut problem = Problem::default();
        let dims = [batch, channels, h[4], w[4]];
        let x = problem.input("x", &dims, spread(rng, dims.iter().product()));
        let y = problem.apply("pool", MaxPool2d { window: window(h, w), ceil_mode }, &[x], rng);
        problem.outputs.push(y);
        smooth(&problem, rng)?;
    }

    #[test]
    fn concat(
        channels in prop::collection::vec(prop_oneof![2 => 1usize..=9, 1 => Just(4usize), 1 => Just(8)], 1..=6),
        batch in 1usize..=3, h in 1usize..=4, w in 1usize..=4, rank_2: bool, same: bool, seed: u64,
    ) {
        let rng = &mut rng(seed);
        let mut problem = Problem::default();
        let dims = |channels: usize| if rank_2 { vec![batch, channels] } else { vec![batch, channels, h, w] };
        let mut inputs: Vec<ValueId> = channels
            .iter()
            .enumerate()
            .map(|(i, &channels)| problem.input(&format!("x{i}"), &dims(channels), normal(rng, dims(channels).iter().product())))
            .collect();
        if same {
            inputs.push(inputs[0]);
        }
        let y = problem.apply("concat", Concat, &inputs, rng);
        problem.outputs.push(y);
        smooth(&problem, rng)?;
    }

    /// Of windows that do not overlap: where several values go to one place, only one of them has an effect.
    #[test]
    fn max_unpool2d(mut h in axis(|k| k / 2), mut w in axis(|k| k / 2), batch in 1usize..=2, channels in 1usize..=5, ceil_mode: bool, seed: u64) {
        for axis in [&mut h, &mut w] {
            axis[1] = axis[1].max(axis[0]);
        }
        let rng = &mut rng(seed);
        let mut problem = Problem::default();
        let dims = [batch, channels, h[4], w[4]];
        let pooled = problem.given("pooled", &dims, normal(rng, dims.iter().product()));
        let window = Window { dilation: [1; 2], ..window(h, w) };
        let maxima = problem.apply("pool", MaxPool2d { window, ceil_mode }, &[pooled], rng);
        let (places, shape) = (problem.graph.nodes[0].outputs[1], problem.graph.shape(maxima).clone());
        let x = problem.input("x", shape.dims(), normal(rng, shape.count()));
        let y = problem.apply("unpool", MaxUnpool2d { window, output_size: Some([h[4], w[4]]) }, &[x, places], rng);
        problem.outputs.push(y);
        smooth(&problem, rng)?;
    }

    #[test]
    fn avg_pool2d(
        h in axis(|k| k / 2), w in axis(|k| k / 2), batch in 1usize..=2, channels in 1usize..=5,
        ceil_mode: bool, count_include_pad: bool, divisor_override in prop::option::of(1usize..=9), seed: u64,
    ) {
        let window = Window { dilation: [1; 2], ..window(h, w) };
        let dims = [batch, channels, h[4], w[4]];
        smooth_map(dims, AvgPool2d { window, ceil_mode, count_include_pad, divisor_override }, seed)?;
    }

    #[test]
    fn global_avg_pool2d(dims in maps(), seed: u64) {
        smooth_map(dims, GlobalAvgPool2d, seed)?;
    }

    #[test]
    fn adaptive_avg_pool2d(dims in maps(), out_height in 1usize..=9, out_width in 1usize..=9, seed: u64) {
        smooth_map(dims, AdaptiveAvgPool2d { output_size: [out_height, out_width] }, seed)?;
    }

    #[test]
    fn pad_channels(dims in maps(), before in 0usize..=9, after in 0usize..=9, seed: u64) {
        smooth_map(dims, PadChannels { before, after }, seed)?;
    }

    #[test]
    fn pad2d(dims in maps(), left in 0usize..=3, right in 0usize..=3, top in 0usize..=3, bottom in 0usize..=3, seed: u64) {
        smooth_map(dims, Pad2d { padding: [left, right, top, bottom] }, seed)?;
    }

    #[test]
    fn crop2d(dims in maps(), top in 0usize..=3, left in 0usize..=3, bottom in 0usize..=3, right in 0usize..=3, seed: u64) {
        let [n, c, h, w] = dims;
        smooth_map([n, c, top + h + bottom, left + w + right], Crop2d { offset: [top, left], size: [h, w] }, seed)?;
    }

    #[test]
    fn upsample(dims in maps(), down in 1usize..=3, across in 1usize..=3, seed: u64) {
        smooth_map(dims, Upsample { scale_factor: [down, across] }, seed)?;
    }

    #[test]
    fn relu(dims in prop_oneof![prop::collection::vec(1usize..=7, 1..=2), prop::collection::vec(1usize..=5, 4..=4)], seed: u64) {
        let rng = &mut rng(seed);
        let mut problem = Problem::default();
        let x = problem.input("x", &dims, off_zero(rng, dims.iter().product()));
        let y = problem.apply("relu", Relu, &[x], rng);
        problem.outputs.push(y);
        smooth(&problem, rng)?;
    }

    #[test]
    fn flatten(dims in prop::collection::vec(1usize..=5, 4..=4), seed: u64) {
        let rng = &mut rng(seed);
        let mut problem = Problem::default();
        let x = problem.input("x", &dims, normal(rng, dims.iter().product()));
        let y = problem.apply("flatten", Flatten, &[x], rng);
        problem.outputs.push(y);
        smooth(&problem, rng)?;
    }

    #[test]
    fn squash(dims in map_or_row(), which in 0usize..3, seed: u64) {
        let rng = &mut rng(seed);
        let mut problem = Problem::default();
        let x = problem.input("x", &dims, normal(rng, dims.iter().product()));
        let squash = [Squash::Sigmoid, Squash::Tanh, Squash::ScaledTanh { amplitude: 1.7159, slope: 2.0 / 3.0 }][which].clone();
        let y = problem.apply("squash", squash, &[x], rng);
        problem.outputs.push(y);
        smooth(&problem, rng)?;
    }

    #[test]
    fn softmax(dims in map_or_row(), logarithm: bool, seed: u64) {
        let rng = &mut rng(seed);
        let mut problem = Problem::default();
        let x = problem.input("x", &dims, normal(rng, dims.iter().product()));
        let y = problem.apply("softmax", Softmax { logarithm }, &[x], rng);
        problem.outputs.push(y);
        smooth(&problem, rng)?;
    }

    #[test]
    fn dice_loss(dims in map_or_row(), smooth_term in 0.1f64..2.0, ignore: bool, seed: u64) {
        let rng = &mut rng(seed);
        let mut problem = Problem::default();
        let x = problem.input("x", &dims, normal(rng, dims.iter().product()));
        let classes = dims[1] as u32;
        let items: Vec<usize> = dims.iter().enumerate().filter(|(i, _)| *i != 1).map(|(_, dim)| *dim).collect();
        let drawn = (0..items.iter().product()).map(|_| if ignore && rng.below(3) == 0 { 255 } else { rng.below(classes) }).collect();
        let labels = problem.labels("target", &items, drawn);
        let loss = problem.apply("loss", DiceLoss { smooth: smooth_term, ignore_index: 255 }, &[x, labels], rng);
        problem.outputs.push(loss);
        smooth(&problem, rng)?;
    }

    #[test]
    fn softmax_cross_entropy(
        batch in 1usize..=4, classes in 2usize..=9, pixels in prop::option::of((1usize..=3, 1usize..=3)), label_smoothing in prop_oneof![Just(0.0f32), Just(0.1), Just(1.0)],
        reduction in prop_oneof![Just(Reduction::Mean), Just(Reduction::Sum), Just(Reduction::None)], weighted: bool, soft_target: bool, ignore: bool, seed: u64,
    ) {
        let rng = &mut rng(seed);
        let mut problem = Problem::default();
        let items = pixels.map_or(vec![batch], |(h, w)| vec![batch, h, w]);
        let logits = pixels.map_or(vec![batch, classes], |(h, w)| vec![batch, classes, h, w]);
        let count: usize = logits.iter().product();
        let x = problem.input("x", &logits, normal(rng, count).into_iter().map(|x| 3.0 * x).collect());
        let labels: usize = items.iter().product();
        let target = if soft_target {
            problem.given("target", &logits, (0..count).map(|_| rng.uniform()).collect())
        } else {
            // The first label always counts: a mean over nothing is NaN, in PyTorch too.
            let mut label = |first: bool| if ignore && !first && rng.below(3) == 0 { 255 } else { rng.below(classes as u32) };
            let drawn = (0..labels).map(|i| label(i == 0)).collect();
            problem.labels("target", &items, drawn)
        };
        let mut inputs = vec![x, target];
        if weighted {
            inputs.push(problem.given("class_weight", &[classes], (0..classes).map(|_| 0.1 + rng.uniform()).collect()));
        }
        let operator = SoftmaxCrossEntropy { reduction, label_smoothing, ignore_index: 255, weighted, soft_target };
        let loss = problem.apply("loss", operator, &inputs, rng);
        problem.outputs.push(loss);
        smooth(&problem, rng)?;
    }

    /// A value that several nodes read gets the sum of their gradients, also where it is an output itself.
    #[test]
    fn a_value_read_several_times(batch in 1usize..=2, channels in 1usize..=5, size in 1usize..=4, seed: u64) {
        let rng = &mut rng(seed);
        let mut problem = Problem::default();
        let dims = [batch, channels, size, size];
        let x = problem.input("x", &dims, off_zero(rng, dims.iter().product()));
        let point = |out_channels| Conv2d { out_channels, window: Window::POINT, groups: 1, bias: true };
        let shared = problem.apply("shared", point(3), &[x], rng);
        let left = problem.apply("left", point(5), &[shared], rng);
        let right = problem.apply("right", point(2), &[shared], rng);
        let flat = problem.apply("flat", Flatten, &[shared], rng);
        let direct = problem.apply("direct", Relu, &[x], rng);
        problem.outputs.extend([left, right, flat, direct, shared]);
        smooth(&problem, rng)?;
    }
}

/// conv, relu, pool, conv (strided, grouped), relu, flatten, linear, relu, linear, loss.
fn small_network(rng: &mut Rng) -> Problem {
    let mut problem = Problem::default();
    let mut x = problem.input("x", &[3, 2, 11, 9], normal(rng, 3 * 2 * 11 * 9));
    let window = |kernel: usize, stride: usize, padding: usize| Window {
        kernel_size: [kernel; 2],
        stride: [stride; 2],
        padding: [padding; 2],
        dilation: [1; 2],
    };
    x = problem.apply("conv1", Conv2d { out_channels: 6, window: window(3, 1, 1), groups: 1, bias: true }, &[x], rng);
    x = problem.apply("relu1", Relu, &[x], rng);
    x = problem.apply("pool1", MaxPool2d { window: window(2, 2, 0), ceil_mode: true }, &[x], rng);
    x = problem.apply("conv2", Conv2d { out_channels: 10, window: window(3, 2, 0), groups: 2, bias: false }, &[x], rng);
    x = problem.apply("relu2", Relu, &[x], rng);
    x = problem.apply("flatten", Flatten, &[x], rng);
    x = problem.apply("fc1", Linear { out_features: 7, bias: true }, &[x], rng);
    x = problem.apply("relu3", Relu, &[x], rng);
    x = problem.apply("fc2", Linear { out_features: 5, bias: true }, &[x], rng);
    let labels = problem.labels("labels", &[3], vec![4, 0, 2]);
    let loss = problem.apply("loss", SoftmaxCrossEntropy::default(), &[x, labels], rng);
    problem.outputs.push(loss);
    problem
}

#[test]
fn a_whole_network() {
    for seed in 0..6 {
        let rng = &mut rng(seed);
        let (tried, kinks) = gradcheck(&small_network(rng), rng).unwrap();
        assert!(tried > 70 && 20 * kinks <= tried, "{kinks} of {tried} coordinates were at a kink");
    }
}

/// A backward rule, as [`Operator::backward`] has it; the first argument is the right operator.
type Rule = fn(&dyn Operator, &mut Graph, &Node, ValueId, &[bool]) -> Result<Vec<Option<ValueId>>, ShapeError>;

/// An operator whose gradient is wrong in some way.
#[derive(Debug)]
struct Wrong {
    right: Rc<dyn Operator>,
    rule: Rule,
}

impl Operator for Wrong {
    fn name(&self) -> &'static str {
        self.right.name()
    }

    fn short_name(&self) -> &'static str {
        self.right.short_name()
    }

    fn infer(&self, node: &str, inputs: &[&Shape]) -> Result<Vec<OutputSpec>, ShapeError> {
        self.right.infer(node, inputs)
    }

    fn parameters(&self, inputs: &[&Shape]) -> Vec<ParameterSpec> {
        self.right.parameters(inputs)
    }

    fn forward(&self, graph: &mut Graph, node: &Node) {
        self.right.forward(graph, node);
    }

    fn backward(&self, graph: &mut Graph, node: &Node, dy: ValueId, wants: &[bool]) -> Result<Vec<Option<ValueId>>, ShapeError> {
        (self.rule)(&*self.right, graph, node, dy, wants)
    }
}

/// What the check says of an operator with this rule.
fn error(right: impl Operator + 'static, rule: Rule) -> String {
    let rng = &mut rng(5);
    let mut problem = Problem::default();
    let x = problem.input("x", &[2, 3, 5, 6], off_zero(rng, 180));
    let y = problem.apply("wrong", Wrong { right: Rc::new(right), rule }, &[x], rng);
    problem.outputs.push(y);
    gradcheck(&problem, rng).unwrap_err()
}

fn conv(kernel: usize, padding: usize, dilation: usize) -> Conv2d {
    let window = Window { kernel_size: [kernel; 2], stride: [1; 2], padding: [padding; 2], dilation: [dilation; 2] };
    Conv2d { out_channels: 4, window, groups: 1, bias: true }
}

fn padded(padding: [usize; 2]) -> Conv2d {
    let conv = conv(3, 0, 1);
    Conv2d { window: Window { padding, ..conv.window }, ..conv }
}

/// Each of these is a mistake somebody makes; a check that lets one pass proves nothing.
#[test]
fn wrong_gradients_are_found() {
    let everything_passes = error(Relu, |_, _, _, dy, _| Ok(vec![Some(dy)]));
    assert!(everything_passes.starts_with("x["), "{everything_passes}");
    let twice = error(Flatten, |right, graph, node, dy, wants| {
        let dx = right.backward(graph, node, dy, wants)?;
        Ok(dx.into_iter().map(|dx| dx.map(|dx| add::sum_gradients(graph, "twice", node.inputs[0], dx, dx))).collect())
    });
    assert!(twice.starts_with("x["), "{twice}");
    let other_dilation = error(conv(3, 1, 1), |_, graph, node, dy, wants| conv(3, 2, 2).backward(graph, node, dy, wants));
    assert!(other_dilation.contains("by the rule"), "{other_dilation}");
    let swapped_padding = error(padded([1, 0]), |_, graph, node, dy, wants| padded([0, 1]).backward(graph, node, dy, wants));
    assert!(swapped_padding.contains("by the rule"), "{swapped_padding}");
}
