//! Concatenation on the CPU: vectors where the input's channels are, at any alignment.

use super::ConcatParams;
use crate::core::layout::channel_stride;
use crate::ops::shift::simd::copy;

/// The channels of `x` into those of `y` from `first` on; zeros in the rest of the last four.
pub fn place(p: &ConcatParams, x: &[f32], y: &mut [f32]) {
    let (channels, first) = (p.in_channels as usize, p.first as usize);
    let (in_stride, out_stride) = (channel_stride(channels), channel_stride(p.out_channels as usize));
    let pixels = x.chunks_exact(in_stride).zip(y.chunks_exact_mut(out_stride)).take(p.pixels as usize);
    let end = first + channels;
    if first % 4 == 0 {
        // The input's own pad lanes are the zeros.
        pixels.for_each(|(x, y)| copy(x, &mut y[first..first + in_stride]));
        return;
    }
    for (x, y) in pixels {
        copy(&x[..channels], &mut y[first..end]);
        y[end..channel_stride(end)].fill(0.0);
    }
}
