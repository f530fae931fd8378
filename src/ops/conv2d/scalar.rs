//! conv2d in plain loops: the reference the fast kernels are measured against.

use std::ops::Range;

use super::params::Conv2dParams;
use crate::core::kernel::{Args, Map, MapMut, Real};
use crate::core::layout::channel_stride;
use crate::core::sum::sum_of;
use crate::ops::relu::rectify;

/// Where a weight of output channel `o`, input channel `i` of its group, and tap `(r, s)` lies.
fn weight_index(p: &Conv2dParams, o: usize, i: usize, r: usize, s: usize) -> usize {
    let in_per_group = (p.in_channels / p.groups) as usize;
    ((r * p.kernel_width as usize + s) * in_per_group + i) * channel_stride(p.out_channels as usize) + o
}

/// The input row or column that tap `tap` of output position `out` looks at; `None` in the padding.
fn source(out: usize, tap: usize, [stride, dilation, padding, size]: [u32; 4]) -> Option<usize> {
    let at = (out * stride as usize + tap * dilation as usize).checked_sub(padding as usize)?;
    (at < size as usize).then_some(at)
}

/// Products of the convolution that share a factor: `y[n,o,h,w]` has the summand `x[n,channel,row,column]` times a weight, for every
/// output channel `o` of the group. Its weights lie side by side, as do its outputs.
struct Products {
    n: usize,
    outputs: Range<usize>,
    h: usize,
    w: usize,
    channel: usize,
    row: usize,
    column: usize,
    weights: Range<usize>,
}

/// Visits every product but those with zeros of the padding.
fn for_each_group_of_products(p: &Conv2dParams, mut visit: impl FnMut(Products)) {
    let in_per_group = (p.in_channels / p.groups) as usize;
    let out_per_group = (p.out_channels / p.groups) as usize;
    let vertical = [p.stride_height, p.dilation_height, p.padding_height, p.in_height];
    let horizontal = [p.stride_width, p.dilation_width, p.padding_width, p.in_width];
    for n in 0..p.batch as usize {
        for h in 0..p.out_height as usize {
            for w in 0..p.out_width as usize {
                for r in 0..p.kernel_height as usize {
                    for s in 0..p.kernel_width as usize {
                        let (Some(row), Some(column)) = (source(h, r, vertical), source(w, s, horizontal)) else { continue };
                        for channel in 0..p.in_channels as usize {
                            let (group, i) = (channel / in_per_group, channel % in_per_group);
                            let outputs = group * out_per_group..(group + 1) * out_per_group;
                            let first = weight_index(p, outputs.start, i, r, s);
                            let weights = first..first + out_per_group;
                            visit(Products { n, outputs, h, w, channel, row, column, weights });
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
    for_each_group_of_products(&p, |at| {
        let x = x.at(at.n, at.channel, at.row, at.column);
        let y = y.channels(at.n, at.outputs, at.h, at.w);
        y.iter_mut().zip(&weight[at.weights]).for_each(|(y, &weight)| *y += x * weight);
    });
    y.for_each(|value| *value = rectify(*value, p.relu));
}

/// `dx[n,i,h',w'] = sum of dy[n,o,h,w] * weight[o,i,r,s]` over the products in which `x[n,i,h',w']` took part.
pub fn input_gradient<T: Real>(mut args: Args<'_, T>) {
    let p: Conv2dParams = args.params();
    let [dy, weight, dx] = args.take();
    let weight = weight.read();
    let dy = Map::new(dy.read(), p.out_channels, p.out_height, p.out_width);
    let mut dx = MapMut::zeroed(dx.write(), p.in_channels, p.in_height, p.in_width);
    for_each_group_of_products(&p, |at| {
        let dx = dx.at(at.n, at.channel, at.row, at.column);
        let dy = dy.channels(at.n, at.outputs, at.h, at.w);
        dy.iter().zip(&weight[at.weights]).for_each(|(&dy, &weight)| *dx += dy * weight);
    });
}

/// `dweight[o,i,r,s] = sum over n,h,w of dy[n,o,h,w] * x[n,i, h*stride+r*dilation-padding, w*stride+s*dilation-padding]`
pub fn weight_gradient<T: Real>(mut args: Args<'_, T>) {
    let p: Conv2dParams = args.params();
    let [x, dy, dweight] = args.take();
    sum_weight(&p, x.read(), dy.read(), dweight.write());
}

/// `dbias[o] = sum over n,h,w of dy[n,o,h,w]`
pub fn bias_gradient<T: Real>(mut args: Args<'_, T>) {
    let p: Conv2dParams = args.params();
    let [dy, dbias] = args.take();
    sum_bias(&p, dy.read(), dbias.write());
}

/// [`weight_gradient`] and [`bias_gradient`].
pub fn parameter_gradients<T: Real>(mut args: Args<'_, T>) {
    let p: Conv2dParams = args.params();
    let [x, dy, dweight, dbias] = args.take();
    let dy = dy.read();
    sum_weight(&p, x.read(), dy, dweight.write());
    sum_bias(&p, dy, dbias.write());
}

fn sum_weight<T: Real>(p: &Conv2dParams, x: &[T], dy: &[T], dweight: &mut [T]) {
    let x = Map::new(x, p.in_channels, p.in_height, p.in_width);
    let dy = Map::new(dy, p.out_channels, p.out_height, p.out_width);
    // As `sum_of` does it, for all weights at once.
    let mut sums = vec![0.0; dweight.len()];
    for_each_group_of_products(p, |at| {
        let x = x.at(at.n, at.channel, at.row, at.column);
        let dy = dy.channels(at.n, at.outputs, at.h, at.w);
        sums[at.weights].iter_mut().zip(dy).for_each(|(sum, &dy)| *sum += (dy * x).wide());
    });
    dweight.iter_mut().zip(sums).for_each(|(dweight, sum)| *dweight = T::of(sum));
}

fn sum_bias<T: Real>(p: &Conv2dParams, dy: &[T], dbias: &mut [T]) {
    // All pixels of all samples, one after the other.
    let dy = Map::new(dy, p.out_channels, 1, 1);
    dbias.fill(T::zero());
    for (o, dbias) in dbias.iter_mut().enumerate().take(p.out_channels as usize) {
        let pixels = p.batch as usize * p.out_height as usize * p.out_width as usize;
        *dbias = sum_of((0..pixels).map(|pixel| dy.at(pixel, o, 0, 0)));
    }
}
