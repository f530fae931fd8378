//! ReLU on the CPU. Lengths are multiples of four: values are stored with their pad lanes.

use super::{NONE, ReluParams, STRICT};
use crate::core::simd::{F32x4, LANES, Mask4, U32x4};

/// `y = x < 0 ? 0 : x`; NaN stays NaN.
pub fn forward(p: &ReluParams, x: &[f32], y: &mut [f32]) {
    debug_assert_eq!(x.len() % LANES, 0);
    let rectify = Rectify::new(p.relu);
    for (x, y) in x.chunks_exact(LANES).zip(y.chunks_exact_mut(LANES)) {
        rectify.apply(F32x4::load(x)).store(y);
    }
}

/// A ReLU, or none, as the `relu` switch of a kernel's params says: the same few instructions for each, so that loops need no branches.
#[derive(Clone, Copy, Debug)]
pub struct Rectify {
    floor: F32x4,
    strict: Mask4,
}

impl Rectify {
    /// For this switch.
    pub fn new(relu: u32) -> Self {
        let floor = F32x4::splat(if relu == NONE { f32::NEG_INFINITY } else { 0.0 });
        Self { floor, strict: U32x4::splat(relu).equal(U32x4::splat(STRICT)) }
    }

    /// As [`super::rectify`], lane by lane.
    #[inline(always)]
    pub fn apply(self, x: F32x4) -> F32x4 {
        // A finite number times zero is zero, infinity and NaN become NaN. The signs are those with which -0 stays -0, as in PyTorch.
        x.zero_below(self.floor) - (x * F32x4::splat(-0.0)).keep(self.strict)
    }
}

/// `dx = y > 0 ? dx : 0`.
pub fn mask(dx: &mut [f32], y: &[f32]) {
    for (y, dx) in y.chunks_exact(LANES).zip(dx.chunks_exact_mut(LANES)) {
        F32x4::load(dx).keep(F32x4::load(y).gt(F32x4::ZERO)).store(dx);
    }
}

/// `dx = y > 0 ? dy : 0`.
pub fn backward(dy: &[f32], y: &[f32], dx: &mut [f32]) {
    debug_assert_eq!(dy.len() % LANES, 0);
    for ((dy, y), dx) in dy.chunks_exact(LANES).zip(y.chunks_exact(LANES)).zip(dx.chunks_exact_mut(LANES)) {
        F32x4::load(dy).keep(F32x4::load(y).gt(F32x4::ZERO)).store(dx);
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn negative_values_become_zero_and_let_no_gradient_through() {
        let x = [-1.0, 0.0, 2.0, f32::NAN, 3.0, -0.5, f32::INFINITY, f32::NEG_INFINITY];
        let mut y = [7.0; 8];
        let params = |relu| ReluParams { len: 8, relu, unused: [0; 2] };
        forward(&params(STRICT), &x, &mut y);
        assert_eq!(y[..3], [0.0, 0.0, 2.0]);
        assert_eq!(y[4..6], [3.0, 0.0]);
        assert!([3, 6, 7].iter().all(|&at| y[at].is_nan()), "{y:?}");
        forward(&params(super::super::PLAIN), &x, &mut y);
        assert_eq!(y[..3], [0.0, 0.0, 2.0]);
        assert!(y[3].is_nan());
        assert_eq!(y[4..], [3.0, 0.0, f32::INFINITY, 0.0]);
        for relu in [NONE, super::super::PLAIN, STRICT] {
            forward(&params(relu), &[-0.0, 0.0, 1.0, 2.0], &mut y[..4]);
            assert_eq!(y[..4].iter().map(|y| y.to_bits()).collect::<Vec<_>>(), [-0.0_f32, 0.0, 1.0, 2.0].map(f32::to_bits), "{relu}");
        }
        forward(&params(super::super::PLAIN), &x, &mut y);
        let mut dx = [7.0; 8];
        backward(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0], &y, &mut dx);
        assert_eq!(dx, [0.0, 0.0, 3.0, 0.0, 5.0, 0.0, 7.0, 0.0]);
    }
}
