//! linear in plain loops: the reference the fast kernels are measured against.

use super::params::LinearParams;
use crate::core::kernel::{Args, Map, MapMut, Real};
use crate::core::sum::sum_of;
use crate::ops::relu::rectify;

/// Where the weight from input feature `i` to output feature `o` lies.
fn weight_index(p: &LinearParams, o: usize, i: usize) -> usize {
    i * p.out_stride as usize + o
}

/// `y[n,o] = bias[o] + sum over i of x[n,i] * weight[o,i]`
pub fn forward<T: Real>(mut args: Args<'_, T>) {
    let p: LinearParams = args.params();
    let [x, weight, bias, y] = args.take();
    let (weight, bias) = (weight.read(), bias.read());
    let x = Map::new(x.read(), p.in_features, 1, 1);
    let mut y = MapMut::zeroed(y.write(), p.out_features, 1, 1);
    for n in 0..p.batch as usize {
        for o in 0..p.out_features as usize {
            let mut sum = if p.has_bias == 1 { bias[o] } else { T::zero() };
            for i in 0..p.in_features as usize {
                sum += x.at(n, i, 0, 0) * weight[weight_index(&p, o, i)];
            }
            *y.at(n, o, 0, 0) = rectify(sum, p.relu);
        }
    }
}

/// `dx[n,i] = sum over o of dy[n,o] * weight[o,i]`
pub fn input_gradient<T: Real>(mut args: Args<'_, T>) {
    let p: LinearParams = args.params();
    let [dy, weight, dx] = args.take();
    let weight = weight.read();
    let dy = Map::new(dy.read(), p.out_features, 1, 1);
    let mut dx = MapMut::zeroed(dx.write(), p.in_features, 1, 1);
    for n in 0..p.batch as usize {
        for i in 0..p.in_features as usize {
            for o in 0..p.out_features as usize {
                *dx.at(n, i, 0, 0) += dy.at(n, o, 0, 0) * weight[weight_index(&p, o, i)];
            }
        }
    }
}

/// `dweight[o,i] = sum over n of dy[n,o] * x[n,i]`
pub fn weight_gradient<T: Real>(mut args: Args<'_, T>) {
    let p: LinearParams = args.params();
    let [x, dy, dweight] = args.take();
    sum_weight(&p, x.read(), dy.read(), dweight.write());
}

/// As [`weight_gradient`], and `dbias[o] = sum over n of dy[n,o]`
pub fn parameter_gradients<T: Real>(mut args: Args<'_, T>) {
    let p: LinearParams = args.params();
    let [x, dy, dweight, dbias] = args.take();
    let (dy, dbias) = (dy.read(), dbias.write());
    sum_weight(&p, x.read(), dy, dweight.write());
    let dy = Map::new(dy, p.out_features, 1, 1);
    dbias.fill(T::zero());
    for (o, dbias) in dbias.iter_mut().enumerate().take(p.out_features as usize) {
        *dbias = sum_of((0..p.batch as usize).map(|n| dy.at(n, o, 0, 0)));
    }
}

fn sum_weight<T: Real>(p: &LinearParams, x: &[T], dy: &[T], dweight: &mut [T]) {
    let x = Map::new(x, p.in_features, 1, 1);
    let dy = Map::new(dy, p.out_features, 1, 1);
    // As `sum_of` does it, for all weights at once.
    let mut sums = vec![0.0; dweight.len()];
    for n in 0..p.batch as usize {
        for i in 0..p.in_features as usize {
            for o in 0..p.out_features as usize {
                sums[weight_index(p, o, i)] += (dy.at(n, o, 0, 0) * x.at(n, i, 0, 0)).wide();
            }
        }
    }
    dweight.iter_mut().zip(sums).for_each(|(dweight, sum)| *dweight = T::of(sum));
}
