//! Max pooling on the CPU: vectors run over the channels.

use core::ops::Range;

use super::params::MaxPool2dParams;
use crate::core::simd::{F32x4, LANES, U32x4};

/// `y` = the largest value of each window; `argmax` = its place in the plane, `row * in_width + column`.
///
/// Among equal values the first in row-major order wins, a NaN wins over everything, padding counts as minus infinity. The
/// places in pad lanes mean nothing: the gradients there are zero.
pub fn forward(p: &MaxPool2dParams, x: &[f32], y: &mut [f32], argmax: &mut [u32]) {
    let channels = p.channel_stride as usize;
    let [in_height, in_width] = [p.in_height as usize, p.in_width as usize];
    let image = in_height * in_width * channels;
    let row_len = p.out_width as usize * channels;
    if row_len == 0 {
        return;
    }
    let count = p.batch as usize * p.out_height as usize;
    let two_by_two = [p.kernel_height, p.kernel_width, p.dilation_height, p.dilation_width] == [2, 2, 1, 1]
        && (p.out_height - 1) * p.stride_height + 2 <= p.in_height
        && (p.out_width - 1) * p.stride_width + 2 <= p.in_width
        && [p.padding_height, p.padding_width] == [0, 0];
    let rows = y.chunks_exact_mut(row_len).zip(argmax.chunks_exact_mut(row_len)).take(count);
    for (i, (y, argmax)) in rows.enumerate() {
        let (n, h) = (i / p.out_height as usize, i % p.out_height as usize);
        let x = &x[n * image..][..image];
        if two_by_two {
            two_by_two_row(p, h, x, y, argmax);
            continue;
        }
        let vertical = taps(h, p.kernel_height, p.stride_height, p.padding_height, p.dilation_height, p.in_height);
        let pixels = y.chunks_exact_mut(channels).zip(argmax.chunks_exact_mut(channels));
        for (w, (y, argmax)) in pixels.enumerate() {
            let horizontal = taps(w, p.kernel_width, p.stride_width, p.padding_width, p.dilation_width, p.in_width);
            let window = Window {
                first: vertical.first * in_width + horizontal.first,
                rows: vertical.count,
                columns: horizontal.count,
                row_step: p.dilation_height as usize * in_width,
                column_step: p.dilation_width as usize,
            };
            for lane in (0..channels).step_by(LANES) {
                let (largest, place) = window.largest(&x[lane..], channels);
                largest.store(&mut y[lane..]);
                place.store(&mut argmax[lane..]);
            }
        }
    }
}

/// One row of 2x2 windows without padding, the usual case.
fn two_by_two_row(p: &MaxPool2dParams, h: usize, x: &[f32], y: &mut [f32], argmax: &mut [u32]) {
    let channels = p.channel_stride as usize;
    let row_len = p.in_width as usize * channels;
    let (top, rest) = x[h * p.stride_height as usize * row_len..].split_at(row_len);
    let bottom = &rest[..row_len];
    let mut place = h as u32 * p.stride_height * p.in_width;
    let mut at = 0;
    for (y, argmax) in y.chunks_exact_mut(channels).zip(argmax.chunks_exact_mut(channels)) {
        let (top_left, top_right) = top[at..][..2 * channels].split_at(channels);
        let (bottom_left, bottom_right) = bottom[at..][..2 * channels].split_at(channels);
        let others = [(top_right, place + 1), (bottom_left, place + p.in_width), (bottom_right, place + p.in_width + 1)];
        for (vector, (y, argmax)) in y.chunks_exact_mut(LANES).zip(argmax.chunks_exact_mut(LANES)).enumerate() {
            let lane = vector * LANES;
            let mut largest = (F32x4::load(&top_left[lane..]), U32x4::splat(place));
            for (from, place) in others {
                largest = larger(largest, F32x4::load(&from[lane..]), place);
            }
            largest.0.store(y);
            largest.1.store(argmax);
        }
        place += p.stride_width;
        at += p.stride_width as usize * channels;
    }
}

#[inline(always)]
fn larger((largest, place): (F32x4, U32x4), value: F32x4, at: u32) -> (F32x4, U32x4) {
    let better = value.gt_or_nan(largest);
    (F32x4::select(better, value, largest), U32x4::select(better, U32x4::splat(at), place))
}

/// The taps of one window along one axis that are inside the map.
struct Taps {
    first: usize,
    count: usize,
}

#[inline(always)]
fn taps(at: usize, kernel: u32, stride: u32, padding: u32, dilation: u32, size: u32) -> Taps {
    let (kernel, padding, dilation) = (kernel as usize, padding as usize, dilation as usize);
    let start = at * stride as usize;
    let before = if start < padding { (padding - start).div_ceil(dilation) } else { 0 };
    let first = start + before * dilation - padding;
    let room = (size as usize).saturating_sub(first).div_ceil(dilation);
    Taps { first, count: room.min(kernel.saturating_sub(before)) }
}

/// The pixels of one window: places in the plane.
struct Window {
    first: usize,
    rows: usize,
    columns: usize,
    row_step: usize,
    column_step: usize,
}

impl Window {
    #[inline(always)]
    fn largest(&self, x: &[f32], channels: usize) -> (F32x4, U32x4) {
        if self.rows == 0 || self.columns == 0 {
            return (F32x4::ZERO, U32x4::splat(0));
        }
        let mut largest = (F32x4::load(&x[self.first * channels..]), U32x4::splat(self.first as u32));
        for row in 0..self.rows {
            for column in 0..self.columns {
                let at = self.first + row * self.row_step + column * self.column_step;
                largest = larger(largest, F32x4::load(&x[at * channels..]), at as u32);
            }
        }
        largest
    }
}

/// `dx` = the sum of `dy` over the windows whose largest value it was.
///
/// Gathers, so that every place of `dx` is written once and nothing has to be zero before.
pub fn backward(p: &MaxPool2dParams, dy: &[f32], argmax: &[u32], dx: &mut [f32]) {
    let channels = p.channel_stride as usize;
    let row_len = p.in_width as usize * channels;
    if row_len == 0 {
        return;
    }
    let image = p.out_height as usize * p.out_width as usize * channels;
    let tiled = tiled(p);
    let rows = dx.chunks_exact_mut(row_len).take(p.batch as usize * p.in_height as usize);
    for (i, dx) in rows.enumerate() {
        let (n, h) = (i / p.in_height as usize, i % p.in_height as usize);
        let (dy, argmax) = (&dy[n * image..][..image], &argmax[n * image..][..image]);
        let place = (h * p.in_width as usize) as u32;
        if tiled {
            tiled_row(p, h, place, dy, argmax, dx);
        } else {
            let vertical = covering(h, p.kernel_height, p.stride_height, p.padding_height, p.dilation_height, p.out_height);
            for (w, dx) in dx.chunks_exact_mut(channels).enumerate() {
                let horizontal = covering(w, p.kernel_width, p.stride_width, p.padding_width, p.dilation_width, p.out_width);
                gather(p, place + w as u32, &vertical, &horizontal, dy, argmax, dx);
            }
        }
    }
}

/// Whether every input pixel lies in one window at most, the usual case.
fn tiled(p: &MaxPool2dParams) -> bool {
    p.kernel_height == p.stride_height
        && p.kernel_width == p.stride_width
        && p.padding_height == 0
        && p.padding_width == 0
        && p.dilation_height == 1
        && p.dilation_width == 1
}

/// One row of `dx` where windows do not overlap: a window's gradient goes to the pixel it chose, zero to the others.
#[inline(always)]
fn tiled_row(p: &MaxPool2dParams, h: usize, place: u32, dy: &[f32], argmax: &[u32], dx: &mut [f32]) {
    let channels = p.channel_stride as usize;
    let out_row = h / p.stride_height as usize;
    if out_row >= p.out_height as usize {
        return dx.fill(0.0);
    }
    let row = p.out_width as usize * channels;
    let (dy, argmax) = (&dy[out_row * row..][..row], &argmax[out_row * row..][..row]);
    let width = p.stride_width as usize;
    let mut place = place;
    let windows = dy.chunks_exact(channels).zip(argmax.chunks_exact(channels));
    let mut blocks = dx.chunks_mut(width * channels);
    for ((dy, argmax), block) in windows.zip(&mut blocks) {
        for lane in (0..channels).step_by(LANES) {
            let (gradient, chosen) = (F32x4::load(&dy[lane..]), U32x4::load(&argmax[lane..]));
            for (w, dx) in block.chunks_exact_mut(channels).enumerate() {
                gradient.keep(chosen.equal(U32x4::splat(place + w as u32))).store(&mut dx[lane..]);
            }
        }
        place += width as u32;
    }
    for block in blocks {
        block.fill(0.0);
    }
}

/// Windows along one axis that may read position `at`: those from `range` that hit it exactly, given the dilation.
struct Covering {
    range: Range<usize>,
}

fn covering(at: usize, kernel: u32, stride: u32, padding: u32, dilation: u32, count: u32) -> Covering {
    let (at, stride) = (at + padding as usize, stride as usize);
    let reach = (kernel as usize - 1) * dilation as usize;
    let first = at.saturating_sub(reach).div_ceil(stride);
    let end = (at / stride + 1).min(count as usize);
    Covering { range: first.min(end)..end }
}

fn gather(p: &MaxPool2dParams, place: u32, vertical: &Covering, horizontal: &Covering, dy: &[f32], argmax: &[u32], dx: &mut [f32]) {
    let channels = p.channel_stride as usize;
    for lane in (0..channels).step_by(LANES) {
        let mut sum = F32x4::ZERO;
        for h in vertical.range.clone() {
            for w in horizontal.range.clone() {
                let at = (h * p.out_width as usize + w) * channels + lane;
                // A window that steps over this pixel (dilation) has chosen another one.
                let chosen = U32x4::load(&argmax[at..]).equal(U32x4::splat(place));
                sum = sum + F32x4::load(&dy[at..]).keep(chosen);
            }
        }
        sum.store(&mut dx[lane..]);
    }
}

#[cfg(test)]
mod tests;
