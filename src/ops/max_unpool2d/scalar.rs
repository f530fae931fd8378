//! max_unpool2d in plain loops. Planes are taken as rows of pixels, since the indices count through them.

use super::MaxUnpool2dParams;
use crate::core::kernel::{Args, Map, MapMut, Real};

/// `source[n,c,place]` = the number, from 1, of the last input pixel that goes to this place; 0 where none does.
pub fn locate<T: Real>(mut args: Args<'_, T>) {
    let p: MaxUnpool2dParams = args.params();
    let [indices, source] = args.take();
    let indices = Map::new(indices.read_words(), p.channels, 1, p.in_pixels);
    let mut source = MapMut::zeroed(source.write_words(), p.channels, 1, p.out_pixels);
    for_each(&p, p.in_pixels, |n, c, pixel| {
        let place = indices.at(n, c, 0, pixel);
        if place < p.out_pixels {
            *source.at(n, c, 0, place as usize) = pixel as u32 + 1;
        }
    });
}

/// `y[n,c,place]` = the value of `x` at its source, zero where it has none.
pub fn forward<T: Real>(mut args: Args<'_, T>) {
    let p: MaxUnpool2dParams = args.params();
    let [x, source, y] = args.take();
    let x = Map::new(x.read(), p.channels, 1, p.in_pixels);
    let source = Map::new(source.read_words(), p.channels, 1, p.out_pixels);
    let mut y = MapMut::zeroed(y.write(), p.channels, 1, p.out_pixels);
    for_each(&p, p.out_pixels, |n, c, place| {
        if let Some(pixel) = source.at(n, c, 0, place).checked_sub(1) {
            *y.at(n, c, 0, place) = x.at(n, c, 0, pixel as usize);
        }
    });
}

/// `dx[n,c,pixel] = dy` at the place that the pixel goes to.
pub fn backward<T: Real>(mut args: Args<'_, T>) {
    let p: MaxUnpool2dParams = args.params();
    let [dy, indices, dx] = args.take();
    let dy = Map::new(dy.read(), p.channels, 1, p.out_pixels);
    let indices = Map::new(indices.read_words(), p.channels, 1, p.in_pixels);
    let mut dx = MapMut::zeroed(dx.write(), p.channels, 1, p.in_pixels);
    for_each(&p, p.in_pixels, |n, c, pixel| {
        let place = indices.at(n, c, 0, pixel);
        if place < p.out_pixels {
            *dx.at(n, c, 0, pixel) = dy.at(n, c, 0, place as usize);
        }
    });
}

/// Calls `visit(n, c, pixel)` in the order of memory, pixels of one channel in row-major order.
fn for_each(p: &MaxUnpool2dParams, pixels: u32, mut visit: impl FnMut(usize, usize, usize)) {
    for n in 0..p.batch as usize {
        for pixel in 0..pixels as usize {
            for c in 0..p.channels as usize {
                visit(n, c, pixel);
            }
        }
    }
}
