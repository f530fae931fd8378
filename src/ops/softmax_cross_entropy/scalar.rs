//! softmax_cross_entropy in plain loops: the reference the fast kernels are measured against.

use super::params::SoftmaxCrossEntropyParams;
use crate::core::kernel::{Args, Real};
use crate::core::sum::sum_of;

/// What an item's target is made of.
#[derive(Clone, Copy)]
enum Target<'a, T> {
    Labels(&'a [u32]),
    Distributions(&'a [T]),
}

/// One item: its coefficients `a[c]` in `cost = -sum over c of a[c] log p[c]`, and its weight in the mean.
struct Item<'a, T> {
    p: SoftmaxCrossEntropyParams,
    target: Target<'a, T>,
    class_weight: &'a [T],
    row: usize,
}

impl<T: Real> Item<'_, T> {
    fn class_weight(&self, c: usize) -> T {
        if self.p.weighted == 1 { self.class_weight[c] } else { T::one() }
    }

    /// Whether the item counts: labels equal to `ignore_index` do not.
    fn counts(&self) -> bool {
        !matches!(self.target, Target::Labels(labels) if labels[self.row] == self.p.ignore_index)
    }

    /// Whether it has a class. A label that is none costs NaN, so that training stops; PyTorch raises an error.
    fn has_class(&self) -> bool {
        !matches!(self.target, Target::Labels(labels) if labels[self.row] >= self.p.channels)
    }

    /// `a[c]`: the smoothed target times the class weight.
    fn coefficient(&self, c: usize) -> T {
        let smoothing = T::of(self.p.label_smoothing.into());
        let spread = smoothing / T::of(self.p.channels.into());
        let kept = T::one() - smoothing;
        let target = match self.target {
            Target::Labels(labels) if labels[self.row] as usize == c => kept,
            Target::Labels(_) => T::zero(),
            Target::Distributions(q) => kept * q[self.row * self.p.channel_stride as usize + c],
        };
        self.class_weight(c) * (target + spread)
    }

    /// What the item adds to the divisor of the mean.
    fn weight(&self) -> T {
        match self.target {
            Target::Labels(labels) => self.class_weight(labels[self.row] as usize),
            Target::Distributions(_) => T::one(),
        }
    }
}

/// `log sum over c of exp(logits[c])`, shifted by the largest so that nothing overflows.
fn log_sum_exp<T: Real>(logits: &[T]) -> T {
    let largest = logits.iter().copied().fold(T::neg_infinity(), T::max);
    largest + sum_of(logits.iter().map(|&z| (z - largest).exp())).ln()
}

fn row<'a, T>(p: &SoftmaxCrossEntropyParams, values: &'a [T], row: usize) -> &'a [T] {
    &values[row * p.channel_stride as usize..][..p.channels as usize]
}

fn forward<T: Real>(
    p: SoftmaxCrossEntropyParams,
    logits: &[T],
    target: Target<'_, T>,
    class_weight: &[T],
    loss: &mut [T],
    items: &mut [T],
) {
    let rows = p.rows as usize;
    for r in 0..rows {
        let item = Item { p, target, class_weight, row: r };
        let (mut cost, mut weight) = (T::zero(), T::zero());
        if item.counts() && !item.has_class() {
            (cost, weight) = (T::nan(), T::nan());
        } else if item.counts() {
            let logits = row(&p, logits, r);
            let normalizer = log_sum_exp(logits);
            cost = logits.iter().enumerate().map(|(c, &z)| item.coefficient(c) * (normalizer - z)).sum();
            weight = item.weight();
        }
        items[r] = cost;
        items[rows + r] = weight;
    }
    let total = sum_of(items[..rows].iter().copied());
    let divisor = sum_of(items[rows..2 * rows].iter().copied());
    items[2 * rows] = divisor;
    match p.reduction {
        SoftmaxCrossEntropyParams::NONE => loss[..rows].copy_from_slice(&items[..rows]),
        SoftmaxCrossEntropyParams::SUM => loss[0] = total,
        _ => loss[0] = total / divisor,
    }
}

fn backward<T: Real>(
    p: SoftmaxCrossEntropyParams,
    logits: &[T],
    target: Target<'_, T>,
    class_weight: &[T],
    items: &[T],
    dloss: &[T],
    dlogits: &mut [T],
) {
    dlogits.fill(T::zero());
    let rows = p.rows as usize;
    for r in 0..rows {
        let item = Item { p, target, class_weight, row: r };
        if !item.counts() {
            continue;
        }
        let scale = match p.reduction {
            SoftmaxCrossEntropyParams::NONE => dloss[r],
            SoftmaxCrossEntropyParams::SUM => dloss[0],
            _ => dloss[0] / items[2 * rows],
        };
        let gradient = &mut dlogits[r * p.channel_stride as usize..][..p.channels as usize];
        if !item.has_class() {
            gradient.fill(T::nan());
            continue;
        }
        let logits = row(&p, logits, r);
        let normalizer = log_sum_exp(logits);
        let mass: T = (0..logits.len()).map(|c| item.coefficient(c)).sum();
        for (c, (gradient, &z)) in gradient.iter_mut().zip(logits).enumerate() {
            *gradient = scale * (mass * (z - normalizer).exp() - item.coefficient(c));
        }
    }
}

/// logits, labels, class_weight -> loss, items
pub fn forward_labels<T: Real>(mut args: Args<'_, T>) {
    let p = args.params();
    let [logits, target, class_weight, loss, items] = args.take();
    forward(p, logits.read(), Target::Labels(target.read_words()), class_weight.read(), loss.write(), items.write());
}

/// logits, distributions, class_weight -> loss, items
pub fn forward_distributions<T: Real>(mut args: Args<'_, T>) {
    let p = args.params();
    let [logits, target, class_weight, loss, items] = args.take();
    forward(p, logits.read(), Target::Distributions(target.read()), class_weight.read(), loss.write(), items.write());
}

/// logits, labels, class_weight, items, dloss -> dlogits
pub fn backward_labels<T: Real>(mut args: Args<'_, T>) {
    let p = args.params();
    let [logits, target, class_weight, items, dloss, dlogits] = args.take();
    let target = Target::Labels(target.read_words());
    backward(p, logits.read(), target, class_weight.read(), items.read(), dloss.read(), dlogits.write());
}

/// logits, distributions, class_weight, items, dloss -> dlogits
pub fn backward_distributions<T: Real>(mut args: Args<'_, T>) {
    let p = args.params();
    let [logits, target, class_weight, items, dloss, dlogits] = args.take();
    let target = Target::Distributions(target.read());
    backward(p, logits.read(), target, class_weight.read(), items.read(), dloss.read(), dlogits.write());
}
