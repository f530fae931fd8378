//! channel_affine on the CPU: vectors of four channels. Pad lanes of weight, bias and both maps are zero, and stay it.

use super::ChannelAffineParams;
use crate::backend::cpu::simd::{F32x4, LANES};
use crate::ops::relu::simd::Rectify;

/// Pixels of a block: sums run over blocks, so that rounding errors stay those of one.
const BLOCK: usize = 64;

/// `y = weight x + bias`, through a ReLU where asked for.
pub fn forward(p: &ChannelAffineParams, x: &[f32], weight: &[f32], bias: &[f32], y: &mut [f32]) {
    let (stride, rectify) = (p.channel_stride as usize, Rectify::new(p.relu));
    for (x, y) in x.chunks_exact(stride).zip(y.chunks_exact_mut(stride)) {
        for c in (0..stride).step_by(LANES) {
            let value = F32x4::load(&x[c..]).mul_add(F32x4::load(&weight[c..]), F32x4::load(&bias[c..]));
            rectify.apply(value).store(&mut y[c..]);
        }
    }
}

/// `dx = weight dy`.
pub fn input_gradient(p: &ChannelAffineParams, dy: &[f32], weight: &[f32], dx: &mut [f32]) {
    let stride = p.channel_stride as usize;
    for (dy, dx) in dy.chunks_exact(stride).zip(dx.chunks_exact_mut(stride)) {
        for c in (0..stride).step_by(LANES) {
            (F32x4::load(&dy[c..]) * F32x4::load(&weight[c..])).store(&mut dx[c..]);
        }
    }
}

/// `dweight = sum of dy x`, `dbias = sum of dy`.
pub fn parameter_gradients(p: &ChannelAffineParams, dy: &[f32], x: &[f32], dweight: &mut [f32], dbias: &mut [f32]) {
    let stride = p.channel_stride as usize;
    dweight.fill(0.0);
    dbias.fill(0.0);
    for (dy, x) in dy.chunks(BLOCK * stride).zip(x.chunks(BLOCK * stride)) {
        for c in (0..stride).step_by(LANES) {
            let (mut products, mut sum) = (F32x4::ZERO, F32x4::ZERO);
            for (dy, x) in dy[c..].chunks(stride).zip(x[c..].chunks(stride)) {
                let dy = F32x4::load(dy);
                products = dy.mul_add(F32x4::load(x), products);
                sum = sum + dy;
            }
            (products + F32x4::load(&dweight[c..])).store(&mut dweight[c..]);
            (sum + F32x4::load(&dbias[c..])).store(&mut dbias[c..]);
        }
    }
}
