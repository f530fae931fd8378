//! One SGD step on the CPU, fused over the whole arena: every parameter, gradient and velocity is touched once.

use super::super::hyper::{BLOCK, Common};
use crate::core::simd::{F32x4, LANES};

/// `g = scale g + weight_decay p`; `v = momentum v + taken g`, in the first step `v = g`; `g = nesterov ? g + momentum v : v`;
/// `p -= learning_rate g`. Without momentum `p -= learning_rate g` and the velocity is left alone.
///
/// `hyper` is as `Sgd::hyper` writes it. The lengths are multiples of 64.
pub fn step(gradients: &[f32], hyper: &[f32], undecayed: &[u32], parameters: &mut [f32], velocity: &mut [f32]) {
    let (common, [momentum, taken, nesterov, ..]) = Common::read(hyper);
    if common.stopped {
        return;
    }
    let blocks = parameters.chunks_exact_mut(BLOCK).zip(velocity.chunks_exact_mut(BLOCK)).zip(gradients.chunks_exact(BLOCK));
    for (((p, v), g), &undecayed) in blocks.zip(undecayed) {
        let common = common.of_block(undecayed);
        let rates = Rates {
            learning_rate: F32x4::splat(-common.learning_rate),
            scale: F32x4::splat(common.scale),
            weight_decay: F32x4::splat(common.weight_decay),
            momentum: F32x4::splat(momentum),
            taken: F32x4::splat(taken),
        };
        // Each case is its own loop: the choices stay outside.
        match (momentum != 0.0, common.first, nesterov == 1.0) {
            (false, _, _) => plain(&rates, g, p),
            (true, false, false) => with_momentum::<false, false>(&rates, g, p, v),
            (true, false, true) => with_momentum::<false, true>(&rates, g, p, v),
            (true, true, false) => with_momentum::<true, false>(&rates, g, p, v),
            (true, true, true) => with_momentum::<true, true>(&rates, g, p, v),
        }
    }
}

struct Rates {
    /// Negative, so that the step is one multiply-add.
    learning_rate: F32x4,
    scale: F32x4,
    weight_decay: F32x4,
    momentum: F32x4,
    /// `1 - dampening`.
    taken: F32x4,
}

fn plain(rates: &Rates, gradients: &[f32], parameters: &mut [f32]) {
    for (p, g) in parameters.chunks_exact_mut(LANES).zip(gradients.chunks_exact(LANES)) {
        let value = F32x4::load(p);
        let g = value.mul_add(rates.weight_decay, F32x4::load(g) * rates.scale);
        g.mul_add(rates.learning_rate, value).store(p);
    }
}

fn with_momentum<const FIRST: bool, const NESTEROV: bool>(rates: &Rates, gradients: &[f32], parameters: &mut [f32], velocity: &mut [f32]) {
    let places = parameters.chunks_exact_mut(LANES).zip(velocity.chunks_exact_mut(LANES)).zip(gradients.chunks_exact(LANES));
    for ((p, v), g) in places {
        let value = F32x4::load(p);
        let g = value.mul_add(rates.weight_decay, F32x4::load(g) * rates.scale);
        // A velocity left from an earlier start may be anything, even NaN: the first step does not multiply by it.
        let taken = g * rates.taken;
        // Where the gradient is zero, as behind a ReLU that is never on, a velocity would go on among subnormal numbers for good.
        let velocity = if FIRST { taken } else { F32x4::load(v).mul_add(rates.momentum, taken).normal_or_zero() };
        velocity.store(v);
        let g = if NESTEROV { velocity.mul_add(rates.momentum, g) } else { velocity };
        g.mul_add(rates.learning_rate, value).store(p);
    }
}
