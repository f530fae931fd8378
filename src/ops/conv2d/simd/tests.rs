//! Every kernel against plain loops in f64, over the geometries that break such kernels.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use super::super::params::Conv2dParams;
use super::{
    Geometry, WeightGradient, Winograd, bias_gradient, forward, forward_scratch_len, input_gradient, input_gradient_scratch_len,
    weight_gradient, weight_gradient_scratch_len,
};

/// `[batch, in_channels, height, width, out_channels, groups]`, then kernel, stride, padding, dilation.
type Case = ([u32; 6], [u32; 2], [u32; 2], [u32; 2], [u32; 2]);

const CASES: &[Case] = &[
    // LeNet's two, small
    ([5, 1, 9, 9, 6, 1], [5, 5], [1, 1], [2, 2], [1, 1]),
    ([7, 6, 8, 8, 16, 1], [5, 5], [1, 1], [0, 0], [1, 1]),
    // whole vectors, 3x3
    ([2, 8, 7, 7, 16, 1], [3, 3], [1, 1], [1, 1], [1, 1]),
    // channel tails on both sides; more channels than a tile
    ([3, 5, 6, 4, 13, 1], [3, 3], [1, 1], [1, 1], [1, 1]),
    ([1, 7, 5, 5, 3, 1], [3, 3], [1, 1], [1, 1], [1, 1]),
    ([2, 19, 4, 5, 10, 1], [2, 3], [1, 1], [0, 1], [1, 1]),
    ([1, 33, 3, 3, 4, 1], [3, 3], [1, 1], [1, 1], [1, 1]),
    // one channel in, one out
    ([1, 1, 1, 1, 1, 1], [1, 1], [1, 1], [0, 0], [1, 1]),
    ([2, 1, 6, 6, 1, 1], [3, 3], [2, 2], [1, 1], [1, 1]),
    // maps of one pixel; kernel larger than the map, held up by its padding
    ([9, 12, 1, 1, 20, 1], [1, 1], [1, 1], [0, 0], [1, 1]),
    ([3, 4, 1, 1, 8, 1], [3, 3], [1, 1], [1, 1], [1, 1]),
    ([2, 3, 2, 2, 5, 1], [5, 5], [1, 1], [3, 3], [1, 1]),
    // padding as large as the kernel and larger: outputs that see nothing
    ([2, 3, 4, 4, 5, 1], [3, 3], [1, 1], [3, 4], [1, 1]),
    ([1, 4, 3, 3, 4, 1], [2, 2], [2, 2], [4, 3], [1, 1]),
    // stride 2 on odd sizes; stride larger than the kernel: inputs nobody reads
    ([2, 6, 9, 7, 9, 1], [3, 3], [2, 2], [1, 1], [1, 1]),
    ([3, 16, 7, 7, 32, 1], [1, 1], [2, 2], [0, 0], [1, 1]),
    ([2, 4, 11, 10, 7, 1], [2, 3], [3, 5], [0, 1], [1, 1]),
    ([1, 3, 23, 23, 8, 1], [11, 11], [4, 4], [2, 2], [1, 1]),
    // dilation, alone and with strides that do and do not divide it
    ([2, 3, 9, 9, 4, 1], [3, 3], [1, 1], [2, 2], [2, 2]),
    ([1, 5, 12, 13, 6, 1], [3, 2], [2, 3], [2, 1], [2, 3]),
    ([2, 4, 13, 11, 4, 1], [3, 3], [2, 4], [1, 2], [3, 2]),
    // asymmetric kernels
    ([2, 6, 8, 5, 8, 1], [1, 7], [1, 1], [0, 3], [1, 1]),
    ([2, 2, 8, 5, 8, 1], [7, 1], [1, 1], [3, 0], [1, 1]),
    ([4, 3, 5, 17, 12, 1], [5, 2], [1, 2], [2, 0], [1, 1]),
    // groups: whole vectors, halves of vectors, uneven, channels that end inside the last vector
    ([2, 8, 6, 6, 16, 2], [3, 3], [1, 1], [1, 1], [1, 1]),
    ([2, 6, 6, 6, 12, 3], [3, 3], [2, 2], [1, 1], [1, 1]),
    ([3, 4, 5, 5, 6, 2], [3, 3], [1, 1], [1, 1], [1, 1]),
    ([1, 10, 5, 5, 15, 5], [3, 2], [1, 1], [1, 1], [1, 1]),
    ([2, 9, 5, 4, 9, 3], [1, 1], [1, 1], [0, 0], [1, 1]),
    ([1, 80, 4, 4, 20, 2], [3, 3], [1, 1], [1, 1], [1, 1]),
    ([2, 26, 4, 4, 26, 2], [3, 3], [1, 1], [1, 1], [2, 2]),
    // depthwise, with and without a channel multiplier
    ([2, 8, 6, 7, 8, 8], [3, 3], [1, 1], [1, 1], [1, 1]),
    ([2, 5, 7, 7, 5, 5], [3, 3], [2, 2], [1, 1], [1, 1]),
    ([1, 3, 6, 6, 3, 3], [3, 2], [1, 2], [2, 0], [2, 1]),
    ([2, 3, 5, 5, 6, 3], [3, 3], [1, 1], [1, 1], [1, 1]),
    // 3x3 with enough channels for Winograd's tiles: whole tiles and halves, every padding, channel tails, more tiles than a chunk
    ([3, 16, 8, 8, 16, 1], [3, 3], [1, 1], [1, 1], [1, 1]),
    ([2, 20, 7, 9, 33, 1], [3, 3], [1, 1], [0, 1], [1, 1]),
    ([2, 33, 9, 8, 20, 1], [3, 3], [1, 1], [2, 2], [1, 1]),
    ([5, 64, 7, 7, 36, 1], [3, 3], [1, 1], [1, 0], [1, 1]),
    ([2, 24, 9, 8, 20, 1], [3, 3], [1, 1], [2, 2], [1, 1]),
    ([2, 20, 7, 9, 39, 1], [3, 3], [1, 1], [0, 1], [1, 1]),
    ([4, 64, 6, 6, 64, 1], [3, 3], [1, 1], [3, 3], [1, 1]),
    // more positions than a chunk of tiles
    ([1, 3, 20, 21, 10, 1], [3, 3], [1, 1], [1, 1], [1, 1]),
];

fn params(&([batch, in_channels, in_height, in_width, out_channels, groups], kernel, stride, padding, dilation): &Case) -> Conv2dParams {
    let size = |input: u32, i: usize| (input + 2 * padding[i] - dilation[i] * (kernel[i] - 1) - 1) / stride[i] + 1;
    Conv2dParams {
        batch,
        in_channels,
        in_height,
        in_width,
        in_stride: in_channels.next_multiple_of(4),
        out_channels,
        out_height: size(in_height, 0),
        out_width: size(in_width, 1),
        out_stride: out_channels.next_multiple_of(4),
        kernel_height: kernel[0],
        kernel_width: kernel[1],
        stride_height: stride[0],
        stride_width: stride[1],
        padding_height: padding[0],
        padding_width: padding[1],
        dilation_height: dilation[0],
        dilation_width: dilation[1],
        groups,
        has_bias: 1,
        relu: 0,
    }
}

#[test]
fn winograds_tiles_are_taken_where_they_pay() {
    let taken = |case: &Case| {
        let geometry = Geometry::new(&params(case));
        let [forward, input] = [Winograd::forward(&geometry, 0), Winograd::input_gradient(&geometry)].map(|walk| walk.is_some());
        [forward, input, WeightGradient::new(&geometry).is_some()]
    };
    let conv = |batch, channels, size, kernel, stride| {
        ([batch, channels, size, size, channels, 1], [kernel; 2], [stride; 2], [kernel / 2; 2], [1, 1])
    };
    for (channels, size) in [(16, 28), (32, 14), (64, 7), (64, 28)] {
        assert_eq!(taken(&conv(64, channels, size, 3, 1)), [true; 3], "{channels} channels of {size}x{size}");
    }
    for (channels, size, kernel, stride) in [(16, 28, 5, 1), (16, 28, 3, 2), (16, 28, 1, 1), (4, 28, 3, 1), (16, 5, 3, 1)] {
        assert_eq!(taken(&conv(64, channels, size, kernel, stride)), [false; 3], "{channels} channels of {size}x{size}");
    }
    assert_eq!(taken(&([64, 16, 28, 28, 16, 2], [3, 3], [1, 1], [1, 1], [1, 1])), [false; 3], "groups");
    assert_eq!(taken(&([64, 16, 28, 28, 16, 1], [3, 3], [1, 1], [2, 2], [2, 2])), [false; 3], "dilation");
    // Padding of more than two rows would be negative for the gradient's walk.
    assert_eq!(taken(&([64, 16, 28, 28, 16, 1], [3, 3], [1, 1], [3, 3], [1, 1])), [true, false, true]);
}

/// Rows of `used` random values followed by zeros up to `stride`.
fn random(seed: u32, rows: usize, used: u32, stride: u32) -> Vec<f32> {
    let mut state = seed;
    let mut values = vec![0.0; rows * stride as usize];
    for row in values.chunks_exact_mut(stride as usize) {
        for value in &mut row[..used as usize] {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            *value = (state >> 8) as f32 / (1 << 23) as f32 - 1.0;
        }
    }
    values
}

/// A sum and the sum of its terms' sizes, which is what its rounding error is measured by.
#[derive(Clone, Copy, Default)]
struct Sum {
    value: f64,
    size: f64,
}

impl Sum {
    fn add(&mut self, term: f64) {
        self.value += term;
        self.size += term.abs();
    }
}

struct Operands {
    x: Vec<f32>,
    weight: Vec<f32>,
    bias: Vec<f32>,
    dy: Vec<f32>,
}

impl Operands {
    fn new(p: &Conv2dParams) -> Operands {
        let taps = (p.kernel_height * p.kernel_width * p.in_channels / p.groups) as usize;
        Operands {
            x: random(1, (p.batch * p.in_height * p.in_width) as usize, p.in_channels, p.in_stride),
            weight: random(2, taps, p.out_channels, p.out_stride),
            bias: random(3, 1, p.out_channels, p.out_stride),
            dy: random(4, (p.batch * p.out_height * p.out_width) as usize, p.out_channels, p.out_stride),
        }
    }
}

/// Calls `visit(x index, weight index, y index)` for every multiplication of a convolution.
fn for_each_term(p: &Conv2dParams, mut visit: impl FnMut(usize, usize, usize)) {
    let (group_in, group_out) = (p.in_channels / p.groups, p.out_channels / p.groups);
    for n in 0..p.batch {
        for (h, w) in (0..p.out_height).flat_map(|h| (0..p.out_width).map(move |w| (h, w))) {
            for (r, s) in (0..p.kernel_height).flat_map(|r| (0..p.kernel_width).map(move |s| (r, s))) {
                let row = (h * p.stride_height + r * p.dilation_height).wrapping_sub(p.padding_height);
                let column = (w * p.stride_width + s * p.dilation_width).wrapping_sub(p.padding_width);
                if row >= p.in_height || column >= p.in_width {
                    continue;
                }
                for o in 0..p.out_channels {
                    for i in 0..group_in {
                        let x = ((n * p.in_height + row) * p.in_width + column) * p.in_stride + o / group_out * group_in + i;
                        let weight = ((r * p.kernel_width + s) * group_in + i) * p.out_stride + o;
                        let y = ((n * p.out_height + h) * p.out_width + w) * p.out_stride + o;
                        visit(x as usize, weight as usize, y as usize);
                    }
                }
            }
        }
    }
}

#[track_caller]
fn assert_close(what: &str, case: &Case, actual: &[f32], expected: &[Sum]) {
    for (i, (&actual, expected)) in actual.iter().zip(expected).enumerate() {
        let error = (f64::from(actual) - expected.value).abs();
        assert!(error <= 1e-6 * expected.size, "{what} of {case:?} at {i}: {actual} instead of {}", expected.value);
    }
}

/// What a buffer holds before a kernel overwrites it.
const STALE: f32 = 777.0;

#[test]
fn forward_matches_plain_loops() {
    for case in CASES {
        for (has_bias, relu) in [(1, 0), (0, 0), (1, 1)] {
            let p = Conv2dParams { has_bias, relu, ..params(case) };
            let Operands { x, weight, bias, dy } = Operands::new(&p);
            let mut expected = vec![Sum::default(); dy.len()];
            for_each_term(&p, |i, j, o| expected[o].add(f64::from(x[i]) * f64::from(weight[j])));
            for (i, sum) in expected.iter_mut().enumerate() {
                if has_bias == 1 {
                    sum.add(f64::from(bias[i % bias.len()]));
                }
                if relu == 1 {
                    sum.value = sum.value.max(0.0);
                }
            }
            let mut y = vec![STALE; dy.len()];
            let bias = if has_bias == 1 { &bias[..] } else { &[] };
            forward(&p, &x, &weight, bias, &mut y, &mut vec![STALE; forward_scratch_len(&p)]);
            assert_close("forward", case, &y, &expected);
        }
    }
}

#[test]
fn input_gradient_matches_plain_loops() {
    for case in CASES {
        let p = params(case);
        let Operands { x, weight, dy, .. } = Operands::new(&p);
        let mut expected = vec![Sum::default(); x.len()];
        for_each_term(&p, |i, j, o| expected[i].add(f64::from(dy[o]) * f64::from(weight[j])));
        let mut dx = vec![STALE; x.len()];
        input_gradient(&p, &dy, &weight, &mut dx, &mut vec![STALE; input_gradient_scratch_len(&p)]);
        assert_close("input gradient", case, &dx, &expected);
    }
}

#[test]
fn weight_gradient_matches_plain_loops() {
    for case in CASES {
        let p = params(case);
        let Operands { x, weight, dy, .. } = Operands::new(&p);
        let mut expected = vec![Sum::default(); weight.len()];
        for_each_term(&p, |i, j, o| expected[j].add(f64::from(dy[o]) * f64::from(x[i])));
        let mut dweight = vec![STALE; weight.len()];
        weight_gradient(&p, &x, &dy, &mut dweight, &mut vec![STALE; weight_gradient_scratch_len(&p)]);
        assert_close("weight gradient", case, &dweight, &expected);
    }
}

#[test]
fn bias_gradient_matches_plain_loops() {
    for case in CASES {
        let p = params(case);
        let Operands { bias, dy, .. } = Operands::new(&p);
        let mut expected = vec![Sum::default(); bias.len()];
        dy.iter().enumerate().for_each(|(i, &dy)| expected[i % bias.len()].add(dy.into()));
        let mut dbias = vec![STALE; bias.len()];
        bias_gradient(&p, &dy, &mut dbias);
        assert_close("bias gradient", case, &dbias, &expected);
    }
}

#[test]
fn a_batch_larger_than_one_part_gives_the_same() {
    // 260 images of 33 x 33 compact pixels are more than the copies may take at once.
    let case = ([260, 1, 33, 33, 2, 1], [3, 3], [4, 4], [1, 1], [1, 1]);
    let p = params(&case);
    let Operands { x, weight, dy, .. } = Operands::new(&p);
    let (mut y, mut dweight) = (vec![Sum::default(); dy.len()], vec![Sum::default(); weight.len()]);
    for_each_term(&p, |i, j, o| {
        y[o].add(f64::from(x[i]) * f64::from(weight[j]));
        dweight[j].add(f64::from(x[i]) * f64::from(dy[o]));
    });
    let mut actual = vec![STALE; dy.len()];
    let without_bias = Conv2dParams { has_bias: 0, ..p };
    forward(&without_bias, &x, &weight, &[], &mut actual, &mut vec![STALE; forward_scratch_len(&p)]);
    assert_close("forward", &case, &actual, &y);
    let mut actual = vec![STALE; weight.len()];
    weight_gradient(&p, &x, &dy, &mut actual, &mut vec![STALE; weight_gradient_scratch_len(&p)]);
    assert_close("weight gradient", &case, &actual, &dweight);
}
