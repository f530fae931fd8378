//! Average pooling on the CPU: vectors run over the channels.

use super::params::AvgPool2dParams;
use crate::backend::cpu::simd::{F32x4, LANES};

/// Pixels of a window that are added in a row, or one of its rows: the last of thousands would meet a sum thousands of times its size.
const TOGETHER: usize = 64;

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
            let scale = F32x4::splat(1.0 / p.divisor(h, w) as f32);
            let together = (TOGETHER / horizontal.len().max(1)).max(1);
            for (lane, y) in (0..channels).step_by(LANES).zip(y.chunks_exact_mut(LANES)) {
                let mut rows = vertical.clone().step_by(together);
                // Of a few rows, and then of all of them.
                let mut some_rows = || {
                    let first = rows.next()?;
                    let mut sum = F32x4::ZERO;
                    for row in first..vertical.end.min(first + together) {
                        for column in horizontal.clone() {
                            sum = sum + F32x4::load(&x[(row * in_width + column) * channels + lane..]);
                        }
                    }
                    Some(sum)
                };
                let mut sum = some_rows().unwrap_or(F32x4::ZERO);
                while let Some(some) = some_rows() {
                    sum = sum + some;
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
