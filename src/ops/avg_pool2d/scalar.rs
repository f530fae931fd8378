//! Average pooling in plain loops: the reference the fast kernels are measured against.

use super::params::AvgPool2dParams;
use crate::core::kernel::{Args, Map, MapMut, Real};
use crate::core::sum::sum_of;

/// `y[n,c,h,w]` = the sum of `x` over the window, divided by its size or by the given divisor.
pub fn forward<T: Real>(mut args: Args<'_, T>) {
    let p: AvgPool2dParams = args.params();
    let [x, y] = args.take();
    let x = Map::new(x.read(), p.channels, p.input[0], p.input[1]);
    let mut y = MapMut::zeroed(y.write(), p.channels, p.output[0], p.output[1]);
    for_each_window(&p, |n, c, h, w| {
        let rows = p.taken(0, h);
        let places = rows.flat_map(|row| p.taken(1, w).map(move |column| (row, column)));
        let sum = sum_of(places.map(|(row, column)| x.at(n, c, row, column)));
        *y.at(n, c, h, w) = sum / T::of(p.divisor(h, w) as f64);
    });
}

/// `dx[n,c,i,j]` = the sum of `dy` over the windows that hold `(i, j)`, each divided as its window was.
pub fn backward<T: Real>(mut args: Args<'_, T>) {
    let p: AvgPool2dParams = args.params();
    let [dy, dx] = args.take();
    let dy = Map::new(dy.read(), p.channels, p.output[0], p.output[1]);
    let mut dx = MapMut::zeroed(dx.write(), p.channels, p.input[0], p.input[1]);
    for_each_window(&p, |n, c, h, w| {
        let share = dy.at(n, c, h, w) / T::of(p.divisor(h, w) as f64);
        for row in p.taken(0, h) {
            for column in p.taken(1, w) {
                *dx.at(n, c, row, column) += share;
            }
        }
    });
}

/// Calls `visit(n, c, h, w)` for every window.
fn for_each_window(p: &AvgPool2dParams, mut visit: impl FnMut(usize, usize, usize, usize)) {
    for n in 0..p.batch as usize {
        for c in 0..p.channels as usize {
            for h in 0..p.output[0] as usize {
                for w in 0..p.output[1] as usize {
                    visit(n, c, h, w);
                }
            }
        }
    }
}
