//! batch_norm2d on the CPU: vectors of four channels. Sums run over blocks of pixels that stay in the first cache, so that memory is read once,
//! and are noted down block by block, so that rounding errors stay those of a block.

use super::params::BatchNorm2dParams;
use crate::backend::cpu::simd::{F32x4, LANES};
use crate::ops::relu::simd::Rectify;

/// Pixels of a block.
const BLOCK: usize = 64;

fn splat(value: f32) -> F32x4 {
    F32x4::splat(value)
}

/// Vector `c` of the mean and of the inverse deviation.
fn statistics_at(p: &BatchNorm2dParams, statistics: &[f32], c: usize) -> (F32x4, F32x4) {
    (F32x4::load(&statistics[c..]), F32x4::load(&statistics[p.channel_stride as usize + c..]))
}

/// Floats that [`batch_statistics`] and [`parameter_gradients`] note down: two rows for each block.
pub fn scratch_len(p: &BatchNorm2dParams) -> usize {
    2 * (p.pixels as usize).div_ceil(BLOCK) * p.channel_stride as usize
}

/// The channel's entries of the first and of the second row of every block.
fn noted(notes: &[f32], stride: usize, channel: usize) -> impl Iterator<Item = [f64; 2]> {
    notes.chunks_exact(2 * stride).map(move |rows| [rows[channel].into(), rows[stride + channel].into()])
}

/// Mean and squared deviations of every block, then those of all of them (Chan, Golub and LeVeque 1983, section 2). There are few enough
/// blocks to combine them in double precision: an error of the mean moves every value of a channel the same way.
pub fn batch_statistics(
    p: &BatchNorm2dParams,
    x: &[f32],
    statistics: &mut [f32],
    [running_mean, running_var]: [&mut [f32]; 2],
    notes: &mut [f32],
) {
    let (stride, pixels) = (p.channel_stride as usize, p.pixels as usize);
    let x = &x[..pixels * stride];
    for (block, rows) in x.chunks(BLOCK * stride).zip(notes.chunks_exact_mut(2 * stride)) {
        let share = splat(1.0 / (block.len() / stride) as f32);
        let (means, squares) = rows.split_at_mut(stride);
        for c in (0..stride).step_by(LANES) {
            let column = || block[c..].chunks(stride).map(F32x4::load);
            let mean = column().fold(F32x4::ZERO, |sum, x| sum + x) * share;
            mean.store(&mut means[c..]);
            column().fold(F32x4::ZERO, |sum, x| (x - mean).mul_add(x - mean, sum)).store(&mut squares[c..]);
        }
    }
    let notes = &notes[..scratch_len(p)];
    let (counts, count) = ((0..pixels).step_by(BLOCK).map(|from| BLOCK.min(pixels - from) as f64), pixels as f64);
    statistics.fill(0.0);
    for c in 0..p.channels as usize {
        let blocks = || counts.clone().zip(noted(notes, stride, c));
        let mean = blocks().map(|(count, [mean, _])| count * mean).sum::<f64>() / count;
        let squares = blocks().map(|(count, [block, squares])| squares + count * (block - mean) * (block - mean)).sum::<f64>();
        statistics[c] = mean as f32;
        statistics[stride + c] = (squares / count + f64::from(p.eps)).sqrt().recip() as f32;
        let variance = (squares / (count - 1.0)) as f32;
        if variance.is_finite() {
            running_mean[c] += p.momentum * (mean as f32 - running_mean[c]);
            running_var[c] += p.momentum * (variance - running_var[c]);
        }
    }
}

/// `y = gamma (x - mean) / deviation + beta`, through a ReLU where asked for.
pub fn normalize(p: &BatchNorm2dParams, x: &[f32], statistics: &[f32], gamma: &[f32], beta: &[f32], y: &mut [f32]) {
    let (stride, rectify) = (p.channel_stride as usize, Rectify::new(p.relu));
    for (x, y) in x.chunks(BLOCK * stride).zip(y.chunks_mut(BLOCK * stride)) {
        for c in (0..stride).step_by(LANES) {
            let (mean, inverse) = statistics_at(p, statistics, c);
            let (scale, beta) = (inverse * F32x4::load(&gamma[c..]), F32x4::load(&beta[c..]));
            for (x, y) in x[c..].chunks(stride).zip(y[c..].chunks_mut(stride)) {
                let value = (F32x4::load(x) - mean).mul_add(scale, beta);
                rectify.apply(value).store(y);
            }
        }
    }
}

/// Both sums over all pixels: of every block, then of all of them.
pub fn parameter_gradients(
    p: &BatchNorm2dParams,
    dy: &[f32],
    x: &[f32],
    statistics: &[f32],
    [dgamma, dbeta]: [&mut [f32]; 2],
    notes: &mut [f32],
) {
    let stride = p.channel_stride as usize;
    let blocks = dy.chunks(BLOCK * stride).zip(x.chunks(BLOCK * stride));
    for ((dy, x), rows) in blocks.zip(notes.chunks_exact_mut(2 * stride)) {
        let (products_of, sums_of) = rows.split_at_mut(stride);
        for c in (0..stride).step_by(LANES) {
            let (mean, inverse) = statistics_at(p, statistics, c);
            let (mut products, mut sum) = (F32x4::ZERO, F32x4::ZERO);
            for (dy, x) in dy[c..].chunks(stride).zip(x[c..].chunks(stride)) {
                let dy = F32x4::load(dy);
                products = dy.mul_add(F32x4::load(x) - mean, products);
                sum = sum + dy;
            }
            (products * inverse).store(&mut products_of[c..]);
            sum.store(&mut sums_of[c..]);
        }
    }
    let notes = &notes[..scratch_len(p)];
    dgamma.fill(0.0);
    dbeta.fill(0.0);
    for c in 0..p.channels as usize {
        let [products, sum] = noted(notes, stride, c).fold([0.0, 0.0], |[a, b], [product, sum]| [a + product, b + sum]);
        (dgamma[c], dbeta[c]) = (products as f32, sum as f32);
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
