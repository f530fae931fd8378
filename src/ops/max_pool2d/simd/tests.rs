//! Both kernels against plain loops, exactly: pooling rounds nothing.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use super::super::params::MaxPool2dParams;
use super::{backward, forward};

/// `[batch, channels, height, width]`, kernel, stride, padding, dilation, and rows and columns that `ceil_mode` adds.
type Case = ([u32; 4], [u32; 2], [u32; 2], [u32; 2], [u32; 2], [u32; 2]);

const CASES: &[Case] = &[
    ([3, 6, 8, 8], [2, 2], [2, 2], [0, 0], [1, 1], [0, 0]),
    // rows and columns no window reads
    ([2, 5, 7, 9], [2, 2], [2, 2], [0, 0], [1, 1], [0, 0]),
    // the same, read by windows that hang over the edge
    ([2, 5, 7, 9], [2, 2], [2, 2], [0, 0], [1, 1], [1, 1]),
    ([1, 1, 1, 1], [1, 1], [1, 1], [0, 0], [1, 1], [0, 0]),
    // overlapping windows
    ([2, 4, 9, 9], [3, 3], [2, 2], [0, 0], [1, 1], [0, 0]),
    ([2, 9, 8, 7], [3, 3], [1, 1], [1, 1], [1, 1], [0, 0]),
    ([2, 3, 6, 6], [2, 2], [1, 1], [0, 0], [1, 1], [0, 0]),
    // stride larger than the kernel, asymmetric, dilated
    ([2, 4, 11, 10], [2, 3], [3, 4], [0, 1], [1, 1], [0, 0]),
    ([1, 2, 12, 9], [3, 2], [2, 2], [1, 0], [2, 3], [0, 0]),
    ([2, 8, 6, 6], [3, 3], [3, 3], [0, 0], [1, 1], [0, 0]),
];

fn params(&([batch, channels, in_height, in_width], kernel, stride, padding, dilation, more): &Case) -> MaxPool2dParams {
    let size = |input: u32, i: usize| (input + 2 * padding[i] - dilation[i] * (kernel[i] - 1) - 1) / stride[i] + 1 + more[i];
    MaxPool2dParams {
        batch,
        channels,
        channel_stride: channels.next_multiple_of(4),
        in_height,
        in_width,
        out_height: size(in_height, 0),
        out_width: size(in_width, 1),
        kernel_height: kernel[0],
        kernel_width: kernel[1],
        stride_height: stride[0],
        stride_width: stride[1],
        padding_height: padding[0],
        padding_width: padding[1],
        dilation_height: dilation[0],
        dilation_width: dilation[1],
        unused: 0,
    }
}

/// Small integers, so that ties are common and sums exact; pad lanes are zero.
fn random(seed: u32, pixels: u32, p: &MaxPool2dParams) -> Vec<f32> {
    let mut state = seed;
    let mut values = vec![0.0; (pixels * p.channel_stride) as usize];
    for pixel in values.chunks_exact_mut(p.channel_stride as usize) {
        for value in &mut pixel[..p.channels as usize] {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            *value = (state >> 28) as f32 - 12.0;
        }
    }
    values
}

/// Largest value and its place for every output, pad lanes 0.
fn plain_forward(p: &MaxPool2dParams, x: &[f32]) -> (Vec<f32>, Vec<u32>) {
    let len = (p.batch * p.out_height * p.out_width * p.channel_stride) as usize;
    let (mut y, mut argmax) = (vec![0.0; len], vec![0; len]);
    for n in 0..p.batch {
        for (h, w) in (0..p.out_height).flat_map(|h| (0..p.out_width).map(move |w| (h, w))) {
            for c in 0..p.channels {
                let mut best: Option<(f32, u32)> = None;
                for (r, s) in (0..p.kernel_height).flat_map(|r| (0..p.kernel_width).map(move |s| (r, s))) {
                    let row = (h * p.stride_height + r * p.dilation_height).wrapping_sub(p.padding_height);
                    let column = (w * p.stride_width + s * p.dilation_width).wrapping_sub(p.padding_width);
                    if row < p.in_height && column < p.in_width {
                        let value = x[(((n * p.in_height + row) * p.in_width + column) * p.channel_stride + c) as usize];
                        if best.is_none_or(|(largest, _)| value > largest || value.is_nan()) {
                            best = Some((value, row * p.in_width + column));
                        }
                    }
                }
                let at = (((n * p.out_height + h) * p.out_width + w) * p.channel_stride + c) as usize;
                (y[at], argmax[at]) = best.unwrap();
            }
        }
    }
    (y, argmax)
}

#[test]
fn forward_and_backward_match_plain_loops() {
    for case in CASES {
        let p = params(case);
        let x = random(1, p.batch * p.in_height * p.in_width, &p);
        let (expected, places) = plain_forward(&p, &x);
        let (mut y, mut argmax) = (vec![777.0; expected.len()], vec![777; places.len()]);
        forward(&p, &x, &mut y, &mut argmax);
        assert_eq!(y, expected, "{case:?}");
        for (lane, (actual, expected)) in argmax.iter().zip(&places).enumerate() {
            assert!(lane as u32 % p.channel_stride >= p.channels || actual == expected, "{case:?} at {lane}: {actual}, not {expected}");
        }

        let dy = random(2, p.batch * p.out_height * p.out_width, &p);
        let mut expected = vec![0.0; x.len()];
        let image = (p.out_height * p.out_width * p.channel_stride) as usize;
        for (i, (&dy, &place)) in dy.iter().zip(&places).enumerate() {
            let n = (i / image) as u32;
            let at = (n * p.in_height * p.in_width + place) * p.channel_stride + i as u32 % p.channel_stride;
            expected[at as usize] += dy;
        }
        let mut dx = vec![777.0; x.len()];
        backward(&p, &dy, &argmax, &mut dx);
        assert_eq!(dx, expected, "{case:?}");
    }
}

#[test]
fn nan_wins_and_stays() {
    for case in [CASES[0], CASES[4]] {
        let p = params(&case);
        let mut x = random(3, p.batch * p.in_height * p.in_width, &p);
        x[p.channel_stride as usize] = f32::NAN;
        let (expected, places) = plain_forward(&p, &x);
        let (mut y, mut argmax) = (vec![777.0; expected.len()], vec![777; places.len()]);
        forward(&p, &x, &mut y, &mut argmax);
        assert!(y[0].is_nan());
        assert_eq!(argmax[0], 1);
        assert_eq!(y[1..], expected[1..]);
    }
}
