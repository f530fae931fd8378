//! Loss and accuracy, summed on the device and read a few times a second.

use bytemuck::{Pod, Zeroable};

use super::guard::FLAG;
use crate::core::kernel::{Args, Binding::*, Kernel, Pass, Real, double, params};
use crate::core::wgsl::{PRELUDE, SUMS};
use crate::ops::softmax_cross_entropy::IGNORE_INDEX;

/// Words before the confusion counts: items, right at first place, right within five, steps (the one where a number was found that is none included),
/// unused, 1 once a loss or a gradient was not finite, and the `LEVELS` of the loss sum and of the weight sum (bits of `f32`).
pub const HEADER: usize = LOSS + 2 * LEVELS;

/// Where the levels of the loss sum begin; those of the weight sum follow.
const LOSS: usize = 6;

/// Of how many sums the sum over all steps consists. A step's is added to the first; after [`CARRY`] of them that goes on to the second and begins anew,
/// and so on, so that no sum swallows the digits of what is added to it. The last goes on forever.
const LEVELS: usize = 3;

/// Sums that a level takes before it goes on to the next.
const CARRY: u32 = 32;

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
/// (one is NaN, or the largest is infinite) is right at no place and in no pair. Once a number was not finite training's sums get nothing more, so
/// that `steps` tells in which step; those with pairs go on.
pub static ACCUMULATE: Kernel = Kernel {
    name: "metrics.accumulate",
    bindings: &[Read, ReadWords, Read, ReadWriteWords],
    scalar: accumulate::<f32>,
    scalar_f64: double(accumulate::<f64>),
    wgsl: &[PRELUDE, SUMS, crate::core::wgsl::wgsl!("metrics.wgsl")],
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
        let levels = |first: usize| (first..first + LEVELS).map(|i| f64::from(f32::from_bits(word(i)))).sum();
        Self {
            loss: levels(LOSS),
            weight: levels(LOSS + LEVELS),
            items: word(0).into(),
            top1: word(1).into(),
            top5: word(2).into(),
            finite: word(FLAG) == 0,
            steps: word(3).into(),
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
    let (mut loss, mut weight) = (0.0, 0.0);
    for r in 0..rows {
        if targets[r] == IGNORE_INDEX as u32 {
            continue;
        }
        loss += items[r].wide();
        weight += items[rows + r].wide();
        let (row, label) = (&logits[r * p.channel_stride as usize..][..channels], targets[r] as usize);
        // A label that is no class costs NaN, and is in no count.
        if label >= channels {
            continue;
        }
        // The place of a class among the logits: how many are larger, or equal and earlier.
        let place = |class: usize| (0..channels).filter(|&c| row[c] > row[class] || (row[c] == row[class] && c < class)).count();
        sums[0] += 1;
        // NaN stays NaN from the first one on.
        let largest = row.iter().fold(T::neg_infinity(), |most, &logit| if logit > most || logit.is_nan() { logit } else { most });
        if !largest.is_finite() {
            continue;
        }
        let label_place = place(label);
        sums[1] += u32::from(label_place == 0);
        sums[2] += u32::from(label_place < 5);
        if p.confusion == 1 {
            let predicted = (0..channels).fold(0, |best, c| if row[c] > row[best] { c } else { best });
            sums[HEADER + label * channels + predicted] += 1;
        }
    }
    let (loss, weight) = (loss as f32, weight as f32);
    sums[3] += 1;
    let steps = sums[3];
    add_to_levels(&mut sums[LOSS..][..LEVELS], loss, steps);
    add_to_levels(&mut sums[LOSS + LEVELS..][..LEVELS], weight, steps);
    sums[FLAG] |= u32::from(!loss.is_finite());
}

/// Adds the sum of step number `steps`, counted from 1.
fn add_to_levels(levels: &mut [u32], more: f32, steps: u32) {
    let (last, mut carried, mut every) = (levels.len() - 1, more, 1);
    for (at, level) in levels.iter_mut().enumerate() {
        let sum = f32::from_bits(*level) + carried;
        every *= CARRY;
        if at == last || !steps.is_multiple_of(every) {
            *level = sum.to_bits();
            return;
        }
        *level = 0;
        carried = sum;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::kernel::{MAX_BINDINGS, Slot};

    /// Sums so many steps of items that all cost the same.
    fn summed(steps: usize, rows: usize, cost: f32) -> Sums {
        let p = MetricsParams { rows: rows as u32, channels: 2, channel_stride: 4, confusion: 1 };
        let (logits, targets, items) = (vec![0.0f32; 4 * rows], vec![1; rows], [vec![cost; rows], vec![1.0; rows], vec![0.0]].concat());
        let mut words = vec![0; sums_len(2)];
        for _ in 0..steps {
            let mut slots: [Slot<'_, f32>; MAX_BINDINGS] = Default::default();
            slots[0] = Slot::Read(&logits);
            slots[1] = Slot::ReadWords(&targets);
            slots[2] = Slot::Read(&items);
            slots[3] = Slot::WriteWords(&mut words);
            accumulate(Args { params: bytemuck::bytes_of(&p), slots, scratch: &mut [] });
        }
        Sums::from_words(&words)
    }

    #[test]
    fn the_mean_of_equal_costs_is_that_cost_over_many_items_and_many_steps() {
        let cost = 11f32.ln();
        for (steps, rows) in [(1, 50_176), (157, 4096), (938, 64), (2500, 16), (40_000, 1)] {
            let sums = summed(steps, rows, cost);
            assert!((sums.mean_loss() - 11f64.ln()).abs() < 1e-6, "{steps} steps of {rows}: {}", sums.mean_loss());
            assert_eq!((sums.weight, sums.items, sums.steps), ((steps * rows) as f64, (steps * rows) as u64, steps as u64));
            assert_eq!((sums.top1, sums.top5, &sums.confusion[..]), (0, sums.items, &[0, 0, (steps * rows) as u32, 0][..]));
        }
    }

    #[test]
    fn items_that_differ_are_summed_to_the_last_digits() {
        // A third of these costs is a thousand times as large as the others.
        let mut words = vec![0; sums_len(2)];
        let mut exact = 0.0;
        for step in 1..=5000 {
            let cost = if step % 3 == 0 { 1234.567 } else { 1.234_567 };
            exact += f64::from(cost);
            add_to_levels(&mut words[LOSS..][..LEVELS], cost, step);
        }
        let loss = Sums::from_words(&words).loss;
        assert!((loss / exact - 1.0).abs() < 5e-7, "{loss}, not {exact}");
    }

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
