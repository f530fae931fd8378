//! Laws of what joins, moves and averages maps, and that their SIMD kernels compute what the scalar ones do, on drawn shapes.
use crate::support::{Machine, Problem, cases, close, normal, rng, simd_agrees, spread};
use proptest::prelude::*;
use receptive::backend::cpu::Kernels;
use receptive::core::rng::Rng;
use receptive::core::shape::Shape;
use receptive::ir::graph::ValueId;
use receptive::ir::operator::{Operator, Window};
use receptive::ops::adaptive_avg_pool2d::AdaptiveAvgPool2d;
use receptive::ops::avg_pool2d::AvgPool2d;
use receptive::ops::concat::Concat;
use receptive::ops::conv_transpose2d::ConvTranspose2d;
use receptive::ops::crop2d::Crop2d;
use receptive::ops::global_avg_pool2d::GlobalAvgPool2d;
use receptive::ops::max_pool2d::MaxPool2d;
use receptive::ops::max_unpool2d::MaxUnpool2d;
use receptive::ops::pad_channels::PadChannels;
use receptive::ops::pad2d::Pad2d;
use receptive::ops::shift;
use receptive::ops::upsample::Upsample;

/// Batch, channels, height, width: tails, whole vectors, 1x1 maps and batch 1 often.
fn dims() -> impl Strategy<Value = [usize; 4]> {
    let channels = prop_oneof![3 => 1usize..=9, 1 => Just(4usize), 1 => Just(8), 1 => 10usize..=20];
    (1usize..=3, channels, 1usize..=7, 1usize..=7).prop_map(|(n, c, h, w)| [n, c, h, w])
}

/// A window that fits into maps of this size.
fn windows() -> impl Strategy<Value = ([usize; 4], Window)> {
    let pair = |most: usize| (1..=most, 1..=most).prop_map(|(h, w)| [h, w]);
    (dims(), pair(4), pair(3), pair(3)).prop_map(|([n, c, h, w], kernel_size, stride, padding)| {
        let padding = [0, 1].map(|i| (padding[i] - 1).min(kernel_size[i] / 2));
        let least = |i: usize| kernel_size[i] - 2 * padding[i].min(kernel_size[i] / 2);
        ([n, c, h.max(least(0)), w.max(least(1))], Window { kernel_size, stride, padding, dilation: [1; 2] })
    })
}

fn average(window: Window, ceil_mode: bool, count_include_pad: bool) -> AvgPool2d {
    AvgPool2d { window, ceil_mode, count_include_pad, divisor_override: None }
}

fn input(problem: &mut Problem, name: &str, dims: [usize; 4], rng: &mut Rng) -> ValueId {
    problem.input(name, &dims, normal(rng, dims.iter().product()))
}

/// One map through operators in a row.
fn chain(dims: [usize; 4], operators: Vec<Box<dyn Operator>>, rng: &mut Rng) -> Problem {
    let mut problem = Problem::default();
    let mut x = input(&mut problem, "x", dims, rng);
    for (i, operator) in operators.into_iter().enumerate() {
        x = problem.graph.apply(&format!("y{i}"), operator.into(), &[x]).unwrap();
    }
    problem.outputs.push(x);
    problem
}

/// A map through operators is the map itself but for `roundings`: in the scalar kernels in double precision, in the SIMD kernels in single.
fn is_identity(dims: [usize; 4], operators: Vec<Box<dyn Operator>>, roundings: f64, rng: &mut Rng) -> Result<(), TestCaseError> {
    let problem = chain(dims, operators, rng);
    let x = problem.leaves[0].1.clone();
    close(&problem.run::<f64>(Kernels::Scalar)[0], &x, roundings * f64::EPSILON)?;
    let singles: Vec<f64> = x.iter().map(|&x| f64::from(x as f32)).collect();
    close(&problem.run::<f32>(Kernels::Simd)[0], &singles, roundings * f64::from(f32::EPSILON))
}

/// Reorders the channels of maps `[n, channels, pixels]`.
fn permuted(values: &[f64], order: &[usize], batch: usize) -> Vec<f64> {
    let plane = values.len() / (batch * order.len());
    values.chunks(plane * order.len()).flat_map(|image| order.iter().flat_map(move |&c| image[c * plane..][..plane].to_vec())).collect()
}

proptest! {
    #![proptest_config(cases(48))]

    #[test]
    fn what_was_joined_can_be_cut_out_again([n, _, h, w] in dims(), channels in prop::collection::vec(1usize..=9, 1..=5), seed: u64) {
        let rng = &mut rng(seed);
        let mut problem = Problem::default();
        let inputs: Vec<ValueId> = channels.iter().enumerate().map(|(i, &c)| input(&mut problem, &format!("x{i}"), [n, c, h, w], rng)).collect();
        let joined = problem.apply("joined", Concat, &inputs, rng);
        let mut first = 0;
        for (i, &c) in channels.iter().enumerate() {
            let part = problem.graph.temporary(format!("part{i}"), Shape::new(&[n, c, h, w]));
            shift::call(&mut problem.graph, "part", joined, part, [-(first as isize), 0, 0]);
            problem.outputs.push(part);
            first += c;
        }
        for kernels in [Kernels::Scalar, Kernels::Simd] {
            for (part, (_, x)) in problem.run::<f32>(kernels).iter().zip(&problem.leaves) {
                let x: Vec<f64> = x.iter().map(|&x| f64::from(x as f32)).collect();
                prop_assert_eq!(part, &x);
            }
        }
    }

    #[test]
    fn a_border_of_zeros_can_be_cut_off_again(dims in dims(), left in 0usize..=3, right in 0usize..=3, top in 0usize..=3, bottom in 0usize..=3, seed: u64) {
        let [_, _, h, w] = dims;
        let pad = Pad2d { padding: [left, right, top, bottom] };
        let crop = Crop2d { offset: [top, left], size: [h, w] };
        is_identity(dims, vec![Box::new(pad), Box::new(crop)], 0.0, &mut rng(seed))?;
    }

    #[test]
    fn padding_adds_nothing_but_zeros(dims in dims(), sides in prop::array::uniform4(0usize..=3), before in 0usize..=6, after in 0usize..=6, seed: u64) {
        let operators: Vec<Box<dyn Operator>> = vec![Box::new(Pad2d { padding: sides }), Box::new(PadChannels { before, after })];
        let problem = chain(dims, operators, &mut rng(seed));
        for kernels in [Kernels::Scalar, Kernels::Simd] {
            let mut kept = problem.run::<f32>(kernels).remove(0);
            let [n, c, h, w] = dims;
            let count = n * (before + c + after) * (h + sides[2] + sides[3]) * (w + sides[0] + sides[1]);
            prop_assert_eq!(kept.len(), count);
            kept.retain(|&y| y != 0.0);
            let x: Vec<f64> = problem.leaves[0].1.iter().map(|&x| f64::from(x as f32)).collect();
            prop_assert_eq!(kept, x);
        }
    }

    #[test]
    fn averaging_a_constant_gives_the_constant_and_keeps_the_gradients_sum(
        (dims, window) in windows(), ceil_mode: bool, which in 0usize..3, size in prop::array::uniform2(1usize..=9), constant in -5.0..5.0f64, seed: u64,
    ) {
        let rng = &mut rng(seed);
        let operator: Box<dyn Operator> = match which {
            0 => Box::new(average(window, ceil_mode, false)),
            1 => Box::new(GlobalAvgPool2d),
            _ => Box::new(AdaptiveAvgPool2d { output_size: size }),
        };
        let mut problem = chain(dims, vec![operator], rng);
        problem.leaves[0].1.fill(constant);
        for y in &problem.run::<f64>(Kernels::Scalar)[0] {
            prop_assert!((y - constant).abs() < 1e-12);
        }
        let upstream = problem.upstream(rng);
        let passed: f64 = problem.gradients::<f64>(&upstream, Kernels::Scalar)[0].iter().sum();
        prop_assert!((passed - upstream[0].iter().sum::<f64>()).abs() < 1e-9);
    }

    #[test]
    fn averages_over_the_same_windows_are_the_same(dims in dims(), times in prop::array::uniform2(1usize..=4), seed: u64) {
        let run = |dims: [usize; 4], operator: Box<dyn Operator>| chain(dims, vec![operator], &mut rng(seed)).run::<f64>(Kernels::Scalar).remove(0);
        let [n, c, h, w] = dims;
        let whole = Window { kernel_size: [h, w], ..Window::POINT };
        let expected = run(dims, Box::new(GlobalAvgPool2d));
        close(&run(dims, Box::new(AdaptiveAvgPool2d { output_size: [1, 1] })), &expected, 1e-14)?;
        close(&run(dims, Box::new(average(whole, false, true))), &expected, 1e-14)?;
        let tiles = Window { kernel_size: times, stride: times, ..Window::POINT };
        let large = [n, c, h * times[0], w * times[1]];
        let expected = run(large, Box::new(AdaptiveAvgPool2d { output_size: [h, w] }));
        close(&run(large, Box::new(average(tiles, true, false))), &expected, 1e-14)?;
        let sum = AvgPool2d { divisor_override: Some(1), ..average(tiles, false, true) };
        let size = (times[0] * times[1]) as f64;
        let sums: Vec<f64> = run(large, Box::new(sum)).iter().map(|sum| sum / size).collect();
        close(&sums, &expected, 1e-14)?;
    }

    #[test]
    fn permuting_the_channels_permutes_what_is_pooled((dims, window) in windows(), which in 0usize..4, ceil_mode: bool, simd: bool, seed: u64) {
        let rng = &mut rng(seed);
        let operator: Box<dyn Operator> = match which {
            0 => Box::new(average(window, ceil_mode, true)),
            1 => Box::new(GlobalAvgPool2d),
            2 => Box::new(AdaptiveAvgPool2d { output_size: window.kernel_size }),
            _ => Box::new(MaxPool2d { window, ceil_mode }),
        };
        let mut problem = chain(dims, vec![operator], rng);
        let kernels = if simd { Kernels::Simd } else { Kernels::Scalar };
        let y = problem.run::<f32>(kernels).remove(0);
        let mut order: Vec<usize> = (0..dims[1]).collect();
        rng.shuffle(&mut order);
        problem.leaves[0].1 = permuted(&problem.leaves[0].1, &order, dims[0]);
        prop_assert_eq!(problem.run::<f32>(kernels).remove(0), permuted(&y, &order, dims[0]));
    }

    #[test]
    fn the_average_of_what_was_repeated_is_what_it_was(dims in dims(), scale_factor in prop::array::uniform2(1usize..=4), seed: u64) {
        let tiles = Window { kernel_size: scale_factor, stride: scale_factor, ..Window::POINT };
        // Each addition to the sum rounds once, by half an epsilon at most, and so does the division.
        let roundings = (scale_factor[0] * scale_factor[1] + 1) as f64 / 2.0;
        is_identity(dims, vec![Box::new(Upsample { scale_factor }), Box::new(average(tiles, false, true))], roundings, &mut rng(seed))?;
    }

    #[test]
    fn upsampling_is_a_transposed_convolution_with_ones(dims in dims(), scale_factor in prop::array::uniform2(1usize..=4), seed: u64) {
        let rng = &mut rng(seed);
        let mut problem = Problem::default();
        let x = input(&mut problem, "x", dims, rng);
        let window = Window { kernel_size: scale_factor, stride: scale_factor, ..Window::POINT };
        let upconv = ConvTranspose2d { out_channels: dims[1], window, output_padding: [0; 2], groups: dims[1], bias: false };
        let outputs = [problem.apply("up", Upsample { scale_factor }, &[x], rng), problem.apply("upconv", upconv, &[x], rng)];
        problem.leaves[1].1.fill(1.0);
        let mut gradients = Vec::new();
        let mut results = Vec::new();
        let upstream = normal(rng, problem.graph.shape(outputs[0]).count());
        for output in outputs {
            problem.outputs = vec![output];
            results.push(problem.run::<f64>(Kernels::Scalar).remove(0));
            let mut alone = Problem { graph: problem.graph.clone(), leaves: problem.leaves[..1].to_vec(), ..Problem::default() };
            alone.floats = problem.leaves[1..].to_vec();
            alone.outputs = vec![output];
            gradients.push(alone.gradients::<f64>(std::slice::from_ref(&upstream), Kernels::Scalar).remove(0));
        }
        prop_assert_eq!(&results[0], &results[1]);
        close(&gradients[0], &gradients[1], 1e-14)?;
        for (i, y) in results[0].iter().enumerate() {
            let [_, _, h, w] = dims;
            let (width, height) = (w * scale_factor[1], h * scale_factor[0]);
            let (column, row, map) = (i % width, i / width % height, i / width / height);
            prop_assert_eq!(*y, problem.leaves[0].1[(map * h + row / scale_factor[0]) * w + column / scale_factor[1]]);
        }
    }

    #[test]
    fn unpooling_puts_every_maximum_back((dims, window) in windows(), ceil_mode: bool, seed: u64) {
        let rng = &mut rng(seed);
        let mut problem = Problem::default();
        let [n, c, h, w] = dims;
        let values: Vec<f64> = spread(rng, dims.iter().product()).into_iter().map(|x| f64::from(x as f32)).collect();
        let x = problem.input("x", &dims, values.clone());
        let maxima = problem.apply("pool", MaxPool2d { window, ceil_mode }, &[x], rng);
        let places = problem.graph.nodes[0].outputs[1];
        let y = problem.apply("unpool", MaxUnpool2d { window, output_size: Some([h, w]) }, &[maxima, places], rng);
        problem.outputs.push(y);
        for kernels in [Kernels::Scalar, Kernels::Simd] {
            let mut machine = Machine::<f32>::new(&problem.graph, &[places, y], kernels);
            machine.write("x", &values);
            machine.run();
            let places = machine.read_words("pool.argmax");
            let mut expected = vec![0.0; values.len()];
            for (i, &place) in places.iter().enumerate() {
                let at = i / (places.len() / (n * c)) * h * w + place as usize;
                expected[at] = values[at];
            }
            prop_assert_eq!(machine.read("unpool"), expected);
        }
    }

    #[test]
    fn simd_concat_agrees([n, _, h, w] in dims(), channels in prop::collection::vec(prop_oneof![1usize..=20, Just(4), Just(8)], 1..=5), seed: u64) {
        let rng = &mut rng(seed);
        let mut problem = Problem::default();
        let inputs: Vec<ValueId> = channels.iter().enumerate().map(|(i, &c)| input(&mut problem, &format!("x{i}"), [n, c, h, w], rng)).collect();
        let y = problem.apply("concat", Concat, &inputs, rng);
        problem.outputs.push(y);
        simd_agrees(&problem, rng)?;
    }

    #[test]
    fn simd_avg_pool2d_agrees((dims, window) in windows(), ceil_mode: bool, count_include_pad: bool, divisor_override in prop::option::of(1usize..=9), seed: u64) {
        let rng = &mut rng(seed);
        let operator = AvgPool2d { window, ceil_mode, count_include_pad, divisor_override };
        simd_agrees(&chain(dims, vec![Box::new(operator)], rng), rng)?;
    }

    #[test]
    fn simd_global_adaptive_and_upsample_agree(dims in dims(), output_size in prop::array::uniform2(1usize..=9), scale_factor in prop::array::uniform2(1usize..=3), seed: u64) {
        let rng = &mut rng(seed);
        let adapted: Vec<Box<dyn Operator>> = vec![Box::new(Upsample { scale_factor }), Box::new(AdaptiveAvgPool2d { output_size })];
        simd_agrees(&chain(dims, adapted, rng), rng)?;
        simd_agrees(&chain(dims, vec![Box::new(GlobalAvgPool2d)], rng), rng)?;
    }

    #[test]
    fn simd_pads_and_crops_agree(
        dims in dims(), sides in prop::array::uniform4(0usize..=3), cut in prop::array::uniform4(0usize..=3), before in 0usize..=9, after in 0usize..=9, seed: u64,
    ) {
        let rng = &mut rng(seed);
        let [_, _, h, w] = dims;
        let padded = [sides[2] + h + sides[3], sides[0] + w + sides[1]];
        let offset = [cut[0].min(padded[0] - 1), cut[1].min(padded[1] - 1)];
        let size = [(padded[0] - offset[0]).saturating_sub(cut[2]).max(1), (padded[1] - offset[1]).saturating_sub(cut[3]).max(1)];
        let operators: Vec<Box<dyn Operator>> =
            vec![Box::new(PadChannels { before, after }), Box::new(Pad2d { padding: sides }), Box::new(Crop2d { offset, size })];
        simd_agrees(&chain(dims, operators, rng), rng)?;
    }
}

#[test]
fn the_last_of_several_values_for_one_place_counts_and_places_outside_do_not() {
    let window = Window { kernel_size: [2; 2], stride: [2; 2], ..Window::POINT };
    let mut problem = Problem::default();
    let x = problem.input("x", &[1, 2, 2, 2], vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0]);
    let places = problem.labels("places", &[1, 2, 2, 2], vec![5, 15, 5, 0, 16, 3, 3, u32::MAX]);
    let y = problem.apply("unpool", MaxUnpool2d { window, output_size: None }, &[x, places], &mut rng(1));
    problem.outputs.push(y);
    let mut expected = vec![0.0; 32];
    (expected[0], expected[5], expected[15], expected[16 + 3]) = (4.0, 3.0, 2.0, 7.0);
    let upstream: Vec<f64> = (0..32).map(f64::from).collect();
    for kernels in [Kernels::Scalar, Kernels::Simd] {
        assert_eq!(problem.run::<f32>(kernels)[0], expected);
        let gradient = problem.gradients::<f32>(std::slice::from_ref(&upstream), kernels).remove(0);
        assert_eq!(gradient, [5.0, 15.0, 5.0, 0.0, 0.0, 19.0, 19.0, 0.0]);
    }
}
