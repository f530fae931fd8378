//! Local response normalization on the CPU: vectors run over the channels, and what a pixel's windows sum lies in scratch memory between
//! zeros, so that no window ends early.

use super::params::LocalResponseNormParams;
use crate::core::simd::{F32x4, LANES, Mask4};

/// Floats of scratch memory: the channels of a pixel, and a window's reach on both sides.
pub fn scratch_len(p: &LocalResponseNormParams) -> usize {
    (p.channel_stride + p.before + p.after) as usize
}

/// `y = x denominator^-beta`, `denominator = k + scale * sum of x^2 over the window`.
pub fn forward(p: &LocalResponseNormParams, x: &[f32], y: &mut [f32], denominator: &mut [f32], scratch: &mut [f32]) {
    let channels = p.channel_stride as usize;
    let power = Power::new(-p.beta);
    let [scale, k] = [p.scale, p.k].map(F32x4::splat);
    scratch.fill(0.0);
    let pixels = x.chunks_exact(channels).zip(y.chunks_exact_mut(channels)).zip(denominator.chunks_exact_mut(channels));
    for ((x, y), denominator) in pixels.take(p.pixels as usize) {
        for c in (0..channels).step_by(LANES) {
            let x = F32x4::load(&x[c..]);
            (x * x).store(&mut scratch[p.before as usize + c..]);
        }
        for c in (0..channels).step_by(LANES) {
            let below = scale.mul_add(window_sum(p, &scratch[c..]), k);
            let real = real_lanes(p, c);
            below.keep(real).store(&mut denominator[c..]);
            (F32x4::load(&x[c..]) * power.of(below)).keep(real).store(&mut y[c..]);
        }
    }
}

/// `dx = dy denominator^-beta - 2 scale beta x * sum of dy x denominator^(-beta - 1)` over the windows that hold the channel.
pub fn backward(p: &LocalResponseNormParams, dy: &[f32], x: &[f32], denominator: &[f32], dx: &mut [f32], scratch: &mut [f32]) {
    let channels = p.channel_stride as usize;
    let power = Power::new(-p.beta);
    let factor = F32x4::splat(-2.0 * p.scale * p.beta);
    scratch.fill(0.0);
    let read = dy.chunks_exact(channels).zip(x.chunks_exact(channels)).zip(denominator.chunks_exact(channels));
    for (((dy, x), denominator), dx) in read.zip(dx.chunks_exact_mut(channels)).take(p.pixels as usize) {
        for c in (0..channels).step_by(LANES) {
            let below = F32x4::load(&denominator[c..]);
            let direct = F32x4::load(&dy[c..]) * power.of(below);
            let real = real_lanes(p, c);
            (direct * F32x4::load(&x[c..]) / below).keep(real).store(&mut scratch[p.after as usize + c..]);
            direct.keep(real).store(&mut dx[c..]);
        }
        for c in (0..channels).step_by(LANES) {
            let others = factor * F32x4::load(&x[c..]) * window_sum(p, &scratch[c..]);
            // In pad lanes x is zero, but a sum that is not finite would make it NaN.
            (F32x4::load(&dx[c..]) + others.keep(real_lanes(p, c))).store(&mut dx[c..]);
        }
    }
}

/// The sums over four neighbouring windows, of which the first begins at `from[0]`.
#[inline(always)]
fn window_sum(p: &LocalResponseNormParams, from: &[f32]) -> F32x4 {
    let size = (p.before + p.after) as usize + 1;
    from[..size + LANES - 1].windows(LANES).fold(F32x4::ZERO, |sum, values| sum + F32x4::load(values))
}

/// The lanes from channel `c` on that hold channels.
#[inline(always)]
fn real_lanes(p: &LocalResponseNormParams, c: usize) -> Mask4 {
    F32x4::splat((p.channels as usize - c) as f32).gt(F32x4::constant([0.0, 1.0, 2.0, 3.0]))
}

/// Raises to a power of at most zero: by square roots where it is made of quarters, as those of all papers are (3/4), else number by number.
#[derive(Clone, Copy)]
enum Power {
    Quarters(u32),
    Any(f32),
}

impl Power {
    fn new(exponent: f32) -> Self {
        let quarters = -4.0 * exponent;
        if quarters.fract() == 0.0 && quarters <= 8.0 { Self::Quarters(quarters as u32) } else { Self::Any(exponent) }
    }

    #[inline(always)]
    fn of(self, base: F32x4) -> F32x4 {
        match self {
            Self::Quarters(count) => {
                let root = base.sqrt().sqrt();
                F32x4::splat(1.0) / (0..count).fold(F32x4::splat(1.0), |product, _| product * root)
            }
            Self::Any(exponent) => F32x4::load(&base.to_array().map(|base| base.powf(exponent))),
        }
    }
}
