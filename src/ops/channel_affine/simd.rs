//! channel_affine on the CPU: vectors of four channels. Pad lanes of weight, bias and both maps are zero, and stay it.

use super::ChannelAffineParams;
use crate::core::simd::{F32x4, LANES};
use crate::core::sum::Columns;
use crate::ops::relu::simd::Rectify;

/// Pixels of a block, which is read once and whose sums are added in single precision.
const BLOCK: usize = 128;

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
    let mut sums = vec![[Columns::default(); 2]; stride / LANES];
    for (dy, x) in dy.chunks(BLOCK * stride).zip(x.chunks(BLOCK * stride)) {
        for (c, sums) in (0..stride).step_by(LANES).zip(&mut sums) {
            let (mut products, mut sum) = (F32x4::ZERO, F32x4::ZERO);
            for (dy, x) in dy[c..].chunks(stride).zip(x[c..].chunks(stride)) {
                let dy = F32x4::load(dy);
                products = dy.mul_add(F32x4::load(x), products);
                sum = sum + dy;
            }
            sums[0].add(products);
            sums[1].add(sum);
        }
    }
    for (c, [products, sum]) in (0..stride).step_by(LANES).zip(sums) {
        products.rounded().store(&mut dweight[c..]);
        sum.rounded().store(&mut dbias[c..]);
    }
}
