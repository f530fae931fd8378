//! One input and one output channel a group (Howard et al. 2017): vectors run over the channels.

use super::Geometry;
use crate::core::simd::{F32x4, LANES};
use crate::ops::relu::{NONE, simd::Rectify};

/// `y[c] = bias[c] + sum over taps of x[tap][c] * weight[tap][c]`.
pub(super) fn forward(g: &Geometry, x: &[f32], weight: &[f32], bias: &[f32], relu: u32, y: &mut [f32]) {
    walk(g, false, x, weight, bias, relu, y);
}

/// The same sum over the taps that read an input.
pub(super) fn input_gradient(g: &Geometry, dy: &[f32], weight: &[f32], dx: &mut [f32]) {
    walk(g, true, dy, weight, &[], NONE, dx);
}

fn walk(g: &Geometry, transposed: bool, read: &[f32], weight: &[f32], bias: &[f32], relu: u32, written: &mut [f32]) {
    let [vertical, horizontal] = g.axes(transposed);
    let (pixel, rectify) = (g.out_stride, Rectify::new(relu));
    let (read_row, written_row) = (horizontal.read * pixel, horizontal.written * pixel);
    for rows in vertical.runs() {
        for columns in horizontal.runs() {
            for n in 0..g.batch {
                for i in 0..rows.count {
                    for j in 0..columns.count {
                        let from = (n * vertical.read + rows.span.read + i * rows.advance) * read_row
                            + (columns.span.read + j * columns.advance) * pixel;
                        let to =
                            (n * vertical.written + rows.first + i * rows.step) * written_row + (columns.first + j * columns.step) * pixel;
                        for lane in (0..pixel).step_by(LANES) {
                            let mut acc = if bias.is_empty() { F32x4::ZERO } else { F32x4::load(&bias[lane..]) };
                            for r in 0..rows.span.count {
                                for s in 0..columns.span.count {
                                    let tap = (rows.span.tap + r * vertical.tap_step()) * horizontal.kernel
                                        + columns.span.tap
                                        + s * horizontal.tap_step();
                                    let tap = if transposed { g.taps() - 1 - tap } else { tap };
                                    let at = from + r * vertical.read_step() * read_row + s * horizontal.read_step() * pixel;
                                    acc = F32x4::load(&read[at + lane..]).mul_add(F32x4::load(&weight[tap * pixel + lane..]), acc);
                                }
                            }
                            rectify.apply(acc).store(&mut written[to + lane..]);
                        }
                    }
                }
            }
        }
    }
}

/// `dweight[tap][c] = sum over n, h, w of x[n][h*stride + ..][c] * dy[n][h][w][c]`.
pub(super) fn weight_gradient(g: &Geometry, x: &[f32], dy: &[f32], dweight: &mut [f32]) {
    let pixel = g.out_stride;
    dweight[..g.taps() * pixel].fill(0.0);
    let [vertical, horizontal] = g.axes(false);
    for n in 0..g.batch {
        for rows in vertical.runs() {
            for columns in horizontal.runs() {
                for (r, s) in (0..rows.span.count).flat_map(|r| (0..columns.span.count).map(move |s| (r, s))) {
                    let sums = &mut dweight[((rows.span.tap + r) * horizontal.kernel + columns.span.tap + s) * pixel..][..pixel];
                    for lane in (0..pixel).step_by(LANES) {
                        let mut acc = F32x4::ZERO;
                        for i in 0..rows.count {
                            let row = rows.span.read + i * rows.advance + r * vertical.read_step();
                            let from = (n * vertical.read + row) * horizontal.read + columns.span.read + s * horizontal.read_step();
                            let to = (n * vertical.written + rows.first + i) * horizontal.written + columns.first;
                            for j in 0..columns.count {
                                let value = F32x4::load(&x[(from + j * columns.advance) * pixel + lane..]);
                                acc = value.mul_add(F32x4::load(&dy[(to + j) * pixel + lane..]), acc);
                            }
                        }
                        // A sum of each sample's.
                        (F32x4::load(&sums[lane..]) + acc).store(&mut sums[lane..]);
                    }
                }
            }
        }
    }
}
