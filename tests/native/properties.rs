//! Laws that hold whatever the numbers are, and that the SIMD kernels compute what the scalar ones do, on drawn shapes.
use crate::support::{Machine, Problem, cases, close, dot, normal, off_zero, rng, simd_agrees, spread};
use proptest::prelude::*;
use receptive::backend::cpu::Kernels;
use receptive::core::rng::{Rng, Stream};
use receptive::ir::operator::Window;
use receptive::ops::add::Add;
use receptive::ops::batch_norm2d::BatchNorm2d;
use receptive::ops::channel_affine::ChannelAffine;
use receptive::ops::conv_transpose2d::ConvTranspose2d;
use receptive::ops::conv2d::Conv2d;
use receptive::ops::conv2d::connections::{ConnectedConv2d, Connections};
use receptive::ops::dice_loss::DiceLoss;
use receptive::ops::flatten::Flatten;
use receptive::ops::linear::Linear;
use receptive::ops::local_response_norm::LocalResponseNorm;
use receptive::ops::max_pool2d::MaxPool2d;
use receptive::ops::mul_const::{Factor, MulConst};
use receptive::ops::rbf::{Codes, Rbf};
use receptive::ops::relu::Relu;
use receptive::ops::softmax::Softmax;
use receptive::ops::softmax_cross_entropy::SoftmaxCrossEntropy;
use receptive::ops::squash::Squash;

/// Batch, groups, input and output channels of a group, height, width, kernel, stride, padding, dilation: tails, 1x1 maps and batch 1 often.
fn geometry() -> impl Strategy<Value = ([usize; 6], Window)> {
    let small = || prop_oneof![2 => Just(1usize), 3 => 2usize..=9, 1 => 10usize..=20];
    let pair = |range: std::ops::RangeInclusive<usize>| (range.clone(), range).prop_map(|(h, w)| [h, w]);
    let sizes = (1usize..=3, prop_oneof![3 => Just(1usize), 1 => 2usize..=4], small(), small(), pair(0..=9));
    (sizes, pair(1..=5), pair(1..=3), pair(0..=2), pair(1..=2)).prop_map(
        |((n, groups, i, o, extra), kernel_size, stride, padding, dilation)| {
            let size = |axis: usize| {
                let span = dilation[axis] * (kernel_size[axis] - 1) + 1;
                span.saturating_sub(2 * padding[axis]).max(1) + extra[axis]
            };
            ([n, groups, i, o, size(0), size(1)], Window { kernel_size, stride, padding, dilation })
        },
    )
}

/// A convolution of a drawn shape, applied to random numbers.
fn convolution([n, groups, i, o, h, w]: [usize; 6], window: Window, bias: bool, rng: &mut Rng) -> Problem {
    let mut problem = Problem::default();
    let dims = [n, groups * i, h, w];
    let x = problem.input("x", &dims, normal(rng, dims.iter().product()));
    let y = problem.apply("conv", Conv2d { out_channels: groups * o, window, groups, bias }, &[x], rng);
    problem.outputs.push(y);
    problem
}

/// The transposed convolution that goes back from the output of a convolution of a drawn shape to its input's size.
fn transposed([n, groups, i, o, h, w]: [usize; 6], window: Window, bias: bool, rng: &mut Rng) -> Problem {
    let mut problem = Problem::default();
    let [out_h, out_w] = window.output_size("conv", [h, w]).unwrap();
    let output_padding = [0, 1].map(|axis| {
        let span = window.dilation[axis] * (window.kernel_size[axis] - 1) + 1;
        ([h, w][axis] + 2 * window.padding[axis] - span) % window.stride[axis]
    });
    let dims = [n, groups * o, out_h, out_w];
    let x = problem.input("x", &dims, normal(rng, dims.iter().product()));
    let y = problem.apply("up", ConvTranspose2d { out_channels: groups * i, window, output_padding, groups, bias }, &[x], rng);
    problem.outputs.push(y);
    problem
}

proptest! {
    #![proptest_config(cases(48))]

    #[test]
    fn convolution_is_linear_in_its_input((sizes, window) in geometry(), a in -3.0..3.0f64, b in -3.0..3.0f64, seed: u64) {
        let rng = &mut rng(seed);
        let mut problem = convolution(sizes, window, false, rng);
        let first = problem.leaves[0].1.clone();
        let second = normal(rng, first.len());
        let [y_first, y_second, y_sum] = [first.clone(), second.clone(), first.iter().zip(&second).map(|(x, y)| a * x + b * y).collect()].map(|x| {
            problem.leaves[0].1 = x;
            problem.run::<f64>(Kernels::Scalar).remove(0)
        });
        let expected: Vec<f64> = y_first.iter().zip(&y_second).map(|(x, y)| a * x + b * y).collect();
        close(&y_sum, &expected, 1e-12)?;
    }

    #[test]
    fn permuting_the_output_channels_permutes_the_output((sizes, window) in geometry(), seed: u64) {
        let rng = &mut rng(seed);
        let sizes = [sizes[0], 1, sizes[2], sizes[3], sizes[4], sizes[5]];
        let mut problem = convolution(sizes, window, true, rng);
        let y = problem.run::<f32>(Kernels::Scalar).remove(0);
        let mut order: Vec<usize> = (0..sizes[3]).collect();
        rng.shuffle(&mut order);
        let permuted = |values: &[f64]| -> Vec<f64> {
            let len = values.len() / order.len();
            order.iter().flat_map(|&o| values[o * len..][..len].to_vec()).collect()
        };
        for leaf in [1, 2] {
            problem.leaves[leaf].1 = permuted(&problem.leaves[leaf].1);
        }
        let plane = y.len() / sizes[0];
        let expected: Vec<f64> = y.chunks(plane).flat_map(permuted).collect();
        prop_assert_eq!(problem.run::<f32>(Kernels::Scalar).remove(0), expected);
    }

    /// `<conv(x), y> = <x, conv_transpose(y)>` with the same weight.
    #[test]
    fn a_transposed_convolution_is_the_adjoint_of_the_convolution((sizes, window) in geometry(), seed: u64) {
        let rng = &mut rng(seed);
        let there = convolution(sizes, window, false, rng);
        let mut back = transposed(sizes, window, false, rng);
        back.leaves[1].1 = there.leaves[1].1.clone();
        let (x, y) = (&there.leaves[0].1, &back.leaves[0].1);
        let (forward, adjoint) = (there.run::<f64>(Kernels::Scalar).remove(0), back.run::<f64>(Kernels::Scalar).remove(0));
        prop_assert_eq!(x.len(), adjoint.len());
        let size = (dot(x, x) * dot(&adjoint, &adjoint)).sqrt();
        prop_assert!((dot(&forward, y) - dot(x, &adjoint)).abs() <= 1e-12 * (1.0 + size));
    }

    #[test]
    fn the_gradient_of_a_bias_sums_the_upstream((sizes, window) in geometry(), seed: u64) {
        let rng = &mut rng(seed);
        let problem = convolution(sizes, window, true, rng);
        let upstream = problem.upstream(rng);
        let channels = sizes[1] * sizes[3];
        let plane = upstream[0].len() / (sizes[0] * channels);
        let mut expected = vec![0.0; channels];
        for (row, values) in upstream[0].chunks(plane).enumerate() {
            expected[row % channels] += values.iter().sum::<f64>();
        }
        close(&problem.gradients::<f64>(&upstream, Kernels::Scalar)[2], &expected, 1e-11)?;
    }

    #[test]
    fn pooling_a_constant_gives_the_constant_and_keeps_the_gradients_sum((sizes, window) in geometry(), constant in -5.0..5.0f64, ceil_mode: bool, seed: u64) {
        let rng = &mut rng(seed);
        let mut problem = Problem::default();
        let padding = [0, 1].map(|axis| window.padding[axis].min(window.kernel_size[axis] / 2));
        // Less padding may leave no room for a window: give it back as input.
        let dims = [sizes[0], sizes[2], sizes[4] + 4, sizes[5] + 4];
        let x = problem.input("x", &dims, vec![constant; dims.iter().product()]);
        let y = problem.apply("pool", MaxPool2d { window: Window { padding, ..window }, ceil_mode }, &[x], rng);
        problem.outputs.push(y);
        prop_assert!(problem.run::<f64>(Kernels::Scalar)[0].iter().all(|&y| y == constant));
        let upstream = problem.upstream(rng);
        let passed: f64 = problem.gradients::<f64>(&upstream, Kernels::Scalar)[0].iter().sum();
        prop_assert!((passed - upstream[0].iter().sum::<f64>()).abs() < 1e-9);
    }

    #[test]
    fn logits_shifted_together_cost_the_same_and_their_gradient_sums_to_zero(batch in 1usize..=5, classes in 2usize..=11, shift in -50.0..50.0f64, seed: u64) {
        let rng = &mut rng(seed);
        let mut problem = Problem::default();
        let x = problem.input("x", &[batch, classes], normal(rng, batch * classes));
        let drawn = (0..batch).map(|_| rng.below(classes as u32)).collect();
        let labels = problem.labels("labels", &[batch], drawn);
        let loss = problem.apply("loss", SoftmaxCrossEntropy::default(), &[x, labels], rng);
        problem.outputs.push(loss);
        let cost = problem.run::<f64>(Kernels::Scalar)[0][0];
        for row in problem.gradients::<f64>(&[vec![1.0]], Kernels::Scalar)[0].chunks(classes) {
            prop_assert!(row.iter().sum::<f64>().abs() < 1e-12);
        }
        problem.leaves[0].1.iter_mut().for_each(|x| *x += shift);
        prop_assert!((problem.run::<f64>(Kernels::Scalar)[0][0] - cost).abs() < 1e-11);
    }

    #[test]
    fn simd_conv2d_agrees((sizes, window) in geometry(), bias: bool, with_relu: bool, seed: u64) {
        let rng = &mut rng(seed);
        let mut problem = convolution(sizes, window, bias, rng);
        if with_relu {
            // Whole numbers, so that both precisions see the same sign.
            problem.leaves.iter_mut().flat_map(|(_, values)| values).for_each(|x| *x = (4.0 * *x).round());
            problem.outputs[0] = problem.apply("relu", Relu, &[problem.outputs[0]], rng);
        }
        simd_agrees(&problem, rng)?;
    }

    /// The weights that a mask leaves out might as well be zero.
    #[test]
    fn connections_are_a_dense_convolution_with_zeros(batch in 1usize..=3, bias: bool, seed: u64) {
        let rng = &mut rng(seed);
        let window = Window { kernel_size: [5; 2], ..Window::POINT };
        let mut dense = convolution([batch, 1, 6, 16, 9, 8], window, bias, rng);
        let mut connected = Problem::default();
        let x = connected.input("x", &[batch, 6, 9, 8], dense.leaves[0].1.clone());
        let y = connected.apply("conv", ConnectedConv2d { connections: Connections::lenet5(), window, bias }, &[x], rng);
        connected.outputs.push(y);
        let gradients = connected.gradients::<f64>(&[vec![1.0; batch * 16 * 5 * 4]], Kernels::Scalar);
        for (to, (_, from)) in dense.leaves.iter_mut().zip(&connected.leaves) {
            to.1.clone_from(from);
        }
        for (weight, gradient) in dense.leaves[1].1.iter_mut().zip(&gradients[1]) {
            *weight = if *gradient == 0.0 { 0.0 } else { *weight };
        }
        prop_assert_eq!(connected.run::<f64>(Kernels::Scalar), dense.run::<f64>(Kernels::Scalar));
        simd_agrees(&connected, rng)?;
    }

    #[test]
    fn simd_conv_transpose2d_agrees((sizes, window) in geometry(), bias: bool, seed: u64) {
        let rng = &mut rng(seed);
        simd_agrees(&transposed(sizes, window, bias, rng), rng)?;
    }

    #[test]
    fn simd_linear_agrees(batch in 1usize..=9, in_features in 1usize..=70, out_features in 1usize..=40, bias: bool, seed: u64) {
        let rng = &mut rng(seed);
        let mut problem = Problem::default();
        let x = problem.input("x", &[batch, in_features], normal(rng, batch * in_features));
        let y = problem.apply("fc", Linear { out_features, bias }, &[x], rng);
        problem.outputs.push(y);
        simd_agrees(&problem, rng)?;
    }

    #[test]
    fn simd_max_pool2d_relu_and_flatten_agree((sizes, window) in geometry(), ceil_mode: bool, seed: u64) {
        let rng = &mut rng(seed);
        let mut problem = Problem::default();
        let padding = [0, 1].map(|axis| window.padding[axis].min(window.kernel_size[axis] / 2));
        let dims = [sizes[0], sizes[2], sizes[4] + 4, sizes[5] + 4];
        let count = dims.iter().product();
        let x = problem.input("x", &dims, spread(rng, count));
        let y = problem.apply("pool", MaxPool2d { window: Window { padding, ..window }, ceil_mode }, &[x], rng);
        let flat = problem.apply("flat", Flatten, &[y], rng);
        let other = problem.input("other", &dims, off_zero(rng, count));
        let relu = problem.apply("relu", Relu, &[other], rng);
        problem.outputs.extend([flat, relu]);
        simd_agrees(&problem, rng)?;
    }
}

#[test]
fn an_exact_tie_goes_to_the_first_in_row_major_order() {
    for kernels in [Kernels::Scalar, Kernels::Simd] {
        let rng = &mut rng(1);
        let mut problem = Problem::default();
        let x = problem.input("x", &[1, 5, 4, 4], vec![2.0; 80]);
        let window = Window { kernel_size: [3; 2], ..Window::POINT };
        problem.apply("pool", MaxPool2d { window, ceil_mode: false }, &[x], rng);
        let argmax = problem.graph.nodes[0].outputs[1];
        let mut machine = Machine::<f32>::new(&problem.graph, &[argmax], kernels);
        machine.write("x", &[2.0; 80]);
        machine.run();
        assert_eq!(machine.read_words("pool.argmax"), [0, 1, 4, 5].repeat(5));
    }
}

proptest! {
    #![proptest_config(cases(64))]

    #[test]
    fn batch_norm_in_training_gives_every_channel_mean_beta_and_deviation_gamma(
        batch in 1usize..=5, channels in 1usize..=9, h in 1usize..=12, w in 1usize..=12, shift in -100.0f64..100.0, seed: u64,
    ) {
        prop_assume!(batch * h * w > 8);
        let rng = &mut rng(seed);
        let mut problem = Problem::default();
        problem.graph.training = true;
        let dims = [batch, channels, h, w];
        let values: Vec<f64> = normal(rng, dims.iter().product()).into_iter().map(|x| 3.0 * x + shift).collect();
        let x = problem.input("x", &dims, values);
        let y = problem.apply("bn", BatchNorm2d { eps: 1e-5, momentum: 0.1, affine: true }, &[x], rng);
        problem.outputs.push(y);
        let (gamma, beta) = (problem.leaves[1].1.clone(), problem.leaves[2].1.clone());
        let (plane, count) = (h * w, (batch * h * w) as f64);
        for (kernels, made) in [(Kernels::Scalar, problem.run::<f64>(Kernels::Scalar)), (Kernels::Simd, problem.run::<f32>(Kernels::Simd))] {
            for c in 0..channels {
                let of_channel = || made[0].chunks(plane).skip(c).step_by(channels).flatten().copied();
                let mean = of_channel().sum::<f64>() / count;
                let deviation = (of_channel().map(|y| (y - mean) * (y - mean)).sum::<f64>() / count).sqrt();
                prop_assert!((mean - beta[c]).abs() < 2e-3, "{:?}: mean {} where {} is expected", kernels, mean, beta[c]);
                prop_assert!((deviation - gamma[c].abs()).abs() < 2e-3 * (1.0 + gamma[c].abs()), "{:?}: {} for {}", kernels, deviation, gamma[c]);
            }
        }
    }

    #[test]
    fn batch_norm_is_the_same_on_simd_and_scalar(
        batch in 1usize..=5, channels in 1usize..=9, h in 1usize..=12, w in 1usize..=12, training: bool, affine: bool, seed: u64,
    ) {
        prop_assume!(batch * h * w > 1);
        let rng = &mut rng(seed);
        let mut problem = Problem::default();
        problem.graph.training = training;
        let dims = [batch, channels, h, w];
        let x = problem.input("x", &dims, normal(rng, dims.iter().product()));
        let y = problem.apply("bn", BatchNorm2d { eps: 1e-2, momentum: 0.1, affine }, &[x], rng);
        problem.outputs.push(y);
        simd_agrees(&problem, rng)?;
    }
}

/// What an operator without parameters makes of a matrix.
fn of_rows(operator: impl receptive::ir::operator::Operator + 'static, dims: &[usize], values: Vec<f64>) -> Vec<f64> {
    let mut problem = Problem::default();
    let x = problem.input("x", dims, values);
    let y = problem.apply("y", operator, &[x], &mut rng(0));
    problem.outputs.push(y);
    problem.run::<f64>(Kernels::Scalar).remove(0)
}

proptest! {
    #![proptest_config(cases(64))]

    #[test]
    fn softmax_makes_distributions_that_a_shift_of_the_logits_does_not_change(n in 1usize..=4, c in 1usize..=12, shift in -50.0f64..50.0, seed: u64) {
        let values = normal(&mut rng(seed), n * c);
        let made = of_rows(Softmax { logarithm: false }, &[n, c], values.clone());
        for row in made.chunks(c) {
            prop_assert!((row.iter().sum::<f64>() - 1.0).abs() < 1e-12 && row.iter().all(|p| *p > 0.0));
        }
        let shifted = of_rows(Softmax { logarithm: false }, &[n, c], values.iter().map(|x| x + shift).collect());
        close(&shifted, &made, 1e-12)?;
        let logarithms = of_rows(Softmax { logarithm: true }, &[n, c], values);
        close(&logarithms.iter().map(|x| x.exp()).collect::<Vec<_>>(), &made, 1e-12)?;
    }

    #[test]
    fn squashing_functions_are_odd_about_their_middle_and_stay_in_bounds(n in 1usize..=4, c in 1usize..=12, scale in 0.1f64..1e4, seed: u64) {
        let values: Vec<f64> = normal(&mut rng(seed), n * c).into_iter().map(|x| x * scale).collect();
        let minus: Vec<f64> = values.iter().map(|x| -x).collect();
        for (squash, middle, reach) in [(Squash::Sigmoid, 0.5, 0.5), (Squash::Tanh, 0.0, 1.0), (Squash::ScaledTanh { amplitude: 1.7159, slope: 0.5 }, 0.0, 1.7159)] {
            let (there, back) = (of_rows(squash.clone(), &[n, c], values.clone()), of_rows(squash, &[n, c], minus.clone()));
            for (a, b) in there.iter().zip(&back) {
                prop_assert!((a + b - 2.0 * middle).abs() < 1e-7 && (a - middle).abs() <= reach + 1e-7, "{} and {}", a, b);
            }
        }
    }

    #[test]
    fn dice_is_near_zero_for_the_truth_and_near_one_for_its_opposite(n in 1usize..=3, c in 2usize..=6, h in 1usize..=4, w in 1usize..=4, seed: u64) {
        let rng = &mut rng(seed);
        let labels: Vec<u32> = (0..n * h * w).map(|_| rng.below(c as u32)).collect();
        for (turn, right) in [(0, true), (1, false)] {
            let mut problem = Problem::default();
            let logit = |i: usize, class: usize, pixel: usize| if (labels[i * h * w + pixel] as usize + turn) % c == class { 50.0 } else { -50.0 };
            let values = (0..n * c * h * w).map(|at| logit(at / (c * h * w), at / (h * w) % c, at % (h * w))).collect();
            let x = problem.input("x", &[n, c, h, w], values);
            let target = problem.labels("target", &[n, h, w], labels.clone());
            let loss = problem.apply("loss", DiceLoss { smooth: 1e-6, ignore_index: -100 }, &[x, target], rng);
            problem.outputs.push(loss);
            let loss = problem.run::<f64>(Kernels::Scalar)[0][0];
            // Of a class that is neither there nor predicted nothing is wrong.
            let absent = (0..c as u32).filter(|class| !labels.iter().any(|label| label == class || (label + turn as u32) % c as u32 == *class)).count();
            let expected = if right { 0.0 } else { 1.0 - absent as f64 / c as f64 };
            prop_assert!((loss - expected).abs() < 1e-4, "{} where {} is expected", loss, expected);
        }
    }
}

proptest! {
    #![proptest_config(cases(48))]

    /// A ReLU after a sum is the same as a sum with one, and the planner makes the one into the other.
    #[test]
    fn a_relu_folds_into_a_sum(batch in 1usize..=3, c in 1usize..=9, h in 1usize..=4, w in 1usize..=4, seed: u64) {
        let rng = &mut rng(seed);
        let dims = [batch, c, h, w];
        let [a, b] = [0, 1].map(|_| (0..dims.iter().product()).map(|_| f64::from(rng.below(9)) - 4.0).collect::<Vec<f64>>());
        let made = |together: bool| {
            let mut problem = Problem::default();
            let inputs = [problem.input("a", &dims, a.clone()), problem.input("b", &dims, b.clone())];
            let mut y = problem.apply("add", Add { relu: together }, &inputs, &mut rng.clone());
            if !together {
                y = problem.apply("relu", Relu, &[y], &mut rng.clone());
            }
            problem.outputs.push(y);
            problem
        };
        let (together, apart) = (made(true), made(false));
        let calls = Machine::<f32>::new(&apart.graph, &apart.outputs, Kernels::Simd).steps();
        prop_assert_eq!(calls, 1, "the relu is not folded");
        let upstream = together.upstream(rng);
        for kernels in [Kernels::Scalar, Kernels::Simd] {
            prop_assert_eq!(together.run::<f32>(kernels), apart.run::<f32>(kernels));
            prop_assert_eq!(together.gradients::<f32>(&upstream, kernels), apart.gradients::<f32>(&upstream, kernels));
        }
        simd_agrees(&together, rng)?;
    }

    #[test]
    fn local_response_norm_without_alpha_divides_by_a_power_of_k(c in 1usize..=9, size in 1usize..=6, beta in 0.0f64..2.0, k in 0.5f64..4.0, seed: u64) {
        // Numbers that single precision, in which kernels get them, has too.
        let (beta, k) = (f64::from(beta as f32), f64::from(k as f32));
        let dims = [2, c, 2, 3];
        let values = normal(&mut rng(seed), dims.iter().product());
        let made = of_rows(LocalResponseNorm { size, alpha: 0.0, beta, k, alpha_over_size: false }, &dims, values.clone());
        close(&made, &values.iter().map(|x| x / k.powf(beta)).collect::<Vec<_>>(), 1e-14)?;
    }

    /// Channel by channel as the formula has it, over a plain vector.
    #[test]
    fn local_response_norm_is_its_formula(c in 1usize..=13, size in 1usize..=9, alpha_over_size: bool, seed: u64) {
        let values = normal(&mut rng(seed), c);
        let made = of_rows(LocalResponseNorm { size, alpha: 0.5, beta: 0.75, k: 2.0, alpha_over_size }, &[1, c, 1, 1], values.clone());
        let scale = if alpha_over_size { f64::from((0.5 / size as f64) as f32) } else { 0.5 };
        let expected = (0..c).map(|i| {
            let window = (0..c).filter(|&j| j + size / 2 >= i && j <= i + (size - 1) / 2);
            values[i] / (2.0 + scale * window.map(|j| values[j] * values[j]).sum::<f64>()).powf(0.75)
        });
        close(&made, &expected.collect::<Vec<_>>(), 1e-14)?;
    }

    #[test]
    fn simd_local_response_norm_agrees(
        batch in 1usize..=2, c in 1usize..=21, h in 1usize..=3, size in 1usize..=30, beta in prop_oneof![Just(0.75f64), Just(2.0), 0.0f64..2.0],
        alpha_over_size: bool, seed: u64,
    ) {
        let rng = &mut rng(seed);
        let mut problem = Problem::default();
        let dims = [batch, c, h, 2];
        let x = problem.input("x", &dims, normal(rng, dims.iter().product()));
        let y = problem.apply("lrn", LocalResponseNorm { size, alpha: 0.3, beta, k: 1.0, alpha_over_size }, &[x], rng);
        problem.outputs.push(y);
        simd_agrees(&problem, rng)?;
    }
}

proptest! {
    #![proptest_config(cases(48))]

    #[test]
    fn simd_channel_affine_agrees(batch in 1usize..=3, c in 1usize..=9, h in 1usize..=12, w in 1usize..=5, with_relu: bool, seed: u64) {
        let rng = &mut rng(seed);
        let mut problem = Problem::default();
        let dims = [batch, c, h, w];
        let x = problem.input("x", &dims, normal(rng, dims.iter().product()));
        let mut y = problem.apply("affine", ChannelAffine, &[x], rng);
        if with_relu {
            // Whole numbers, so that both precisions see the same sign.
            problem.leaves.iter_mut().flat_map(|(_, values)| values).for_each(|x| *x = (4.0 * *x).round());
            y = problem.apply("relu", Relu, &[y], rng);
        }
        problem.outputs.push(y);
        simd_agrees(&problem, rng)?;
    }

    /// Factors undo each other, and one number is the same as that number for every value.
    #[test]
    fn multiplying_is_the_same_by_a_number_and_by_a_constant_of_it(n in 1usize..=3, c in 1usize..=9, exponent in -6i32..=6, seed: u64) {
        let (number, values) = (2f64.powi(exponent), normal(&mut rng(seed), n * c));
        let scaled = of_rows(MulConst { factor: Factor::Number(number) }, &[n, c], values.clone());
        prop_assert_eq!(&of_rows(MulConst { factor: Factor::Number(1.0 / number) }, &[n, c], scaled.clone()), &values);
        for dims in [vec![1, 1], vec![n, c]] {
            let mut problem = Problem::default();
            let x = problem.input("x", &[n, c], values.clone());
            let factor = problem.given("factor", &dims, vec![number; dims.iter().product()]);
            let y = problem.apply("mul", MulConst { factor: Factor::Given }, &[x, factor], &mut rng(0));
            problem.outputs.push(y);
            prop_assert_eq!(&problem.run::<f64>(Kernels::Scalar)[0], &scaled);
        }
    }

    /// At a code its own distance is zero, and moving input and codes together changes none.
    #[test]
    fn distances_to_codes_are_zero_at_a_code_and_move_along(features in 1usize..=9, codes in 1usize..=9, shift in -5.0f64..5.0, seed: u64) {
        let rng = &mut rng(seed);
        let mut problem = Problem::default();
        let x = problem.input("x", &[1, features], vec![0.0; features]);
        let y = problem.apply("rbf", Rbf { out_features: codes, codes: Codes::Trained }, &[x], rng);
        problem.outputs.push(y);
        let at = rng.below(codes as u32) as usize;
        problem.leaves[0].1 = problem.leaves[1].1[at * features..][..features].to_vec();
        let distances = problem.run::<f64>(Kernels::Scalar).remove(0);
        prop_assert!(distances[at] == 0.0 && distances.iter().all(|distance| *distance >= 0.0));
        problem.leaves.iter_mut().flat_map(|(_, values)| values).for_each(|x| *x += shift);
        close(&problem.run::<f64>(Kernels::Scalar)[0], &distances, 1e-12)?;
    }
}

/// LeNet-5's outputs: an image of F6 that is a digit's code has distance 0 to it, and to every other at least 40 (ten pixels, each off by 2).
#[test]
fn a_digits_code_is_nearest_to_itself() {
    let mut problem = Problem::default();
    let x = problem.input("x", &[1, 84], vec![0.0; 84]);
    let y = problem.apply("rbf", Rbf { out_features: 10, codes: Codes::Digits }, &[x], &mut rng(0));
    problem.outputs.push(y);
    assert_eq!(problem.run::<f32>(Kernels::Scalar)[0], [84.0; 10]);
    // From 0 the gradient of one distance is -2 times the code.
    for digit in 0..10 {
        let mut upstream = vec![0.0; 10];
        upstream[digit] = -0.5;
        let code = problem.gradients::<f32>(&[upstream], Kernels::Scalar).remove(0);
        let moved = of_rows(Rbf { out_features: 10, codes: Codes::Digits }, &[1, 84], code);
        assert_eq!(moved[digit], 0.0);
        assert!(moved.iter().enumerate().all(|(other, distance)| other == digit || *distance >= 40.0), "{digit}: {moved:?}");
    }
}

#[test]
fn squashing_functions_end_where_they_should() {
    let values = [f64::INFINITY, f64::NEG_INFINITY, 1e38, -1e38, 100.0, -100.0, 0.0, f64::NAN];
    let ends = [1.0, -1.0, 1.0, -1.0, 1.0, -1.0, 0.0];
    for (squash, [low, high]) in
        [(Squash::Sigmoid, [0.0, 1.0]), (Squash::Tanh, [-1.0, 1.0]), (Squash::ScaledTanh { amplitude: 2.0, slope: 0.5 }, [-2.0, 2.0])]
    {
        let mut problem = Problem::default();
        let x = problem.input("x", &[1, 8], values.to_vec());
        let y = problem.apply("y", squash, &[x], &mut rng(0));
        problem.outputs.push(y);
        let y = problem.run::<f32>(Kernels::Simd).remove(0);
        let expected = ends.map(|end| f64::midpoint(low, high) + end * (high - low) / 2.0);
        assert!(y.iter().zip(expected).all(|(y, end)| (y - end).abs() < 1e-30), "{y:?}");
        assert!(y[7].is_nan());
        let dx = problem.gradients::<f32>(&[vec![1.0; 8]], Kernels::Simd).remove(0);
        assert!(dx[..6].iter().all(|dx| dx.abs() < 1e-30) && dx[6] > 0.0 && dx[7].is_nan(), "{dx:?}");
    }
}

proptest! {
    #![proptest_config(cases(48))]

    /// Classes have no order, and pixels that do not count have no gradient and no effect.
    #[test]
    fn dice_takes_classes_in_any_order_and_leaves_ignored_pixels_out(n in 1usize..=3, c in 2usize..=6, pixels in 1usize..=9, seed: u64) {
        let rng = &mut rng(seed);
        let count = n * c * pixels;
        let labels: Vec<u32> = (0..n * pixels).map(|_| if rng.below(4) == 0 { 255 } else { rng.below(c as u32) }).collect();
        let logits = normal(rng, count);
        let problem = |logits: &[f64], labels: Vec<u32>| {
            let mut problem = Problem::default();
            let x = problem.input("x", &[n, c, pixels, 1], logits.to_vec());
            let target = problem.labels("target", &[n, pixels, 1], labels);
            let loss = problem.apply("loss", DiceLoss { smooth: 1.0, ignore_index: 255 }, &[x, target], &mut Rng::new(0, Stream::Order));
            problem.outputs.push(loss);
            problem
        };
        let given = problem(&logits, labels.clone());
        let loss = given.run::<f64>(Kernels::Scalar)[0][0];
        let mut order: Vec<usize> = (0..c).collect();
        rng.shuffle(&mut order);
        let permuted: Vec<f64> = logits.chunks(c * pixels).flat_map(|sample| order.iter().flat_map(|&o| sample[o * pixels..][..pixels].to_vec())).collect();
        let renamed = labels.iter().map(|&label| order.iter().position(|&o| o == label as usize).map_or(255, |at| at as u32)).collect();
        prop_assert!((problem(&permuted, renamed).run::<f64>(Kernels::Scalar)[0][0] - loss).abs() < 1e-12);

        let ignored = |at: usize| labels[at / (c * pixels) * pixels + at % pixels] == 255;
        let gradient = given.gradients::<f64>(&[vec![1.0]], Kernels::Scalar).remove(0);
        prop_assert!((0..count).all(|at| !ignored(at) || gradient[at] == 0.0));
        let changed: Vec<f64> = logits.iter().enumerate().map(|(at, &x)| if ignored(at) { 9.0 - x } else { x }).collect();
        prop_assert_eq!(problem(&changed, labels.clone()).run::<f64>(Kernels::Scalar)[0][0], loss);
    }
}
