//! channel_affine in plain loops: the reference the fast kernels are measured against.

use super::ChannelAffineParams;
use crate::core::kernel::{Args, Map, MapMut, Real};
use crate::core::sum::sum_of;
use crate::ops::relu::rectify;

/// x, weight, bias -> y
pub fn forward<T: Real>(mut args: Args<'_, T>) {
    let p: ChannelAffineParams = args.params();
    let [x, weight, bias, y] = args.take();
    let (x, weight, bias) = (Map::new(x.read(), p.channels, 1, 1), weight.read(), bias.read());
    let mut y = MapMut::zeroed(y.write(), p.channels, 1, 1);
    for pixel in 0..p.pixels as usize {
        for c in 0..p.channels as usize {
            let value = weight[c] * x.at(pixel, c, 0, 0) + bias[c];
            *y.at(pixel, c, 0, 0) = rectify(value, p.relu);
        }
    }
}

/// dy, weight -> dx
pub fn input_gradient<T: Real>(mut args: Args<'_, T>) {
    let p: ChannelAffineParams = args.params();
    let [dy, weight, dx] = args.take();
    let (dy, weight) = (Map::new(dy.read(), p.channels, 1, 1), weight.read());
    let mut dx = MapMut::zeroed(dx.write(), p.channels, 1, 1);
    for pixel in 0..p.pixels as usize {
        for (c, &weight) in weight.iter().enumerate().take(p.channels as usize) {
            *dx.at(pixel, c, 0, 0) = weight * dy.at(pixel, c, 0, 0);
        }
    }
}

/// dy, x -> dweight, dbias
pub fn parameter_gradients<T: Real>(mut args: Args<'_, T>) {
    let p: ChannelAffineParams = args.params();
    let [dy, x, dweight, dbias] = args.take();
    let (dy, x) = (Map::new(dy.read(), p.channels, 1, 1), Map::new(x.read(), p.channels, 1, 1));
    let (dweight, dbias) = (dweight.write(), dbias.write());
    dweight.fill(T::zero());
    dbias.fill(T::zero());
    for c in 0..p.channels as usize {
        let pixels = 0..p.pixels as usize;
        dweight[c] = sum_of(pixels.clone().map(|pixel| dy.at(pixel, c, 0, 0) * x.at(pixel, c, 0, 0)));
        dbias[c] = sum_of(pixels.map(|pixel| dy.at(pixel, c, 0, 0)));
    }
}
