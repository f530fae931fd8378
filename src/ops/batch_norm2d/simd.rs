//! batch_norm2d on the CPU: vectors of four channels. Sums run over blocks of pixels that stay in the first cache, so that memory is read once
//! and rounding errors stay those of a block.

use super::params::BatchNorm2dParams;
use crate::backend::cpu::simd::{F32x4, LANES};

/// Pixels of a block.
const BLOCK: usize = 64;

fn splat(value: f32) -> F32x4 {
    F32x4::splat(value)
}

/// Vector `c` of the mean and of the inverse deviation.
fn statistics_at(p: &BatchNorm2dParams, statistics: &[f32], c: usize) -> (F32x4, F32x4) {
    (F32x4::load(&statistics[c..]), F32x4::load(&statistics[p.channel_stride as usize + c..]))
}

/// Mean and squared deviations of a block are combined with those of the blocks before (Chan, Golub and LeVeque 1983, equation 2.1).
pub fn batch_statistics(p: &BatchNorm2dParams, x: &[f32], statistics: &mut [f32], running_mean: &mut [f32], running_var: &mut [f32]) {
    let (stride, pixels) = (p.channel_stride as usize, p.pixels as usize);
    let (mean, squares) = statistics.split_at_mut(stride);
    mean.fill(0.0);
    squares.fill(0.0);
    let mut before = 0.0f32;
    for block in x[..pixels * stride].chunks(BLOCK * stride) {
        let count = (block.len() / stride) as f32;
        let (total, here) = (before + count, splat(1.0 / count));
        let (part, spread) = (splat(count / total), splat(before * count / total));
        for c in (0..stride).step_by(LANES) {
            let column = || block[c..].chunks(stride).map(F32x4::load);
            let block_mean = column().fold(F32x4::ZERO, |sum, x| sum + x) * here;
            let block_squares = column().fold(F32x4::ZERO, |sum, x| (x - block_mean).mul_add(x - block_mean, sum));
            let (old_mean, old_squares) = (F32x4::load(&mean[c..]), F32x4::load(&squares[c..]));
            let apart = block_mean - old_mean;
            apart.mul_add(part, old_mean).store(&mut mean[c..]);
            (apart * apart).mul_add(spread, old_squares + block_squares).store(&mut squares[c..]);
        }
        before = total;
    }
    let count = pixels as f32;
    for c in 0..p.channels as usize {
        running_mean[c] += p.momentum * (mean[c] - running_mean[c]);
        running_var[c] += p.momentum * (squares[c] / (count - 1.0) - running_var[c]);
        squares[c] = (squares[c] / count + p.eps).sqrt().recip();
    }
}

/// `y = gamma (x - mean) / deviation + beta`, through a ReLU where asked for.
pub fn normalize(p: &BatchNorm2dParams, x: &[f32], statistics: &[f32], gamma: &[f32], beta: &[f32], y: &mut [f32]) {
    let (stride, relu) = (p.channel_stride as usize, p.relu == 1);
    for (x, y) in x.chunks(BLOCK * stride).zip(y.chunks_mut(BLOCK * stride)) {
        for c in (0..stride).step_by(LANES) {
            let (mean, inverse) = statistics_at(p, statistics, c);
            let (scale, beta) = (inverse * F32x4::load(&gamma[c..]), F32x4::load(&beta[c..]));
            for (x, y) in x[c..].chunks(stride).zip(y[c..].chunks_mut(stride)) {
                let value = (F32x4::load(x) - mean).mul_add(scale, beta);
                if relu { value.relu() } else { value }.store(y);
            }
        }
    }
}

/// Both sums over all pixels.
pub fn parameter_gradients(p: &BatchNorm2dParams, dy: &[f32], x: &[f32], statistics: &[f32], dgamma: &mut [f32], dbeta: &mut [f32]) {
    let stride = p.channel_stride as usize;
    dgamma.fill(0.0);
    dbeta.fill(0.0);
    for (dy, x) in dy.chunks(BLOCK * stride).zip(x.chunks(BLOCK * stride)) {
        for c in (0..stride).step_by(LANES) {
            let (mean, inverse) = statistics_at(p, statistics, c);
            let (mut products, mut sum) = (F32x4::ZERO, F32x4::ZERO);
            for (dy, x) in dy[c..].chunks(stride).zip(x[c..].chunks(stride)) {
                let dy = F32x4::load(dy);
                products = dy.mul_add(F32x4::load(x) - mean, products);
                sum = sum + dy;
            }
            products.mul_add(inverse, F32x4::load(&dgamma[c..])).store(&mut dgamma[c..]);
            (sum + F32x4::load(&dbeta[c..])).store(&mut dbeta[c..]);
        }
    }
}

/// What [`input_gradient`] reads of a channel.
#[derive(Clone, Copy, Debug)]
pub struct Channels<'a> {
    /// Mean and inverse deviation.
    pub statistics: &'a [f32],
    /// The factor of the normalized value.
    pub gamma: &'a [f32],
    /// Its gradient.
    pub dgamma: &'a [f32],
    /// The gradient of the summand.
    pub dbeta: &'a [f32],
}

/// `dx = scale dy - offset - slope (x - mean)`: the rule of the scalar kernel with what does not depend on the pixel taken together.
pub fn input_gradient(p: &BatchNorm2dParams, dy: &[f32], x: &[f32], channels: Channels<'_>, dx: &mut [f32]) {
    let stride = p.channel_stride as usize;
    let share = splat(p.training as f32 / p.pixels as f32);
    for ((dy, x), dx) in dy.chunks(BLOCK * stride).zip(x.chunks(BLOCK * stride)).zip(dx.chunks_mut(BLOCK * stride)) {
        for c in (0..stride).step_by(LANES) {
            let (mean, inverse) = statistics_at(p, channels.statistics, c);
            let scale = inverse * F32x4::load(&channels.gamma[c..]);
            let (mut offset, mut slope) = (F32x4::ZERO, F32x4::ZERO);
            if p.training == 1 {
                offset = scale * share * F32x4::load(&channels.dbeta[c..]);
                slope = scale * share * inverse * F32x4::load(&channels.dgamma[c..]);
            }
            for ((dy, x), dx) in dy[c..].chunks(stride).zip(x[c..].chunks(stride)).zip(dx[c..].chunks_mut(stride)) {
                let centred = F32x4::load(x) - mean;
                (F32x4::load(dy).mul_add(scale, F32x4::ZERO - offset) - centred * slope).store(dx);
            }
        }
    }
}
