//! Loss and accuracy, summed on the device and read a few times a second.

use bytemuck::{Pod, Zeroable};

use super::guard::FLAG;
use crate::kernel::{Args, Binding::*, Kernel, Pass, Real, double, params};
use crate::ops::PRELUDE;
use crate::ops::softmax_cross_entropy::IGNORE_INDEX;

/// Words before the confusion counts: loss sum and weight sum (bits of `f32`), items, right at first place, right within five, 1 once a
/// loss or a gradient was not finite, steps (the one where that was found included), unused.
pub const HEADER: usize = 8;

/// Geometry; the same bytes as `struct MetricsParams` in `metrics.wgsl`.
#[repr(C)]
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
pub struct MetricsParams {
    /// Items in the batch.
    pub rows: u32,
    /// Classes.
    pub channels: u32,
    /// Floats from one row of logits to the next.
    pub channel_stride: u32,
    /// 1 to count pairs of label and prediction.
    pub confusion: u32,
}

/// logits, targets, items (of softmax_cross_entropy), sums. Adds the batch to `sums`, which has [`HEADER`] words and then
/// `channels * channels` counts: row = label, column = prediction. Items with the label [`IGNORE_INDEX`] do not count. An item whose logits say no class
/// (one is no number, or the largest is infinite) is right at no place and in no pair. Once a number was not finite training's sums get nothing more, so
/// that `steps` tells in which step; those with pairs go on.
pub static ACCUMULATE: Kernel = Kernel {
    name: "metrics.accumulate",
    bindings: &[Read, ReadWords, Read, ReadWriteWords],
    scalar: accumulate::<f32>,
    scalar_f64: double(accumulate::<f64>),
    wgsl: &[PRELUDE, crate::wgsl::wgsl!("metrics.wgsl")],
    passes: &[
        Pass { entry: "accumulate", workgroups: |bytes| if few(bytes) { 0 } else { groups(bytes) } },
        Pass { entry: "total", workgroups: |_| 1 },
    ],
    wgsl_scratch: |bytes| 2 * groups(bytes) as usize,
    ..Kernel::BASE
};

/// Whether one workgroup counts all rows.
fn few(bytes: &[u8]) -> bool {
    let p: MetricsParams = params(bytes);
    p.rows <= 512
}

/// One thread a row; past this many workgroups each takes more.
fn groups(bytes: &[u8]) -> u64 {
    let p: MetricsParams = params(bytes);
    u64::from(p.rows).div_ceil(64).min(256)
}

/// Words that the sums take for this many classes.
pub fn sums_len(classes: usize) -> usize {
    HEADER + classes * classes
}

/// The sums, read back.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sums {
    /// Summed costs.
    pub loss: f64,
    /// Summed item weights: what the loss is divided by.
    pub weight: f64,
    /// Items that counted.
    pub items: u64,
    /// Right at first place.
    pub top1: u64,
    /// Label among the five largest logits.
    pub top5: u64,
    /// Every loss and every gradient was a number.
    pub finite: bool,
    /// Steps since the sums were cleared.
    pub steps: u64,
    /// Counts by label, then prediction.
    pub confusion: Vec<u32>,
}

impl Sums {
    /// Reads the words of the device.
    pub fn from_words(words: &[u32]) -> Self {
        let word = |i: usize| words.get(i).copied().unwrap_or(0);
        Self {
            loss: f32::from_bits(word(0)).into(),
            weight: f32::from_bits(word(1)).into(),
            items: word(2).into(),
            top1: word(3).into(),
            top5: word(4).into(),
            finite: word(FLAG) == 0,
            steps: word(6).into(),
            confusion: words.get(HEADER..).unwrap_or_default().to_vec(),
        }
    }

    /// Adds later sums to these.
    pub fn add(&mut self, other: &Self) {
        self.loss += other.loss;
        self.weight += other.weight;
        self.items += other.items;
        self.top1 += other.top1;
        self.top5 += other.top5;
        self.finite &= other.finite;
        self.steps += other.steps;
    }

    /// Adds what another worker summed over the same steps.
    pub fn add_beside(&mut self, other: &Self) {
        let steps = self.steps;
        self.add(other);
        self.steps = steps;
    }

    /// Nothing summed yet.
    pub fn empty() -> Self {
        Self { finite: true, ..Self::default() }
    }

    /// The mean cost of an item.
    pub fn mean_loss(&self) -> f64 {
        self.loss / self.weight
    }

    /// The part of the items that was right at first place, 0 to 1.
    pub fn top1_rate(&self) -> f64 {
        self.top1 as f64 / self.items.max(1) as f64
    }

    /// Mean intersection over union: of the items that are labelled or predicted to be of a class, the part that is both, on average over the classes that
    /// occur. From the confusion counts.
    pub fn mean_iou(&self) -> f64 {
        let classes = self.confusion.len().isqrt();
        let (mut sum, mut occurring) = (0.0, 0.0);
        for class in 0..classes {
            let both = self.confusion[class * classes + class];
            let either =
                (0..classes).map(|other| self.confusion[class * classes + other] + self.confusion[other * classes + class]).sum::<u32>()
                    - both;
            if either > 0 {
                sum += f64::from(both) / f64::from(either);
                occurring += 1.0;
            }
        }
        if occurring > 0.0 { sum / occurring } else { 0.0 }
    }

    /// The part of the items whose label was among the five largest logits, 0 to 1.
    pub fn top5_rate(&self) -> f64 {
        self.top5 as f64 / self.items.max(1) as f64
    }
}

fn accumulate<T: Real>(mut args: Args<'_, T>) {
    let p: MetricsParams = args.params();
    let [logits, targets, items, sums] = args.take();
    let (logits, targets, items, sums) = (logits.read(), targets.read_words(), items.read(), sums.write_words());
    if sums[FLAG] != 0 && p.confusion == 0 {
        return;
    }
    let (rows, channels) = (p.rows as usize, p.channels as usize);
    let (mut loss, mut weight) = (T::zero(), T::zero());
    for r in 0..rows {
        if targets[r] == IGNORE_INDEX as u32 {
            continue;
        }
        let (row, label) = (&logits[r * p.channel_stride as usize..][..channels], targets[r] as usize);
        // The place of a class among the logits: how many are larger, or equal and earlier.
        let place = |class: usize| (0..channels).filter(|&c| row[c] > row[class] || (row[c] == row[class] && c < class)).count();
        sums[2] += 1;
        loss += items[r];
        weight += items[rows + r];
        // NaN stays NaN from the first one on.
        let largest = row.iter().fold(T::neg_infinity(), |most, &logit| if logit > most || logit.is_nan() { logit } else { most });
        if !largest.is_finite() {
            continue;
        }
        let label_place = place(label);
        sums[3] += u32::from(label_place == 0);
        sums[4] += u32::from(label_place < 5);
        if p.confusion == 1 {
            let predicted = (0..channels).fold(0, |best, c| if row[c] > row[best] { c } else { best });
            sums[HEADER + label * channels + predicted] += 1;
        }
    }
    let total = |bits: u32, more: T| (f32::from_bits(bits) + more.to_f32().unwrap_or(f32::NAN)).to_bits();
    sums[0] = total(sums[0], loss);
    sums[1] = total(sums[1], weight);
    sums[FLAG] |= u32::from(!loss.is_finite());
    sums[6] += 1;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mean_iou_is_over_the_classes_that_occur() {
        let of = |confusion: &[u32]| Sums { confusion: confusion.to_vec(), ..Sums::empty() }.mean_iou();
        assert_eq!(of(&[5, 0, 0, 7]), 1.0);
        // 6 of 6 + 2 + 1, and 3 of 3 + 1 + 2.
        assert!((of(&[6, 2, 1, 3]) - (6.0 / 9.0 + 3.0 / 6.0) / 2.0).abs() < 1e-12);
        // The third class is never there and never said, the second is said once where it is not.
        assert_eq!(of(&[3, 1, 0, 0, 0, 0, 0, 0, 0]), (3.0 / 4.0 + 0.0) / 2.0);
        assert_eq!(of(&[0; 9]), 0.0);
    }
}
