//! The shift in plain loops.

use super::ShiftParams;
use crate::core::kernel::{Args, Map, MapMut, Real};

/// `y[n,c,h,w] = x[n, c - front, h - top, w - left]`, zero where `x` has no such place.
pub fn forward<T: Real>(mut args: Args<'_, T>) {
    let p: ShiftParams = args.params();
    let [x, y] = args.take();
    let x = Map::new(x.read(), p.in_channels, p.in_height, p.in_width);
    let mut y = MapMut::zeroed(y.write(), p.out_channels, p.out_height, p.out_width);
    for n in 0..p.batch as usize {
        for c in 0..p.out_channels as usize {
            let from = c as isize - p.front as isize;
            if from < 0 || from >= p.in_channels as isize {
                continue;
            }
            for h in 0..p.out_height as usize {
                for w in 0..p.out_width as usize {
                    *y.at(n, c, h, w) = x.at_or_zero(n, from as usize, h as isize - p.top as isize, w as isize - p.left as isize);
                }
            }
        }
    }
}
