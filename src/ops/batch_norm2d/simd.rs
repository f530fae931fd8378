//! batch_norm2d on the CPU: vectors of four channels. Sums run over blocks of pixels that stay in the first cache, so that memory is read once,
//! and are noted down block by block, so that rounding errors stay those of a block.

use super::params::BatchNorm2dParams;
use crate::core::simd::{F32x4, LANES};
use crate::ops::relu::simd::Rectify;

/// Pixels of a block.
const BLOCK: usize = 64;

fn splat(value: f32) -> F32x4 {
    F32x4::splat(value)
}

/// `V` vectors from `c` on.
#[inline(always)]
fn vectors<const V: usize>(of: &[f32], c: usize) -> [F32x4; V] {
    let of = &of[c..c + V * LANES];
    std::array::from_fn(|v| F32x4::load(&of[v * LANES..]))
}

#[inline(always)]
fn store<const V: usize>(vectors: [F32x4; V], to: &mut [f32], c: usize) {
    let to = &mut to[c..c + V * LANES];
    (0..V).for_each(|v| vectors[v].store(&mut to[v * LANES..]));
}

/// The same of each vector.
#[inline(always)]
fn each<const V: usize>(of: impl Fn(usize) -> F32x4) -> [F32x4; V] {
    std::array::from_fn(of)
}

/// Vectors `c..` of the mean, of the inverse deviation, and of what rounding took from the mean.
fn statistics_at<const V: usize>(p: &BatchNorm2dParams, statistics: &[f32], c: usize) -> [[F32x4; V]; 3] {
    std::array::from_fn(|row| vectors(statistics, row * p.channel_stride as usize + c))
}

/// The vectors of a pixel, several at a time as long as there are so many: a sum alone waits for its last addition.
fn groups(stride: usize, wide: usize) -> impl Iterator<Item = (usize, bool)> {
    let single = stride - stride % (wide * LANES);
    (0..single).step_by(wide * LANES).map(|c| (c, true)).chain((single..stride).step_by(LANES).map(|c| (c, false)))
}

/// Floats that [`batch_statistics`] notes down: three rows for each block.
pub fn statistics_scratch_len(p: &BatchNorm2dParams) -> usize {
    3 * (p.pixels as usize).div_ceil(BLOCK) * p.channel_stride as usize
}

/// Floats that [`parameter_gradients`] notes down: two rows for each block.
pub fn gradients_scratch_len(p: &BatchNorm2dParams) -> usize {
    2 * (p.pixels as usize).div_ceil(BLOCK) * p.channel_stride as usize
}

/// The channel's entries of every block's rows.
fn noted<const ROWS: usize>(notes: &[f32], stride: usize, channel: usize) -> impl Iterator<Item = [f64; ROWS]> {
    notes.chunks_exact(ROWS * stride).map(move |rows| std::array::from_fn(|row| rows[row * stride + channel].into()))
}

/// Mean, summed and squared deviations of a block. The deviations are from the mean as it was rounded, and so their sum is not zero.
fn block_statistics<const V: usize>(block: &[f32], stride: usize, c: usize, rows: &mut [f32]) {
    let share = splat(1.0 / (block.len() / stride) as f32);
    let column = || block[c..].chunks(stride).map(|x| vectors::<V>(x, 0));
    let sum = column().fold([F32x4::ZERO; V], |sum, x| each(|v| sum[v] + x[v]));
    let mean = each::<V>(|v| sum[v] * share);
    let [mut rest, mut squares] = [[F32x4::ZERO; V]; 2];
    for x in column() {
        let apart = each::<V>(|v| x[v] - mean[v]);
        rest = each(|v| rest[v] + apart[v]);
        squares = each(|v| apart[v].mul_add(apart[v], squares[v]));
    }
    store(mean, rows, c);
    store(rest, rows, stride + c);
    store(squares, rows, 2 * stride + c);
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
    for (block, rows) in x.chunks(BLOCK * stride).zip(notes.chunks_exact_mut(3 * stride)) {
        for (c, wide) in groups(stride, 4) {
            if wide { block_statistics::<4>(block, stride, c, rows) } else { block_statistics::<1>(block, stride, c, rows) }
        }
    }
    let notes = &notes[..statistics_scratch_len(p)];
    let (counts, count) = ((0..pixels).step_by(BLOCK).map(|from| BLOCK.min(pixels - from) as f64), pixels as f64);
    statistics.fill(0.0);
    for c in 0..p.channels as usize {
        let blocks = || counts.clone().zip(noted(notes, stride, c));
        let mean = blocks().map(|(count, [mean, rest, _])| count * mean + rest).sum::<f64>() / count;
        let squares = blocks().map(|(count, [block, rest, squares])| {
            let apart = block - mean;
            squares + 2.0 * apart * rest + count * apart * apart
        });
        let squares = squares.sum::<f64>();
        statistics[c] = mean as f32;
        statistics[2 * stride + c] = (mean - f64::from(mean as f32)) as f32;
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
    let stride = p.channel_stride as usize;
    for (x, y) in x.chunks(BLOCK * stride).zip(y.chunks_mut(BLOCK * stride)) {
        for (c, wide) in groups(stride, 2) {
            let channels = [statistics, gamma, beta];
            if wide { normalize_block::<2>(p, (x, y), c, channels) } else { normalize_block::<1>(p, (x, y), c, channels) }
        }
    }
}

fn normalize_block<const V: usize>(p: &BatchNorm2dParams, (x, y): (&[f32], &mut [f32]), c: usize, [statistics, gamma, beta]: [&[f32]; 3]) {
    let (stride, rectify) = (p.channel_stride as usize, Rectify::new(p.relu));
    let [mean, inverse, rest] = statistics_at::<V>(p, statistics, c);
    let (gamma, beta) = (vectors::<V>(gamma, c), vectors::<V>(beta, c));
    let scale = each::<V>(|v| inverse[v] * gamma[v]);
    let offset = each::<V>(|v| beta[v] - rest[v] * scale[v]);
    for (x, y) in x[c..].chunks(stride).zip(y[c..].chunks_mut(stride)) {
        let x = vectors::<V>(x, 0);
        store(each::<V>(|v| rectify.apply((x[v] - mean[v]).mul_add(scale[v], offset[v]))), y, 0);
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
    for (block, rows) in blocks.zip(notes.chunks_exact_mut(2 * stride)) {
        for (c, wide) in groups(stride, 4) {
            if wide { block_products::<4>(p, block, c, statistics, rows) } else { block_products::<1>(p, block, c, statistics, rows) }
        }
    }
    let notes = &notes[..gradients_scratch_len(p)];
    dgamma.fill(0.0);
    dbeta.fill(0.0);
    for c in 0..p.channels as usize {
        let [products, sum] = noted(notes, stride, c).fold([0.0, 0.0], |[a, b], [product, sum]| [a + product, b + sum]);
        (dgamma[c], dbeta[c]) = (products as f32, sum as f32);
    }
}

/// Both sums of a block.
fn block_products<const V: usize>(p: &BatchNorm2dParams, (dy, x): (&[f32], &[f32]), c: usize, statistics: &[f32], rows: &mut [f32]) {
    let stride = p.channel_stride as usize;
    let [mean, inverse, rest] = statistics_at::<V>(p, statistics, c);
    let [mut products, mut sum] = [[F32x4::ZERO; V]; 2];
    for (dy, x) in dy[c..].chunks(stride).zip(x[c..].chunks(stride)) {
        let (dy, x) = (vectors::<V>(dy, 0), vectors::<V>(x, 0));
        products = each(|v| dy[v].mul_add(x[v] - mean[v], products[v]));
        sum = each(|v| sum[v] + dy[v]);
    }
    store(each::<V>(|v| (products[v] - rest[v] * sum[v]) * inverse[v]), rows, c);
    store(sum, rows, stride + c);
}

/// What [`input_gradient`] reads of a channel.
#[derive(Clone, Copy, Debug)]
pub struct Channels<'a> {
    /// Mean, inverse deviation, and what rounding took from the mean.
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
    for ((dy, x), dx) in dy.chunks(BLOCK * stride).zip(x.chunks(BLOCK * stride)).zip(dx.chunks_mut(BLOCK * stride)) {
        for (c, wide) in groups(stride, 2) {
            if wide {
                input_gradient_of_block::<2>(p, (dy, x), channels, dx, c);
            } else {
                input_gradient_of_block::<1>(p, (dy, x), channels, dx, c);
            }
        }
    }
}

fn input_gradient_of_block<const V: usize>(
    p: &BatchNorm2dParams,
    (dy, x): (&[f32], &[f32]),
    channels: Channels<'_>,
    dx: &mut [f32],
    c: usize,
) {
    let (stride, share) = (p.channel_stride as usize, splat(p.training as f32 / p.pixels as f32));
    let [mean, inverse, rest] = statistics_at::<V>(p, channels.statistics, c);
    let [gamma, dgamma, dbeta] = [channels.gamma, channels.dgamma, channels.dbeta].map(|of| vectors::<V>(of, c));
    let scale = each::<V>(|v| inverse[v] * gamma[v]);
    let [mut offset, mut slope] = [[F32x4::ZERO; V]; 2];
    if p.training == 1 {
        slope = each(|v| scale[v] * share * inverse[v] * dgamma[v]);
        offset = each(|v| scale[v] * share * dbeta[v] - slope[v] * rest[v]);
    }
    for ((dy, x), dx) in dy[c..].chunks(stride).zip(x[c..].chunks(stride)).zip(dx[c..].chunks_mut(stride)) {
        let (dy, x) = (vectors::<V>(dy, 0), vectors::<V>(x, 0));
        store(each::<V>(|v| dy[v].mul_add(scale[v], F32x4::ZERO - offset[v]) - (x[v] - mean[v]) * slope[v]), dx, 0);
    }
}
