//! One step of Adam on the CPU, fused over the whole arena.

use super::super::hyper::{BLOCK, Common};
use crate::core::simd::{F32x4, LANES};

/// Numbers that are the same for a block of the arena.
struct Rates {
    learning_rate: F32x4,
    scale: F32x4,
    weight_decay: F32x4,
    kept: F32x4,
    beta1: F32x4,
    taken1: F32x4,
    beta2: F32x4,
    taken2: F32x4,
    eps: F32x4,
    correction: F32x4,
    first: bool,
}

impl Rates {
    fn new(common: Common<f32>, own: [f32; 8]) -> Self {
        let [beta1, taken1, beta2, taken2, eps, correction, ..] = own.map(F32x4::splat);
        Self {
            // Negative, so that the step is one multiply-add.
            learning_rate: F32x4::splat(-common.learning_rate),
            scale: F32x4::splat(common.scale),
            weight_decay: F32x4::splat(common.weight_decay),
            kept: F32x4::splat(common.kept),
            beta1,
            taken1,
            beta2,
            taken2,
            eps,
            correction,
            first: common.first,
        }
    }

    /// State left from an earlier run may be anything, even NaN, and is not multiplied by.
    #[inline(always)]
    fn held(&self, state: &[f32]) -> F32x4 {
        if self.first { F32x4::ZERO } else { F32x4::load(state) }
    }

    /// Four parameters. `divided_by` makes what is divided by out of the second moment.
    #[inline(always)]
    fn step(&self, g: &[f32], p: &mut [f32], m: &mut [f32], v: &mut [f32], divided_by: impl FnOnce(F32x4) -> F32x4) {
        let value = F32x4::load(p);
        let g = value.mul_add(self.weight_decay, F32x4::load(g) * self.scale);
        // Where the gradient stays zero it would go on among subnormal numbers for good.
        let first = self.held(m).mul_add(self.beta1, g * self.taken1).normal_or_zero();
        let second = self.held(v).mul_add(self.beta2, g * g * self.taken2);
        first.store(m);
        second.store(v);
        let divisor = divided_by(second).sqrt().mul_add(self.correction, self.eps);
        (first / divisor).mul_add(self.learning_rate, value * self.kept).store(p);
    }
}

/// As the scalar kernel. `hyper` is as `Adam::hyper` writes it; the lengths are multiples of 64.
pub fn step(gradients: &[f32], hyper: &[f32], undecayed: &[u32], parameters: &mut [f32], m: &mut [f32], v: &mut [f32]) {
    let (common, own) = Common::read(hyper);
    if common.stopped {
        return;
    }
    for (block, &undecayed) in undecayed.iter().take(parameters.len() / BLOCK).enumerate() {
        let rates = Rates::new(common.of_block(undecayed), own);
        for at in (block * BLOCK..(block + 1) * BLOCK).step_by(LANES) {
            rates.step(&gradients[at..], &mut parameters[at..], &mut m[at..], &mut v[at..], |second| second);
        }
    }
}

/// As [`step`], divided by the largest second moment so far.
pub fn step_amsgrad(gradients: &[f32], hyper: &[f32], undecayed: &[u32], parameters: &mut [f32], [m, v, largest]: [&mut [f32]; 3]) {
    let (common, own) = Common::read(hyper);
    if common.stopped {
        return;
    }
    for (block, &undecayed) in undecayed.iter().take(parameters.len() / BLOCK).enumerate() {
        let rates = Rates::new(common.of_block(undecayed), own);
        for at in (block * BLOCK..(block + 1) * BLOCK).step_by(LANES) {
            let place = &mut largest[at..];
            let before = rates.held(place);
            rates.step(&gradients[at..], &mut parameters[at..], &mut m[at..], &mut v[at..], |second| {
                // A NaN wins, whichever it is.
                let now = F32x4::select(second.gt_or_nan(before), second, before);
                now.store(place);
                now
            });
        }
    }
}
