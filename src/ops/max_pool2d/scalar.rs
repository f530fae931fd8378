//! max_pool2d in plain loops: the reference the fast kernels are measured against.

use super::params::MaxPool2dParams;
use crate::core::kernel::{Args, Map, MapMut, Real};
use crate::core::layout::channel_stride;

/// `y[n,c,h,w]` = the largest value in the window; padding counts as minus infinity. `argmax` gets its place in the plane,
/// `row * in_width + column`; among equal values the first in row-major order wins, and a NaN wins over everything, as in PyTorch.
pub fn forward<T: Real>(mut args: Args<'_, T>) {
    let p: MaxPool2dParams = args.params();
    let [x, y, argmax] = args.take();
    let x = Map::new(x.read(), p.channels, p.in_height, p.in_width);
    let mut y = MapMut::zeroed(y.write(), p.channels, p.out_height, p.out_width);
    let mut argmax = MapMut::zeroed(argmax.write_words(), p.channels, p.out_height, p.out_width);
    for n in 0..p.batch as usize {
        for c in 0..p.channels as usize {
            for h in 0..p.out_height as usize {
                for w in 0..p.out_width as usize {
                    let mut best: Option<(T, usize)> = None;
                    for (row, column) in window(&p, h, w) {
                        let value = x.at(n, c, row, column);
                        if best.is_none_or(|(largest, _)| value > largest || value.is_nan()) {
                            best = Some((value, row * p.in_width as usize + column));
                        }
                    }
                    // The shape rule sees to it that every window holds a real value.
                    if let Some((value, place)) = best {
                        *y.at(n, c, h, w) = value;
                        *argmax.at(n, c, h, w) = place as u32;
                    }
                }
            }
        }
    }
}

/// The positions of the input that window `(h, w)` covers, in row-major order, without the padding.
fn window(p: &MaxPool2dParams, h: usize, w: usize) -> impl Iterator<Item = (usize, usize)> + use<> {
    let p = *p;
    let positions = move |start: isize, taps: u32, dilation: u32, size: u32| {
        (0..taps as isize).map(move |tap| start + tap * dilation as isize).filter(move |&at| at >= 0 && at < size as isize)
    };
    let top = (h * p.stride_height as usize) as isize - p.padding_height as isize;
    let left = (w * p.stride_width as usize) as isize - p.padding_width as isize;
    positions(top, p.kernel_height, p.dilation_height, p.in_height).flat_map(move |row| {
        positions(left, p.kernel_width, p.dilation_width, p.in_width).map(move |column| (row as usize, column as usize))
    })
}

/// `dx[n,c,argmax] = sum of dy` over the windows that chose that place.
pub fn backward<T: Real>(mut args: Args<'_, T>) {
    let p: MaxPool2dParams = args.params();
    let [dy, argmax, dx] = args.take();
    let dy = Map::new(dy.read(), p.channels, p.out_height, p.out_width);
    let argmax = Map::new(argmax.read_words(), p.channels, p.out_height, p.out_width);
    let mut dx = MapMut::zeroed(dx.write(), p.channels, p.in_height, p.in_width);
    for n in 0..p.batch as usize {
        for c in 0..p.channels as usize {
            for h in 0..p.out_height as usize {
                for w in 0..p.out_width as usize {
                    let place = argmax.at(n, c, h, w) as usize;
                    *dx.at(n, c, place / p.in_width as usize, place % p.in_width as usize) += dy.at(n, c, h, w);
                }
            }
        }
    }
    debug_assert_eq!(p.channel_stride as usize, channel_stride(p.channels as usize));
}
