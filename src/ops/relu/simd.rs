//! ReLU on the CPU. Lengths are multiples of four: values are stored with their pad lanes.

use crate::backend::cpu::simd::{F32x4, LANES};

/// `y = x < 0 ? 0 : x`; NaN stays NaN.
pub fn forward(x: &[f32], y: &mut [f32]) {
    debug_assert_eq!(x.len() % LANES, 0);
    for (x, y) in x.chunks_exact(LANES).zip(y.chunks_exact_mut(LANES)) {
        F32x4::load(x).relu().store(y);
    }
}

/// `dx = y > 0 ? dy : 0`.
pub fn backward(dy: &[f32], y: &[f32], dx: &mut [f32]) {
    debug_assert_eq!(dy.len() % LANES, 0);
    for ((dy, y), dx) in dy.chunks_exact(LANES).zip(y.chunks_exact(LANES)).zip(dx.chunks_exact_mut(LANES)) {
        F32x4::load(dy).keep(F32x4::load(y).gt(F32x4::ZERO)).store(dx);
    }
}
