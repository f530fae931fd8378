//! local_response_norm in plain loops: the reference the fast kernels are measured against.

use std::ops::Range;

use super::params::LocalResponseNormParams;
use crate::core::kernel::{Args, Map, MapMut, Real};

/// Channels from `before` in front of `c` to `after` behind it, as far as there are any.
fn around(c: usize, before: u32, after: u32, channels: u32) -> Range<usize> {
    c.saturating_sub(before as usize)..(c + after as usize + 1).min(channels as usize)
}

/// x -> y, denominator
pub fn forward<T: Real>(mut args: Args<'_, T>) {
    let p: LocalResponseNormParams = args.params();
    let [x, y, denominator] = args.take();
    let x = Map::new(x.read(), p.channels, 1, 1);
    let mut y = MapMut::zeroed(y.write(), p.channels, 1, 1);
    let mut denominator = MapMut::zeroed(denominator.write(), p.channels, 1, 1);
    let [scale, beta, k] = [p.scale, p.beta, p.k].map(|number| T::of(number.into()));
    for pixel in 0..p.pixels as usize {
        for c in 0..p.channels as usize {
            let squares: T = around(c, p.before, p.after, p.channels).map(|j| x.at(pixel, j, 0, 0) * x.at(pixel, j, 0, 0)).sum();
            let below = k + scale * squares;
            *denominator.at(pixel, c, 0, 0) = below;
            *y.at(pixel, c, 0, 0) = x.at(pixel, c, 0, 0) * below.powf(-beta);
        }
    }
}

/// dy, x, denominator -> dx
pub fn backward<T: Real>(mut args: Args<'_, T>) {
    let p: LocalResponseNormParams = args.params();
    let [dy, x, denominator, dx] = args.take();
    let [dy, x, denominator] = [dy, x, denominator].map(|map| Map::new(map.read(), p.channels, 1, 1));
    let mut dx = MapMut::zeroed(dx.write(), p.channels, 1, 1);
    let [scale, beta] = [p.scale, p.beta].map(|number| T::of(number.into()));
    for pixel in 0..p.pixels as usize {
        let at = |map: Map<'_, T>, c| map.at(pixel, c, 0, 0);
        for c in 0..p.channels as usize {
            // The windows that hold c are those of the channels as far before it as a window reaches behind its own.
            let others: T =
                around(c, p.after, p.before, p.channels).map(|j| at(dy, j) * at(x, j) * at(denominator, j).powf(-beta - T::one())).sum();
            *dx.at(pixel, c, 0, 0) = at(dy, c) * at(denominator, c).powf(-beta) - T::of(2.0) * scale * beta * at(x, c) * others;
        }
    }
}
