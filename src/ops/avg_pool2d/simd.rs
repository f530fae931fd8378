//! Average pooling on the CPU: vectors run over the channels.

use std::ops::Range;

use super::params::AvgPool2dParams;
use crate::core::simd::{F32x4, LANES};
use crate::core::sum::Columns;

/// Pixels that are added in single precision: the last of thousands would meet a sum thousands of times its size.
const TOGETHER: usize = 64;

/// The sum over a window of more pixels than that.
fn large_sum(x: &[f32], [rows, columns]: [Range<usize>; 2], in_width: usize, channels: usize, lane: usize) -> F32x4 {
    let mut sum = Columns::default();
    for row in rows {
        for first in columns.clone().step_by(TOGETHER) {
            let some = first..columns.end.min(first + TOGETHER);
            sum.add(some.fold(F32x4::ZERO, |sum, column| sum + F32x4::load(&x[(row * in_width + column) * channels + lane..])));
        }
    }
    sum.rounded()
}

/// `y` = the sum of `x` over each window, divided.
pub fn forward(p: &AvgPool2dParams, x: &[f32], y: &mut [f32]) {
    let channels = p.channel_stride as usize;
    let [in_width, out_height, out_width] = [p.input[1], p.output[0], p.output[1]].map(|size| size as usize);
    let image = p.input[0] as usize * in_width * channels;
    let rows = y.chunks_exact_mut(out_width * channels).take(p.batch as usize * out_height);
    for (i, y) in rows.enumerate() {
        let (n, h) = (i / out_height, i % out_height);
        let x = &x[n * image..][..image];
        let vertical = p.taken(0, h);
        for (w, y) in y.chunks_exact_mut(channels).enumerate() {
            let horizontal = p.taken(1, w);
            let large = vertical.len() * horizontal.len() > TOGETHER;
            let scale = F32x4::splat(1.0 / p.divisor(h, w) as f32);
            for (lane, y) in (0..channels).step_by(LANES).zip(y.chunks_exact_mut(LANES)) {
                let mut sum = F32x4::ZERO;
                if large {
                    sum = large_sum(x, [vertical.clone(), horizontal.clone()], in_width, channels, lane);
                } else {
                    for row in vertical.clone() {
                        for column in horizontal.clone() {
                            sum = sum + F32x4::load(&x[(row * in_width + column) * channels + lane..]);
                        }
                    }
                }
                (sum * scale).store(y);
            }
        }
    }
}

/// `dx` = the sum of `dy` over the windows that hold a pixel, each divided as its window was.
pub fn backward(p: &AvgPool2dParams, dy: &[f32], dx: &mut [f32]) {
    let channels = p.channel_stride as usize;
    let [in_height, in_width, out_width] = [p.input[0], p.input[1], p.output[1]].map(|size| size as usize);
    let image = p.output[0] as usize * out_width * channels;
    let rows = dx.chunks_exact_mut(in_width * channels).take(p.batch as usize * in_height);
    for (i, dx) in rows.enumerate() {
        let (n, row) = (i / in_height, i % in_height);
        let dy = &dy[n * image..][..image];
        let vertical = p.covering(0, row);
        for (column, dx) in dx.chunks_exact_mut(channels).enumerate() {
            dx.fill(0.0);
            let horizontal = p.covering(1, column);
            for h in vertical.clone() {
                for w in horizontal.clone() {
                    let scale = F32x4::splat(1.0 / p.divisor(h, w) as f32);
                    let dy = &dy[(h * out_width + w) * channels..][..channels];
                    for (dy, dx) in dy.chunks_exact(LANES).zip(dx.chunks_exact_mut(LANES)) {
                        F32x4::load(dy).mul_add(scale, F32x4::load(dx)).store(dx);
                    }
                }
            }
        }
    }
}
