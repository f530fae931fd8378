//! rbf in plain loops: the reference the fast kernels are measured against. `weight` lies as `[in][out padded]`.

use super::params::RbfParams;
use crate::core::kernel::{Args, Map, MapMut, Real};
use crate::core::sum::sum_of;

/// x, weight -> y
pub fn forward<T: Real>(mut args: Args<'_, T>) {
    let p: RbfParams = args.params();
    let [x, weight, y] = args.take();
    let (x, weight) = (Map::new(x.read(), p.in_features, 1, 1), Map::new(weight.read(), p.out_features, 1, 1));
    let mut y = MapMut::zeroed(y.write(), p.out_features, 1, 1);
    for n in 0..p.batch as usize {
        for o in 0..p.out_features as usize {
            let apart = |i| x.at(n, i, 0, 0) - weight.at(i, o, 0, 0);
            *y.at(n, o, 0, 0) = (0..p.in_features as usize).map(|i| apart(i) * apart(i)).sum();
        }
    }
}

/// dy, x, weight -> dx
pub fn input_gradient<T: Real>(mut args: Args<'_, T>) {
    let p: RbfParams = args.params();
    let [dy, x, weight, dx] = args.take();
    let (dy, x) = (Map::new(dy.read(), p.out_features, 1, 1), Map::new(x.read(), p.in_features, 1, 1));
    let (weight, mut dx) = (Map::new(weight.read(), p.out_features, 1, 1), MapMut::zeroed(dx.write(), p.in_features, 1, 1));
    for n in 0..p.batch as usize {
        for i in 0..p.in_features as usize {
            let pull = |o| dy.at(n, o, 0, 0) * (x.at(n, i, 0, 0) - weight.at(i, o, 0, 0));
            *dx.at(n, i, 0, 0) = T::of(2.0) * (0..p.out_features as usize).map(pull).sum();
        }
    }
}

/// dy, x, weight -> dweight
pub fn weight_gradient<T: Real>(mut args: Args<'_, T>) {
    let p: RbfParams = args.params();
    let [dy, x, weight, dweight] = args.take();
    let (dy, x) = (Map::new(dy.read(), p.out_features, 1, 1), Map::new(x.read(), p.in_features, 1, 1));
    let (weight, mut dweight) = (Map::new(weight.read(), p.out_features, 1, 1), MapMut::zeroed(dweight.write(), p.out_features, 1, 1));
    for i in 0..p.in_features as usize {
        for o in 0..p.out_features as usize {
            let pull = |n| dy.at(n, o, 0, 0) * (weight.at(i, o, 0, 0) - x.at(n, i, 0, 0));
            *dweight.at(i, o, 0, 0) = T::of(2.0) * sum_of((0..p.batch as usize).map(pull));
        }
    }
}
