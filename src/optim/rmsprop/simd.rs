//! One step of RMSprop on the CPU, fused over the whole arena.

use super::super::hyper::{BLOCK, Common};
use crate::core::simd::{F32x4, LANES};

/// Numbers that are the same for a block of the arena.
struct Rates {
    learning_rate: F32x4,
    scale: F32x4,
    weight_decay: F32x4,
    alpha: F32x4,
    taken: F32x4,
    eps: F32x4,
    momentum: F32x4,
    first: bool,
}

impl Rates {
    fn new(common: Common<f32>, own: [f32; 8]) -> Self {
        let [alpha, taken, eps, momentum, ..] = own.map(F32x4::splat);
        Self {
            // Negative, so that the step is one multiply-add.
            learning_rate: F32x4::splat(-common.learning_rate),
            scale: F32x4::splat(common.scale),
            weight_decay: F32x4::splat(common.weight_decay),
            alpha,
            taken,
            eps,
            momentum,
            first: common.first,
        }
    }

    /// State left from an earlier run may be anything, even NaN, and is not multiplied by.
    #[inline(always)]
    fn held(&self, state: &[f32]) -> F32x4 {
        if self.first { F32x4::ZERO } else { F32x4::load(state) }
    }

    /// Four parameters. `spread` makes what is divided by out of the gradient and the mean of its square.
    #[inline(always)]
    fn step(&self, g: &[f32], p: &mut [f32], v: &mut [f32], b: &mut [f32], spread: impl FnOnce(F32x4, F32x4) -> F32x4) {
        let value = F32x4::load(p);
        let g = value.mul_add(self.weight_decay, F32x4::load(g) * self.scale);
        let square = self.held(v).mul_add(self.alpha, g * g * self.taken);
        square.store(v);
        let step = g / (spread(g, square).sqrt() + self.eps);
        // Where the gradient stays zero it would go on among subnormal numbers for good.
        let velocity = self.held(b).mul_add(self.momentum, step).normal_or_zero();
        velocity.store(b);
        velocity.mul_add(self.learning_rate, value).store(p);
    }
}

/// As the scalar kernel. `hyper` is as `RmsProp::hyper` writes it; the lengths are multiples of 64.
pub fn step(gradients: &[f32], hyper: &[f32], undecayed: &[u32], parameters: &mut [f32], v: &mut [f32], b: &mut [f32]) {
    let (common, own) = Common::read(hyper);
    if common.stopped {
        return;
    }
    for (block, &undecayed) in undecayed.iter().take(parameters.len() / BLOCK).enumerate() {
        let rates = Rates::new(common.of_block(undecayed), own);
        for at in (block * BLOCK..(block + 1) * BLOCK).step_by(LANES) {
            rates.step(&gradients[at..], &mut parameters[at..], &mut v[at..], &mut b[at..], |_, square| square);
        }
    }
}

/// As [`step`], divided by the deviation around the mean gradient.
pub fn step_centered(gradients: &[f32], hyper: &[f32], undecayed: &[u32], parameters: &mut [f32], [v, b, mean]: [&mut [f32]; 3]) {
    let (common, own) = Common::read(hyper);
    if common.stopped {
        return;
    }
    for (block, &undecayed) in undecayed.iter().take(parameters.len() / BLOCK).enumerate() {
        let rates = Rates::new(common.of_block(undecayed), own);
        for at in (block * BLOCK..(block + 1) * BLOCK).step_by(LANES) {
            let place = &mut mean[at..];
            rates.step(&gradients[at..], &mut parameters[at..], &mut v[at..], &mut b[at..], |g, square| {
                let mean = rates.held(place).mul_add(rates.alpha, g * rates.taken);
                mean.store(place);
                // The variance; rounding can make it negative, which has no root.
                (square - mean * mean).zero_below(F32x4::ZERO)
            });
        }
    }
}
