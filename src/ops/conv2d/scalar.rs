//! conv2d in plain loops: the reference the fast kernels are measured against.

use super::params::Conv2dParams;
use crate::kernel::{Args, Map, MapMut, Real};
use crate::layout::channel_stride;
use crate::ops::relu::rectify;

/// Where a weight of output channel `o`, input channel `i` of its group, and tap `(r, s)` lies.
fn weight_index(p: &Conv2dParams, o: usize, i: usize, r: usize, s: usize) -> usize {
    let in_per_group = (p.in_channels / p.groups) as usize;
    ((r * p.kernel_width as usize + s) * in_per_group + i) * channel_stride(p.out_channels as usize) + o
}

/// The input row or column that tap `tap` of output position `out` looks at; may lie in the padding.
fn source(out: usize, tap: usize, stride: u32, dilation: u32, padding: u32) -> isize {
    (out * stride as usize + tap * dilation as usize) as isize - padding as isize
}

/// Calls `visit(n, o, y, x, i, channel, r, s)` for every product of the convolution: output `(n, o, y, x)`, input channel `i` of the
/// group (`channel` counted over all groups), tap `(r, s)`.
fn for_each_product(p: &Conv2dParams, mut visit: impl FnMut(usize, usize, usize, usize, usize, usize, usize, usize)) {
    let in_per_group = (p.in_channels / p.groups) as usize;
    let out_per_group = (p.out_channels / p.groups) as usize;
    for n in 0..p.batch as usize {
        for o in 0..p.out_channels as usize {
            for y in 0..p.out_height as usize {
                for x in 0..p.out_width as usize {
                    for i in 0..in_per_group {
                        for r in 0..p.kernel_height as usize {
                            for s in 0..p.kernel_width as usize {
                                visit(n, o, y, x, i, o / out_per_group * in_per_group + i, r, s);
                            }
                        }
                    }
                }
            }
        }
    }
}

/// `y[n,o,h,w] = bias[o] + sum over i,r,s of x[n,i, h*stride+r*dilation-padding, w*stride+s*dilation-padding] * weight[o,i,r,s]`
pub fn forward<T: Real>(mut args: Args<'_, T>) {
    let p: Conv2dParams = args.params();
    let [x, weight, bias, y] = args.take();
    let (weight, bias) = (weight.read(), bias.read());
    let x = Map::new(x.read(), p.in_channels, p.in_height, p.in_width);
    let mut y = MapMut::zeroed(y.write(), p.out_channels, p.out_height, p.out_width);
    if p.has_bias == 1 {
        for n in 0..p.batch as usize {
            for (o, &bias) in bias.iter().enumerate().take(p.out_channels as usize) {
                for h in 0..p.out_height as usize {
                    for w in 0..p.out_width as usize {
                        *y.at(n, o, h, w) = bias;
                    }
                }
            }
        }
    }
    for_each_product(&p, |n, o, h, w, i, channel, r, s| {
        let row = source(h, r, p.stride_height, p.dilation_height, p.padding_height);
        let column = source(w, s, p.stride_width, p.dilation_width, p.padding_width);
        *y.at(n, o, h, w) += x.at_or_zero(n, channel, row, column) * weight[weight_index(&p, o, i, r, s)];
    });
    if p.relu == 1 {
        y.for_each(|value| *value = rectify(*value));
    }
}

/// `dx[n,i,h',w'] = sum of dy[n,o,h,w] * weight[o,i,r,s]` over the products in which `x[n,i,h',w']` took part.
pub fn input_gradient<T: Real>(mut args: Args<'_, T>) {
    let p: Conv2dParams = args.params();
    let [dy, weight, dx] = args.take();
    let weight = weight.read();
    let dy = Map::new(dy.read(), p.out_channels, p.out_height, p.out_width);
    let mut dx = MapMut::zeroed(dx.write(), p.in_channels, p.in_height, p.in_width);
    for_each_product(&p, |n, o, h, w, i, channel, r, s| {
        let row = source(h, r, p.stride_height, p.dilation_height, p.padding_height);
        let column = source(w, s, p.stride_width, p.dilation_width, p.padding_width);
        if row >= 0 && column >= 0 && row < p.in_height as isize && column < p.in_width as isize {
            *dx.at(n, channel, row as usize, column as usize) += dy.at(n, o, h, w) * weight[weight_index(&p, o, i, r, s)];
        }
    });
}

/// `dweight[o,i,r,s] = sum over n,h,w of dy[n,o,h,w] * x[n,i, h*stride+r*dilation-padding, w*stride+s*dilation-padding]`
pub fn weight_gradient<T: Real>(mut args: Args<'_, T>) {
    let p: Conv2dParams = args.params();
    let [x, dy, dweight] = args.take();
    let x = Map::new(x.read(), p.in_channels, p.in_height, p.in_width);
    let dy = Map::new(dy.read(), p.out_channels, p.out_height, p.out_width);
    let dweight = dweight.write();
    dweight.fill(T::zero());
    for_each_product(&p, |n, o, h, w, i, channel, r, s| {
        let row = source(h, r, p.stride_height, p.dilation_height, p.padding_height);
        let column = source(w, s, p.stride_width, p.dilation_width, p.padding_width);
        dweight[weight_index(&p, o, i, r, s)] += dy.at(n, o, h, w) * x.at_or_zero(n, channel, row, column);
    });
}

/// `dbias[o] = sum over n,h,w of dy[n,o,h,w]`
pub fn bias_gradient<T: Real>(mut args: Args<'_, T>) {
    let p: Conv2dParams = args.params();
    let [dy, dbias] = args.take();
    let dy = Map::new(dy.read(), p.out_channels, p.out_height, p.out_width);
    let dbias = dbias.write();
    dbias.fill(T::zero());
    for n in 0..p.batch as usize {
        for (o, dbias) in dbias.iter_mut().enumerate().take(p.out_channels as usize) {
            for h in 0..p.out_height as usize {
                for w in 0..p.out_width as usize {
                    *dbias += dy.at(n, o, h, w);
                }
            }
        }
    }
}
