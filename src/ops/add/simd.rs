//! Sums on the CPU. Lengths are multiples of four: values are stored with their pad lanes.

use super::AddParams;
use crate::core::simd::{F32x4, LANES};
use crate::ops::relu::simd::Rectify;

/// `y = a + b`, or the ReLU of it.
pub fn forward(p: &AddParams, a: &[f32], b: &[f32], y: &mut [f32]) {
    debug_assert_eq!(y.len() % LANES, 0);
    let rectify = Rectify::new(p.relu);
    for ((a, b), y) in a.chunks_exact(LANES).zip(b.chunks_exact(LANES)).zip(y.chunks_exact_mut(LANES)) {
        rectify.apply(F32x4::load(a) + F32x4::load(b)).store(y);
    }
}
