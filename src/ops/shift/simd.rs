//! The shift on the CPU: whole rows where the channels stay in place, pixel by pixel where they move.

use core::ops::Range;

use super::ShiftParams;
use crate::core::layout::channel_stride;
use crate::core::simd::{F32x4, LANES};

/// `y[n,c,h,w] = x[n, c - front, h - top, w - left]`, zero where `x` has no such place.
pub fn forward(p: &ShiftParams, x: &[f32], y: &mut [f32]) {
    let (in_stride, out_stride) = (channel_stride(p.in_channels as usize), channel_stride(p.out_channels as usize));
    let (in_row, out_row) = (p.in_width as usize * in_stride, p.out_width as usize * out_stride);
    let (in_height, out_height) = (p.in_height as usize, p.out_height as usize);
    let channels = covered(p.front, p.in_channels, p.out_channels);
    let columns = covered(p.left, p.in_width, p.out_width);
    let first_column = (columns.start as isize - p.left as isize) as usize;
    let whole_rows = p.front == 0 && p.in_channels == p.out_channels;
    for (i, y) in y.chunks_exact_mut(out_row).take(p.batch as usize * out_height).enumerate() {
        let (n, row) = (i / out_height, (i % out_height) as isize - p.top as isize);
        if row < 0 || row >= in_height as isize || columns.is_empty() || channels.is_empty() {
            y.fill(0.0);
            continue;
        }
        let x = &x[(n * in_height + row as usize) * in_row..][..in_row];
        let (y, after) = y.split_at_mut(columns.end * out_stride);
        let (before, y) = y.split_at_mut(columns.start * out_stride);
        before.fill(0.0);
        after.fill(0.0);
        let x = &x[first_column * in_stride..];
        if whole_rows {
            y.copy_from_slice(&x[..y.len()]);
            continue;
        }
        let first_channel = (channels.start as isize - p.front as isize) as usize;
        for (x, y) in x.chunks_exact(in_stride).zip(y.chunks_exact_mut(out_stride)) {
            y[..channels.start].fill(0.0);
            copy(&x[first_channel..][..channels.len()], &mut y[channels.clone()]);
            y[channels.end..].fill(0.0);
        }
    }
}

/// The output's positions along an axis that the input reaches.
fn covered(offset: i32, input: u32, output: u32) -> Range<usize> {
    let bound = |at: i64| at.clamp(0, output.into()) as usize;
    bound(offset.into())..bound(i64::from(offset) + i64::from(input))
}

/// A copy of a few floats, without the call that `copy_from_slice` is.
#[inline(always)]
pub fn copy(from: &[f32], to: &mut [f32]) {
    debug_assert_eq!(from.len(), to.len());
    let (from_vectors, to_vectors) = (from.chunks_exact(LANES), to.chunks_exact_mut(LANES));
    let whole = from.len() / LANES * LANES;
    for (from, to) in from_vectors.zip(to_vectors) {
        F32x4::load(from).store(to);
    }
    for (from, to) in from[whole..].iter().zip(&mut to[whole..]) {
        *to = *from;
    }
}
