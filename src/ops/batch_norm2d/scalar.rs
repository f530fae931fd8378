//! batch_norm2d in plain loops: the reference the fast kernels are measured against.
//!
//! `statistics` holds three rows of channels: the mean, `1 / sqrt(variance + eps)`, and what rounding took from the mean. Where the mean is a hundred
//! times the deviation that is more than the rounding of anything else, and moves every normalized value of a channel the same way.

use super::params::BatchNorm2dParams;
use crate::core::kernel::{Args, Map, MapMut, Real};
use crate::core::sum::sum_of;
use crate::ops::relu::rectify;

/// An activation as `pixels` rows of channels.
fn rows<'a, T: Copy>(p: &BatchNorm2dParams, data: &'a [T]) -> Map<'a, T> {
    Map::new(data, p.channels, 1, 1)
}

fn rows_mut<'a, T: Copy + Default>(p: &BatchNorm2dParams, data: &'a mut [T]) -> MapMut<'a, T> {
    MapMut::zeroed(data, p.channels, 1, 1)
}

/// How far a value is from its channel's mean.
fn deviation<T: Real>(x: Map<'_, T>, statistics: Map<'_, T>, pixel: usize, c: usize) -> T {
    x.at(pixel, c, 0, 0) - statistics.at(0, c, 0, 0) - statistics.at(2, c, 0, 0)
}

/// Mean and `1 / sqrt(variance + eps)` of the batch, the variance divided by n; the running ones move by `momentum` towards the batch's,
/// its variance then divided by n - 1. Where these are NaN the running ones stay: training stops then, and goes on from what was.
fn batch_statistics<T: Real>(p: &BatchNorm2dParams, x: &[T], statistics: &mut [T], [running_mean, running_var]: [&mut [T]; 2]) {
    let (x, mut statistics) = (rows(p, x), rows_mut(p, statistics));
    let (count, momentum) = (T::of(p.pixels.into()), T::of(p.momentum.into()));
    for c in 0..p.channels as usize {
        let of_channel = || (0..p.pixels as usize).map(|pixel| x.at(pixel, c, 0, 0));
        let mean = sum_of(of_channel()) / count;
        let rest = sum_of(of_channel().map(|x| x - mean)) / count;
        let squares = sum_of(of_channel().map(|x| (x - mean - rest) * (x - mean - rest)));
        *statistics.at(0, c, 0, 0) = mean;
        *statistics.at(2, c, 0, 0) = rest;
        *statistics.at(1, c, 0, 0) = (squares / count + T::of(p.eps.into())).sqrt().recip();
        if squares.is_finite() {
            running_mean[c] += momentum * (mean - running_mean[c]);
            running_var[c] += momentum * (squares / (count - T::one()) - running_var[c]);
        }
    }
}

/// The same rows from the running statistics, whose mean is what it is.
pub fn running_statistics<T: Real>(mut args: Args<'_, T>) {
    let p: BatchNorm2dParams = args.params();
    let [running_mean, running_var, statistics] = args.take();
    let (running_mean, running_var) = (running_mean.read(), running_var.read());
    let mut statistics = rows_mut(&p, statistics.write());
    for c in 0..p.channels as usize {
        *statistics.at(0, c, 0, 0) = running_mean[c];
        *statistics.at(1, c, 0, 0) = (running_var[c] + T::of(p.eps.into())).sqrt().recip();
    }
}

/// [`batch_statistics`], and `y` by them.
pub fn normalize_batch<T: Real>(mut args: Args<'_, T>) {
    let p: BatchNorm2dParams = args.params();
    let [x, gamma, beta, running_mean, running_var, statistics, y] = args.take();
    let (x, statistics) = (x.read(), statistics.write());
    batch_statistics(&p, x, statistics, [running_mean.write(), running_var.write()]);
    write_normalized(&p, x, statistics, [gamma.read(), beta.read()], y.write());
}

/// `y = gamma (x - mean) / sqrt(variance + eps) + beta`.
pub fn normalize<T: Real>(mut args: Args<'_, T>) {
    let p: BatchNorm2dParams = args.params();
    let [x, statistics, gamma, beta, y] = args.take();
    write_normalized(&p, x.read(), statistics.read(), [gamma.read(), beta.read()], y.write());
}

fn write_normalized<T: Real>(p: &BatchNorm2dParams, x: &[T], statistics: &[T], [gamma, beta]: [&[T]; 2], y: &mut [T]) {
    let (x, statistics, mut y) = (rows(p, x), rows(p, statistics), rows_mut(p, y));
    for pixel in 0..p.pixels as usize {
        for c in 0..p.channels as usize {
            let scale = gamma[c] * statistics.at(1, c, 0, 0);
            let value = deviation(x, statistics, pixel, c) * scale + beta[c];
            *y.at(pixel, c, 0, 0) = rectify(value, p.relu);
        }
    }
}

/// `dgamma = sum of dy xhat`, `dbeta = sum of dy`.
pub fn parameter_gradients<T: Real>(mut args: Args<'_, T>) {
    let p: BatchNorm2dParams = args.params();
    let [dy, x, statistics, dgamma, dbeta] = args.take();
    sum_gradients(&p, [dy.read(), x.read(), statistics.read()], [dgamma.write(), dbeta.write()]);
}

fn sum_gradients<T: Real>(p: &BatchNorm2dParams, [dy, x, statistics]: [&[T]; 3], [dgamma, dbeta]: [&mut [T]; 2]) {
    let (dy, x, statistics) = (rows(p, dy), rows(p, x), rows(p, statistics));
    let (mut dgamma, mut dbeta) = (rows_mut(p, dgamma), rows_mut(p, dbeta));
    for c in 0..p.channels as usize {
        let pixels = 0..p.pixels as usize;
        let xhat = |pixel| deviation(x, statistics, pixel, c) * statistics.at(1, c, 0, 0);
        *dgamma.at(0, c, 0, 0) = sum_of(pixels.clone().map(|pixel| dy.at(pixel, c, 0, 0) * xhat(pixel)));
        *dbeta.at(0, c, 0, 0) = sum_of(pixels.map(|pixel| dy.at(pixel, c, 0, 0)));
    }
}

/// [`parameter_gradients`], and [`input_gradient`] by them.
pub fn batch_gradients<T: Real>(mut args: Args<'_, T>) {
    let p: BatchNorm2dParams = args.params();
    let [dy, x, statistics, gamma, dgamma, dbeta, dx] = args.take();
    let (sources, dgamma, dbeta) = ([dy.read(), x.read(), statistics.read()], dgamma.write(), dbeta.write());
    sum_gradients(&p, sources, [&mut *dgamma, &mut *dbeta]);
    write_input_gradient(&p, sources, [gamma.read(), dgamma, dbeta], dx.write());
}

/// With the batch's statistics `dx = gamma / sqrt(variance + eps) (dy - (dbeta + xhat dgamma) / n)`, for they move with `x`; with the running
/// ones `dx = gamma / sqrt(variance + eps) dy`.
pub fn input_gradient<T: Real>(mut args: Args<'_, T>) {
    let p: BatchNorm2dParams = args.params();
    let [dy, x, statistics, gamma, dgamma, dbeta, dx] = args.take();
    let sources = [dy.read(), x.read(), statistics.read()];
    write_input_gradient(&p, sources, [gamma.read(), dgamma.read(), dbeta.read()], dx.write());
}

fn write_input_gradient<T: Real>(p: &BatchNorm2dParams, [dy, x, statistics]: [&[T]; 3], [gamma, dgamma, dbeta]: [&[T]; 3], dx: &mut [T]) {
    let (dy, x, statistics, mut dx) = (rows(p, dy), rows(p, x), rows(p, statistics), rows_mut(p, dx));
    let share = T::of(f64::from(p.training) / f64::from(p.pixels));
    for pixel in 0..p.pixels as usize {
        for c in 0..p.channels as usize {
            let inverse = statistics.at(1, c, 0, 0);
            let xhat = deviation(x, statistics, pixel, c) * inverse;
            *dx.at(pixel, c, 0, 0) = gamma[c] * inverse * (dy.at(pixel, c, 0, 0) - (dbeta[c] + xhat * dgamma[c]) * share);
        }
    }
}
