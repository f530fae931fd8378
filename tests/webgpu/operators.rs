//! Single operators over geometries with tails, groups, dilation, wide strides and wide padding.

use receptive::backend::wgpu::Wgpu;
use receptive::core::layout::{Layout, channel_stride};
use receptive::core::rng::{Rng, Stream};
use receptive::core::shape::Shape;
use receptive::data::augment::Augmentation;
use receptive::data::clutter::{CLUTTER, ClutterParams, NOISE};
use receptive::data::gather::{self, GatherParams, NO_IMAGE};
use receptive::data::kind::DataKind;
use receptive::data::mnist::Mnist;
use receptive::ir::graph::Call;
use receptive::ir::operator::{Operator, Window};
use receptive::ops::adaptive_avg_pool2d::AdaptiveAvgPool2d;
use receptive::ops::add::Add;
use receptive::ops::avg_pool2d::AvgPool2d;
use receptive::ops::channel_affine::ChannelAffine;
use receptive::ops::concat::Concat;
use receptive::ops::conv_transpose2d::ConvTranspose2d;
use receptive::ops::conv2d::Conv2d;
use receptive::ops::conv2d::connections::{ConnectedConv2d, Connections};
use receptive::ops::crop2d::Crop2d;
use receptive::ops::dice_loss::DiceLoss;
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
use receptive::ops::softmax_cross_entropy::{IGNORE_INDEX, Reduction, SoftmaxCrossEntropy};
use receptive::ops::squash::Squash;
use receptive::ops::upsample::Upsample;
use receptive::programs::metrics::{self, MetricsParams};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::compare::{Case, open};

/// Batch, input channels, height, width; output channels, kernel, stride, padding, dilation, groups, bias.
type Geometry = ([usize; 4], usize, [usize; 2], [usize; 2], [usize; 2], [usize; 2], usize, bool);

/// One operator on one map, forward and backward.
async fn map(wgpu: &Wgpu, seed: u64, dims: &[usize], operator: impl Operator + std::fmt::Debug + 'static) {
    let mut case = Case::new(format!("{dims:?} {operator:?}"), seed);
    let x = case.random_floats("x", dims);
    let y = case.apply(operator, &[x]);
    case.backward(y, &[x]);
    case.check(wgpu).await;
}

fn convolution(what: &str, seed: u64, (input, out_channels, kernel_size, stride, padding, dilation, groups, bias): Geometry) -> Case {
    let window = Window { kernel_size, stride, padding, dilation };
    let operator = Conv2d { out_channels, window, groups, bias };
    let mut case = Case::new(format!("{what}: {input:?} {operator:?}"), seed);
    let x = case.random_floats("x", &input);
    let y = case.apply(operator, &[x]);
    case.backward(y, &[x]);
    case
}

#[wasm_bindgen_test]
async fn conv2d_of_chosen_geometries() {
    let wgpu = open().await;
    let cases: [(&str, Geometry); 16] = [
        ("LeNet's first", ([5, 1, 28, 28], 6, [5, 5], [1, 1], [2, 2], [1, 1], 1, true)),
        ("LeNet's second", ([4, 6, 14, 14], 16, [5, 5], [1, 1], [0, 0], [1, 1], 1, true)),
        ("batch 1, one pixel", ([1, 3, 1, 1], 5, [1, 1], [1, 1], [0, 0], [1, 1], 1, true)),
        ("vectors", ([3, 8, 6, 5], 16, [3, 3], [1, 1], [1, 1], [1, 1], 1, false)),
        ("twelve to twenty", ([2, 12, 5, 4], 20, [3, 2], [2, 1], [1, 0], [1, 2], 1, true)),
        ("stride beyond the kernel", ([2, 4, 9, 10], 4, [2, 1], [3, 4], [0, 1], [1, 1], 1, true)),
        ("padding of the kernel's size", ([2, 5, 3, 2], 7, [3, 2], [2, 1], [4, 3], [1, 1], 1, true)),
        ("dilation", ([2, 3, 9, 11], 9, [3, 2], [2, 3], [2, 1], [3, 4], 1, true)),
        ("two groups of eight", ([3, 16, 5, 5], 16, [3, 3], [1, 1], [1, 1], [1, 1], 2, true)),
        ("two groups of four", ([2, 8, 4, 5], 8, [3, 3], [2, 1], [1, 1], [1, 1], 2, true)),
        ("groups of four and eight", ([2, 8, 4, 5], 16, [3, 1], [1, 1], [1, 0], [1, 1], 2, true)),
        ("groups of eight and four", ([2, 16, 4, 5], 8, [1, 3], [1, 2], [0, 1], [1, 1], 2, false)),
        ("groups of three and two", ([2, 9, 4, 5], 6, [3, 3], [1, 1], [1, 1], [1, 1], 3, true)),
        ("depthwise", ([2, 10, 6, 5], 10, [3, 3], [1, 2], [1, 1], [1, 1], 10, true)),
        ("depthwise, two each", ([1, 5, 6, 5], 10, [3, 3], [2, 1], [2, 0], [2, 1], 5, false)),
        ("larger than its workgroups", ([9, 3, 33, 17], 13, [3, 3], [1, 1], [1, 1], [1, 1], 1, true)),
    ];
    for (seed, (what, geometry)) in cases.into_iter().enumerate() {
        convolution(what, seed as u64, geometry).check(&wgpu).await;
    }
}

#[wasm_bindgen_test]
async fn conv2d_of_random_geometries() {
    let wgpu = open().await;
    let mut random = Rng::new(11, Stream::Order);
    for seed in 0..60 {
        let mut upto = |most: u32| random.below(most) as usize + 1;
        let groups = [1, 1, 1, 2, 3, 4][upto(6) - 1];
        let (in_channels, out_channels) = (groups * upto(9), groups * upto(9));
        let kernel_size = [upto(4), upto(4)];
        let (stride, dilation) = ([upto(3), upto(3)], [upto(2), upto(2)]);
        let padding = [upto(5) - 1, upto(5) - 1];
        // At least one window fits.
        let least = |i: usize| (dilation[i] * (kernel_size[i] - 1) + 1).saturating_sub(2 * padding[i]).max(1);
        let input = [upto(5), in_channels, least(0) + upto(8) - 1, least(1) + upto(8) - 1];
        let bias = upto(2) == 1;
        let geometry = (input, out_channels, kernel_size, stride, padding, dilation, groups, bias);
        convolution("random", 100 + seed, geometry).check(&wgpu).await;
    }
}

/// The kernels of a case that have something for chips to do.
fn for_chips(case: &Case) -> Vec<&'static str> {
    let differ = |call: &&Call| !std::ptr::eq(call.kernel.passes_for(&call.params, true), call.kernel.passes_for(&call.params, false));
    let calls = case.graph.calls.iter().filter(differ);
    calls.map(|call| call.kernel.name).collect()
}

#[wasm_bindgen_test]
async fn conv2d_in_tiles_as_on_chips() {
    let wgpu = open().await.with_chip_passes(true);
    let (forward, input, weight, parameters) =
        ("conv2d.forward", "conv2d.input_gradient", "conv2d.weight_gradient", "conv2d.parameter_gradients");
    let cases: [(&[&str], Geometry); 8] = [
        (&[forward, input], ([6, 16, 28, 28], 16, [3, 3], [1, 1], [1, 1], [1, 1], 1, false)),
        (&[forward], ([9, 3, 17, 33], 32, [5, 4], [1, 1], [2, 0], [1, 1], 1, true)),
        (&[forward, parameters, input], ([17, 20, 13, 11], 70, [3, 2], [1, 1], [1, 2], [1, 2], 1, true)),
        (&[forward, weight], ([16, 16, 17, 17], 40, [3, 3], [2, 2], [1, 1], [1, 1], 1, false)),
        (&[forward, parameters, input], ([16, 64, 12, 12], 24, [1, 1], [1, 1], [0, 0], [1, 1], 1, true)),
        (&[forward, parameters], ([10, 12, 31, 30], 19, [3, 5], [1, 2], [3, 1], [2, 1], 1, true)),
        (&[forward, input], ([33, 11, 12, 12], 130, [2, 2], [1, 1], [2, 2], [1, 1], 1, true)),
        (&[], ([1, 16, 9, 9], 32, [3, 3], [1, 1], [1, 1], [1, 1], 1, true)),
    ];
    for (seed, (kernels, geometry)) in cases.into_iter().enumerate() {
        let case = convolution("in tiles", 200 + seed as u64, geometry);
        assert_eq!(for_chips(&case), kernels, "{}", case.what);
        case.check(&wgpu).await;
    }
}

#[wasm_bindgen_test]
async fn conv2d_in_tiles_with_relus_folded_in() {
    let window = Window { kernel_size: [3, 3], stride: [1, 1], padding: [1, 1], dilation: [1, 1] };
    let mut case = Case::new("relu + conv2d + relu in tiles", 1);
    let x = case.random_floats("x", &[9, 20, 17, 19]);
    let y = case.apply(Relu, &[x]);
    let y = case.graph.apply("conv", std::rc::Rc::new(Conv2d { out_channels: 34, window, groups: 1, bias: true }), &[y]).expect("it fits");
    let y = case.apply(Relu, &[y]);
    case.backward(y, &[x]);
    assert_eq!(for_chips(&case), ["conv2d.forward", "conv2d.parameter_gradients", "conv2d.input_gradient"]);
    case.check(&open().await.with_chip_passes(true)).await;
}

#[wasm_bindgen_test]
async fn conv2d_with_a_relu_folded_in() {
    let wgpu = open().await;
    for (seed, groups) in [(1, 1), (2, 3)] {
        let window = Window { kernel_size: [3, 3], stride: [1, 1], padding: [1, 1], dilation: [1, 1] };
        let mut case = Case::new(format!("conv2d + relu, {groups} groups"), seed);
        let x = case.random_floats("x", &[3, 6, 5, 5]);
        let y = case.graph.apply("conv", std::rc::Rc::new(Conv2d { out_channels: 9, window, groups, bias: true }), &[x]).expect("it fits");
        let y = case.apply(Relu, &[y]);
        case.backward(y, &[x]);
        case.check(&wgpu).await;
    }
}

#[wasm_bindgen_test]
async fn conv2d_with_connections() {
    let wgpu = open().await;
    let mut case = Case::new("LeNet's C3", 1);
    let x = case.random_floats("x", &[3, 6, 14, 14]);
    let window = Window { kernel_size: [5, 5], ..Window::POINT };
    let y = case.apply(ConnectedConv2d { connections: Connections::lenet5(), window, bias: true }, &[x]);
    case.backward(y, &[x]);
    case.check(&wgpu).await;
}

#[wasm_bindgen_test]
async fn conv_transpose2d() {
    let wgpu = open().await;
    // The geometry, as of conv2d's cases, and the output padding.
    let cases: [(Geometry, [usize; 2]); 7] = [
        (([5, 6, 5, 7], 3, [2, 2], [2, 2], [0, 0], [1, 1], 1, true), [0, 0]),
        (([2, 33, 9, 9], 18, [3, 3], [2, 2], [1, 1], [1, 1], 1, true), [1, 1]),
        (([1, 2, 4, 3], 3, [5, 5], [3, 3], [2, 2], [1, 1], 1, true), [2, 1]),
        (([2, 6, 4, 5], 4, [3, 3], [2, 2], [1, 1], [1, 1], 2, false), [0, 1]),
        (([2, 16, 4, 5], 16, [3, 1], [1, 2], [1, 0], [3, 1], 2, true), [2, 1]),
        (([1, 5, 6, 6], 5, [3, 3], [2, 2], [1, 1], [1, 1], 5, true), [1, 1]),
        (([9, 3, 17, 9], 13, [2, 3], [3, 4], [0, 1], [1, 2], 1, true), [2, 3]),
    ];
    for (seed, ((input, out_channels, kernel_size, stride, padding, dilation, groups, bias), output_padding)) in
        cases.into_iter().enumerate()
    {
        let window = Window { kernel_size, stride, padding, dilation };
        let operator = ConvTranspose2d { out_channels, window, output_padding, groups, bias };
        let mut case = Case::new(format!("{input:?} {operator:?}"), seed as u64);
        let x = case.random_floats("x", &input);
        let y = case.apply(operator, &[x]);
        case.backward(y, &[x]);
        case.check(&wgpu).await;
    }
}

#[wasm_bindgen_test]
async fn linear() {
    let wgpu = open().await;
    let sizes = [(1, 1, 1), (64, 400, 120), (3, 5, 7), (5, 84, 10), (4, 8, 8), (7, 33, 130), (2, 3, 1), (6, 4, 300)];
    for (seed, (batch, in_features, out_features)) in sizes.into_iter().enumerate() {
        for bias in [true, false] {
            let mut case = Case::new(format!("linear {batch} x {in_features} -> {out_features}"), seed as u64);
            let x = case.random_floats("x", &[batch, in_features]);
            let y = case.apply(Linear { out_features, bias }, &[x]);
            case.backward(y, &[x]);
            case.check(&wgpu).await;
        }
    }
}

#[wasm_bindgen_test]
async fn concat() {
    let wgpu = open().await;
    let cases: [(&[usize], [usize; 3]); 6] = [
        (&[8, 16, 4, 4], [2, 5, 5]),
        (&[3, 1, 2], [1, 1, 1]),
        (&[5, 8, 3], [3, 4, 2]),
        (&[1, 1, 1, 1, 1], [2, 3, 3]),
        (&[4, 2, 7, 1], [2, 2, 3]),
        (&[6, 9], [1, 17, 9]),
    ];
    for (seed, (channels, [n, h, w])) in cases.into_iter().enumerate() {
        let mut case = Case::new(format!("concat {channels:?}"), seed as u64);
        let inputs: Vec<_> = channels.iter().enumerate().map(|(i, &c)| case.random_floats(&format!("x{i}"), &[n, c, h, w])).collect();
        let y = case.apply(Concat, &inputs);
        case.backward(y, &inputs);
        case.check(&wgpu).await;
    }
}

#[wasm_bindgen_test]
async fn local_response_norm() {
    let wgpu = open().await;
    let cases = [
        ([2, 96, 5, 6], LocalResponseNorm { size: 5, alpha: 1e-4, beta: 0.75, k: 2.0, alpha_over_size: false }),
        ([2, 7, 3, 4], LocalResponseNorm { size: 4, alpha: 0.5, beta: 0.75, k: 1.0, alpha_over_size: true }),
        ([1, 3, 2, 2], LocalResponseNorm { size: 50, alpha: 0.2, beta: 1.3, k: 1.5, alpha_over_size: false }),
        ([3, 1, 1, 1], LocalResponseNorm { size: 1, alpha: 0.7, beta: 0.5, k: 1.0, alpha_over_size: false }),
        ([5, 13, 20, 17], LocalResponseNorm { size: 3, alpha: 0.3, beta: 2.0, k: 1.0, alpha_over_size: true }),
    ];
    for (seed, (input, operator)) in cases.into_iter().enumerate() {
        map(&wgpu, seed as u64, &input, operator).await;
    }
}

#[wasm_bindgen_test]
async fn avg_pool2d() {
    let wgpu = open().await;
    let cases = [
        ([2, 6, 8, 10], [2, 2], [2, 2], [0, 0], false, true, None),
        ([2, 5, 6, 7], [3, 3], [1, 1], [1, 1], false, true, None),
        ([2, 5, 6, 7], [3, 3], [1, 1], [1, 1], false, false, None),
        ([1, 4, 8, 10], [3, 3], [2, 2], [1, 1], true, true, None),
        ([1, 9, 8, 10], [3, 2], [2, 3], [1, 1], true, false, None),
        ([2, 3, 11, 12], [2, 2], [4, 3], [0, 0], true, true, Some(3)),
        ([1, 1, 1, 1], [1, 1], [1, 1], [0, 0], false, true, Some(1)),
        ([9, 3, 33, 17], [4, 5], [1, 2], [2, 0], false, true, None),
    ];
    for (seed, (input, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override)) in cases.into_iter().enumerate() {
        let window = Window { kernel_size, stride, padding, dilation: [1, 1] };
        let operator = AvgPool2d { window, ceil_mode, count_include_pad, divisor_override };
        map(&wgpu, seed as u64, &input, operator).await;
    }
}

#[wasm_bindgen_test]
async fn global_and_adaptive_average() {
    let wgpu = open().await;
    // The last has more workgroups than one dimension.
    for (seed, dims) in [[2, 3, 7, 7], [1, 5, 1, 1], [3, 33, 8, 9], [1, 1, 40, 31], [2, 140_004, 1, 1]].iter().enumerate() {
        map(&wgpu, seed as u64, dims, GlobalAvgPool2d).await;
    }
    let cases =
        [([2, 3, 13, 13], [6, 6]), ([1, 4, 7, 9], [3, 2]), ([2, 3, 5, 4], [7, 7]), ([3, 5, 1, 1], [2, 2]), ([1, 9, 10, 10], [1, 1])];
    for (seed, (dims, output_size)) in cases.iter().enumerate() {
        map(&wgpu, seed as u64, dims, AdaptiveAvgPool2d { output_size: *output_size }).await;
    }
}

#[wasm_bindgen_test]
async fn pads_crops_and_upsampling() {
    let wgpu = open().await;
    for (seed, (channels, before, after)) in [(4, 4, 8), (5, 3, 2), (1, 0, 9), (7, 1, 0), (8, 2, 4), (3, 0, 0)].into_iter().enumerate() {
        map(&wgpu, seed as u64, &[2, channels, 3, 4], PadChannels { before, after }).await;
    }
    for (seed, padding) in [[1, 1, 1, 1], [0, 1, 0, 1], [2, 0, 1, 3], [0, 0, 0, 0]].into_iter().enumerate() {
        map(&wgpu, seed as u64, &[2, 5, 3, 4], Pad2d { padding }).await;
        map(&wgpu, seed as u64, &[1, 8, 1, 1], Pad2d { padding }).await;
    }
    for (seed, (offset, size)) in [([2, 2], [4, 4]), ([0, 0], [9, 7]), ([3, 1], [2, 3]), ([8, 6], [1, 1])].into_iter().enumerate() {
        map(&wgpu, seed as u64, &[2, 6, 9, 7], Crop2d { offset, size }).await;
    }
    for (seed, scale_factor) in [[2, 2], [1, 3], [3, 1], [1, 1]].into_iter().enumerate() {
        map(&wgpu, seed as u64, &[2, 5, 4, 3], Upsample { scale_factor }).await;
    }
}

#[wasm_bindgen_test]
async fn max_unpool2d() {
    let wgpu = open().await;
    let cases = [
        ([2, 3, 8, 6], [2, 2], [2, 2], [0, 0]),
        ([2, 8, 7, 9], [2, 2], [2, 2], [0, 0]),
        ([2, 5, 13, 11], [3, 3], [2, 2], [0, 0]),
        ([1, 3, 12, 10], [3, 3], [2, 2], [1, 1]),
        ([1, 2, 11, 13], [2, 2], [3, 4], [0, 0]),
        ([2, 5, 2, 2], [2, 2], [2, 2], [0, 0]),
    ];
    for (seed, (input, kernel_size, stride, padding)) in cases.into_iter().enumerate() {
        let window = Window { kernel_size, stride, padding, dilation: [1, 1] };
        let mut case = Case::new(format!("unpooling to {input:?} {window:?}"), seed as u64);
        let x = case.random_floats("x", &input);
        let maxima = case.apply(MaxPool2d { window, ceil_mode: false }, &[x]);
        let places = case.graph.nodes[0].outputs[1];
        let dims = case.graph.shape(maxima).dims().to_vec();
        // Numbers of their own, so that it shows which of several for one place counts.
        let features = case.random_floats("features", &dims);
        let y = case.apply(MaxUnpool2d { window, output_size: Some([input[2], input[3]]) }, &[features, places]);
        case.backward(y, &[features]);
        case.check(&wgpu).await;
    }
}

#[wasm_bindgen_test]
async fn channel_affine_and_mul_const() {
    let wgpu = open().await;
    let shapes: [&[usize]; 4] = [&[2, 6, 14, 14], &[1, 1, 1, 1], &[5, 9], &[3, 13, 20, 17]];
    for (seed, dims) in shapes.into_iter().enumerate() {
        map(&wgpu, seed as u64, dims, ChannelAffine).await;
        map(&wgpu, seed as u64, dims, MulConst { factor: Factor::Number(-0.05) }).await;
        for factor in [vec![1, 1], dims.to_vec()] {
            let mut case = Case::new(format!("mul_const {dims:?} by {factor:?}"), seed as u64);
            let inputs = [case.random_floats("x", dims), case.random_floats("factor", &factor)];
            let y = case.apply(MulConst { factor: Factor::Given }, &inputs);
            case.backward(y, &inputs[..1]);
            case.check(&wgpu).await;
        }
    }
}

#[wasm_bindgen_test]
async fn rbf() {
    let wgpu = open().await;
    let cases = [(64, 84, 10, Codes::Digits), (3, 7, 5, Codes::Trained), (1, 1, 1, Codes::Trained), (9, 33, 130, Codes::Random)];
    for (seed, (batch, in_features, out_features, codes)) in cases.into_iter().enumerate() {
        map(&wgpu, seed as u64, &[batch, in_features], Rbf { out_features, codes }).await;
    }
}

#[wasm_bindgen_test]
async fn max_pool2d() {
    let wgpu = open().await;
    let cases = [
        ([2, 6, 28, 28], [2, 2], [2, 2], [0, 0], [1, 1], false),
        ([1, 1, 1, 1], [1, 1], [1, 1], [0, 0], [1, 1], false),
        ([2, 5, 13, 13], [3, 3], [2, 2], [0, 0], [1, 1], false),
        ([2, 3, 7, 9], [3, 2], [2, 3], [1, 1], [1, 1], true),
        ([2, 4, 8, 7], [2, 3], [1, 1], [1, 1], [3, 2], false),
        ([3, 9, 9, 10], [2, 2], [4, 3], [0, 1], [1, 1], true),
        ([2, 3, 11, 5], [4, 3], [3, 2], [2, 1], [2, 1], true),
    ];
    for (seed, (input, kernel_size, stride, padding, dilation, ceil_mode)) in cases.into_iter().enumerate() {
        let operator = MaxPool2d { window: Window { kernel_size, stride, padding, dilation }, ceil_mode };
        let mut case = Case::new(format!("{input:?} {operator:?}"), seed as u64);
        let x = case.random_floats("x", &input);
        let y = case.apply(operator, &[x]);
        case.backward(y, &[x]);
        case.check(&wgpu).await;
    }
}

#[wasm_bindgen_test]
async fn max_pool2d_takes_the_first_of_equals_and_a_nan_wins() {
    let wgpu = open().await;
    let mut case = Case::new("ties and NaN", 1);
    let mut values: Vec<f32> = (0..2 * 5 * 6 * 6).map(|i| [1.0, -1.0, 1.0, f32::NEG_INFINITY][i % 4]).collect();
    for at in [0, 40, 41, 77, 200, 359] {
        values[at] = f32::NAN;
    }
    let x = case.floats("x", &[2, 5, 6, 6], values);
    let window = Window { kernel_size: [3, 3], stride: [2, 2], padding: [1, 1], dilation: [1, 1] };
    let y = case.apply(MaxPool2d { window, ceil_mode: true }, &[x]);
    case.backward(y, &[x]);
    case.check(&wgpu).await;
}

#[wasm_bindgen_test]
async fn relu_keeps_a_nan_and_is_flat_at_zero() {
    let wgpu = open().await;
    let mut case = Case::new("relu", 1);
    let special = [f32::NAN, 0.0, -0.0, -1.0, 1.0, f32::INFINITY, f32::NEG_INFINITY];
    let values = (0..3 * 5 * 7 * 3).map(|i| special[i % 7] * if i % 2 == 0 { 1.0 } else { 0.5 }).collect();
    let x = case.floats("x", &[3, 5, 7, 3], values);
    let y = case.apply(Relu, &[x]);
    case.backward(y, &[x]);
    case.check(&wgpu).await;
}

#[wasm_bindgen_test]
async fn a_nan_comes_through_convolution_and_linear_but_not_into_pad_lanes() {
    let wgpu = open().await;
    for value in [f32::NAN, f32::INFINITY] {
        let mut case = Case::new(format!("{value} through conv2d"), 1);
        let mut values = vec![0.5; 2 * 3 * 4 * 4];
        values[20] = value;
        let x = case.floats("x", &[2, 3, 4, 4], values.clone());
        let window = Window { kernel_size: [3, 3], stride: [1, 1], padding: [1, 1], dilation: [1, 1] };
        let y = case.apply(Conv2d { out_channels: 5, window, groups: 1, bias: true }, &[x]);
        case.backward(y, &[x]);
        case.check(&wgpu).await;
        let mut case = Case::new(format!("{value} through linear"), 1);
        let x = case.floats("x", &[2, 48], values);
        let y = case.apply(Linear { out_features: 5, bias: true }, &[x]);
        case.backward(y, &[x]);
        case.check(&wgpu).await;
    }
}

#[wasm_bindgen_test]
async fn flatten_and_add() {
    let wgpu = open().await;
    for (seed, dims) in [[2, 16, 5, 5], [1, 1, 1, 1], [3, 5, 2, 3], [2, 4, 1, 9]].into_iter().enumerate() {
        let mut case = Case::new(format!("flatten {dims:?}"), seed as u64);
        let x = case.random_floats("x", &dims);
        let y = case.apply(Flatten, &[x]);
        case.backward(y, &[x]);
        case.check(&wgpu).await;
        for relu in [false, true] {
            let mut case = Case::new(format!("add {dims:?}, relu {relu}"), seed as u64);
            let inputs = ["a", "b", "c"].map(|name| case.random_floats(name, &dims));
            let y = case.apply(Add { relu }, &inputs);
            case.backward(y, &inputs);
            case.check(&wgpu).await;
        }
    }
}

#[wasm_bindgen_test]
async fn softmax_cross_entropy_with_all_its_options() {
    let wgpu = open().await;
    let mut seed = 0;
    for logits in [vec![64, 10], vec![1, 2], vec![3, 5, 4, 3], vec![130, 7], vec![2, 5, 30, 31]] {
        for reduction in [Reduction::Mean, Reduction::Sum, Reduction::None] {
            for (weighted, soft_target, label_smoothing) in
                [(false, false, 0.0), (true, false, 0.1), (false, true, 0.0), (true, true, 0.2), (true, false, 0.0)]
            {
                seed += 1;
                let operator = SoftmaxCrossEntropy { reduction, label_smoothing, ignore_index: IGNORE_INDEX, weighted, soft_target };
                loss_case(seed, &logits, operator).check(&wgpu).await;
            }
        }
    }
}

fn loss_case(seed: u64, dims: &[usize], operator: SoftmaxCrossEntropy) -> Case {
    let mut case = Case::new(format!("{dims:?} {operator:?}"), seed);
    // The gradient is a difference of probability and target, both up to 1.
    case.terms = 1.0;
    let classes = dims[1];
    // Logits far from zero, where a loss that does not shift them would overflow.
    let values = (0..dims.iter().product()).map(|_| (case.random.normal() * 6.0 + 80.0) as f32).collect();
    let logits = case.floats("logits", dims, values);
    let mut items = vec![dims[0]];
    items.extend(&dims[2..]);
    let target = if operator.soft_target {
        let values = (0..dims.iter().product()).map(|_| case.random.uniform() as f32).collect();
        case.floats("target", dims, values)
    } else {
        let count = items.iter().product::<usize>();
        // Every third item is ignored, but not the first.
        let labels = (0..count).map(|i| if i % 3 == 2 { IGNORE_INDEX as u32 } else { case.random.below(classes as u32) });
        let labels = labels.collect();
        case.words("target", &items, labels)
    };
    let mut inputs = vec![logits, target];
    if operator.weighted {
        let values = (0..classes).map(|_| case.random.uniform() as f32 + 0.5).collect();
        inputs.push(case.floats("class weights", &[classes], values));
    }
    let loss = case.apply(operator, &inputs);
    case.backward(loss, &[logits]);
    case
}

#[wasm_bindgen_test]
async fn a_label_outside_the_classes_makes_what_is_no_number() {
    let wgpu = open().await;
    let cases: [(&[usize], &[usize]); 2] = [(&[4, 3], &[4]), (&[2, 5, 30, 31], &[2, 30, 31])];
    for (dims, items) in cases {
        for (outside, dice) in [(dims[1] as u32, false), (u32::MAX, false), (dims[1] as u32, true)] {
            let mut case = Case::new(format!("{dims:?}, label {outside}, {dice}"), 3);
            case.terms = 1.0;
            let logits = case.random_floats("logits", dims);
            let labels = (0..items.iter().product()).map(|item: usize| if item == 1 { outside } else { (item % dims[1]) as u32 }).collect();
            let labels = case.words("labels", items, labels);
            let loss = if dice {
                case.apply(DiceLoss { smooth: 1.0, ignore_index: IGNORE_INDEX }, &[logits, labels])
            } else {
                case.apply(SoftmaxCrossEntropy::default(), &[logits, labels])
            };
            case.backward(loss, &[logits]);
            case.check(&wgpu).await;
        }
    }
}

#[wasm_bindgen_test]
async fn dice_loss() {
    let wgpu = open().await;
    let cases: [(&[usize], &[usize]); 4] =
        [(&[2, 5, 9, 11], &[2, 9, 11]), (&[1, 2, 1, 1], &[1, 1, 1]), (&[7, 9], &[7]), (&[3, 21, 20, 20], &[3, 20, 20])];
    for (seed, (logits, items)) in cases.into_iter().enumerate() {
        let mut case = Case::new(format!("dice_loss {logits:?}"), seed as u64);
        case.terms = 1.0;
        let x = case.random_floats("logits", logits);
        let labels =
            (0..items.iter().product()).map(|i: usize| if i % 4 == 3 { 255 } else { case.random.below(logits[1] as u32) }).collect();
        let target = case.words("target", items, labels);
        let loss = case.apply(DiceLoss { smooth: 1.0, ignore_index: 255 }, &[x, target]);
        case.backward(loss, &[x]);
        case.check(&wgpu).await;
    }
}

#[wasm_bindgen_test]
async fn softmax() {
    let wgpu = open().await;
    let shapes: [&[usize]; 5] = [&[3, 10], &[1, 1], &[2, 3, 4, 5], &[4, 101], &[2, 21, 9, 7]];
    for (seed, dims) in shapes.into_iter().enumerate() {
        for logarithm in [false, true] {
            for scale in [1.0, 200.0] {
                let mut case = Case::new(format!("softmax {dims:?}, logarithm {logarithm}, scale {scale}"), seed as u64);
                // The gradient is a difference of terms up to 1.
                case.terms = 1.0;
                let values = (0..dims.iter().product()).map(|_| (scale * case.random.normal()) as f32).collect();
                let x = case.floats("x", dims, values);
                let y = case.apply(Softmax { logarithm }, &[x]);
                case.backward(y, &[x]);
                case.check(&wgpu).await;
            }
        }
    }
}

#[wasm_bindgen_test]
async fn squashing_functions_at_ordinary_and_extreme_places() {
    let wgpu = open().await;
    let extremes = [0.0, -0.0, 1e-6, -1e-6, 0.2499, 0.2501, 20.0, -20.0, 90.0, -90.0, 1e4, -1e4, 1e30, -1e30];
    for squash in [Squash::Sigmoid, Squash::Tanh, Squash::ScaledTanh { amplitude: 1.7159, slope: 2.0 / 3.0 }] {
        let shapes: [&[usize]; 3] = [&[2, 6, 14, 14], &[1, 1], &[3, 33]];
        for (seed, dims) in shapes.into_iter().enumerate() {
            map(&wgpu, seed as u64, dims, squash.clone()).await;
        }
        let mut case = Case::new(format!("{squash:?} at extremes"), 1);
        // At the ends the gradient is a difference of terms up to the amplitude.
        case.terms = 2.0;
        let values = extremes.into_iter().chain([f32::NAN, f32::INFINITY, f32::NEG_INFINITY, f32::MAX, f32::MIN]).collect();
        let x = case.floats("x", &[1, 19], values);
        let y = case.apply(squash, &[x]);
        case.backward(y, &[x]);
        case.check(&wgpu).await;
    }
}

#[wasm_bindgen_test]
async fn metrics_count_what_the_scalar_kernel_counts() {
    let wgpu = open().await;
    for (seed, rows, channels, confusion) in
        [(1, 64, 10, true), (2, 1, 10, true), (3, 200, 7, true), (4, 64, 10, false), (5, 20_000, 11, true)]
    {
        let mut case = Case::new(format!("metrics of {rows} rows"), seed);
        // Few distinct values, so that there are ties.
        let values = (0..rows * channels).map(|_| case.random.below(5) as f32).collect();
        let logits = case.floats("logits", &[rows, channels], values);
        let labels = (0..rows).map(|i| if i % 5 == 4 { IGNORE_INDEX as u32 } else { case.random.below(channels as u32) }).collect();
        let targets = case.words("targets", &[rows], labels);
        // Whole numbers, whose sums are exact in any order.
        let costs = (0..2 * rows + 1).map(|_| case.random.below(8) as f32).collect();
        let items = case.floats("items", &[2 * rows + 1], costs);
        let sums = case.state("sums", &[metrics::sums_len(channels)], true);
        let (rows, stride) = (rows as u32, channel_stride(channels) as u32);
        let params = MetricsParams { rows, channels: channels as u32, channel_stride: stride, confusion: confusion.into() };
        // So many that a level of the sums goes on to the next.
        for _ in 0..if rows == 64 { 70 } else { 2 } {
            case.graph.call("metrics", &metrics::ACCUMULATE, bytemuck::bytes_of(&params), &[logits, targets, items, sums]);
        }
        case.check(&wgpu).await;
    }
}

#[wasm_bindgen_test]
async fn augmentation_draws_the_same() {
    let wgpu = open().await;
    let strengths = [
        r#"{"shift": 3}"#,
        r#"{"rotation_degrees": 45, "scale": 0.3}"#,
        r#"{"elastic": {"alpha": 34, "sigma": 4}}"#,
        r#"{"erase": {"probability": 1}}"#,
        r#"{"shift": 2, "rotation_degrees": 15, "scale": 0.15, "elastic": {"alpha": 20, "sigma": 9}, "erase": {"fill": "background"}}"#,
    ];
    for (seed, strengths) in strengths.into_iter().enumerate() {
        for size in [[9, 1, 28, 28], [2, 1, 5, 9], [1, 1, 1, 1]] {
            let mut case = Case::new(format!("{size:?} {strengths}"), seed as u64);
            // A place's rounding error times the difference of neighbouring pixels.
            case.terms = 40.0;
            let x = case.random_floats("images", &size);
            let random = case.words(receptive::ir::graph::RANDOM, &[4], vec![seed as u32, 0, 7, 0]);
            case.graph.values[random.0].role = receptive::ir::graph::Role::State;
            let augmentation = Augmentation::from_json(&serde_json::from_str(strengths).expect("JSON")).expect("it is possible");
            let augmented = augmentation.apply(&mut case.graph, x, Mnist.normalization());
            case.keep(augmented);
            case.check(&wgpu).await;
        }
    }
}

#[wasm_bindgen_test]
async fn a_batch_is_gathered() {
    let wgpu = open().await;
    let mut case = Case::new("gather", 1);
    let (images, pixels) = (7usize, 15usize);
    let words = (images * pixels).div_ceil(4);
    let packed = (0..words).map(|_| case.random.below(u32::MAX)).collect();
    let data = case.words("images", &[words], packed);
    let labels = case.words("labels", &[images], (0..images as u32).collect());
    let indices = case.words("indices", &[5], vec![3, NO_IMAGE, 0, 6, 3]);
    let x = case.graph.temporary("x", Shape::new(&[5, 1, 3, 5]));
    let targets = case.graph.add("targets", Shape::new(&[5]), Layout::Activation, true, receptive::ir::graph::Role::Temporary);
    let params = GatherParams { batch: 5, pixels: pixels as u32, mean: 0.1307, deviation: 0.3081 };
    case.graph.call("input", &gather::GATHER, bytemuck::bytes_of(&params), &[data, labels, indices, x, targets]);
    case.keep(x);
    case.check(&wgpu).await;
}

#[wasm_bindgen_test]
async fn clutter_is_drawn_the_same() {
    let wgpu = open().await;
    for (seed, [height, width], step) in [(1, [28usize, 28usize], 1), (2, [6, 10], 1), (3, [28, 28], 0)] {
        let mut case = Case::new(format!("clutter under {height} x {width}, step {step}"), seed);
        // A distance's rounding error, in deviations of a pixel.
        case.terms = 10.0;
        let (images, pixels) = (7usize, height * width);
        let words = (images * pixels).div_ceil(4);
        let packed = (0..words).map(|_| case.random.below(u32::MAX)).collect();
        let data = case.words("images", &[words], packed);
        let labels = case.words("labels", &[images], (0..images as u32).collect());
        let indices = [3, NO_IMAGE, 0, 6, 3, 5, 2, 1, 4];
        let indices = case.words("indices", &[indices.len()], indices.to_vec());
        let random = case.words("random", &[4], vec![seed as u32, 0, 7, 0]);
        let x = case.graph.temporary("x", Shape::new(&[9, 1, height, width]));
        let shape = Shape::new(&[9, height, width]);
        let targets = case.graph.add("targets", shape, Layout::Activation, true, receptive::ir::graph::Role::Temporary);
        let params = ClutterParams {
            batch: 9,
            height: height as u32,
            width: width as u32,
            step,
            mean: 0.1307,
            deviation: 0.3081,
            noise: NOISE,
            unused: 0,
        };
        case.graph.call("input", &CLUTTER, bytemuck::bytes_of(&params), &[data, labels, indices, random, x, targets]);
        case.keep(x);
        case.keep(targets);
        case.check(&wgpu).await;
    }
}
