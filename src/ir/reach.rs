//! Which positions of its input an operator reads for a position of its output: what receptive fields are computed from.

use crate::ir::operator::Window;

/// How output positions look at the input, the same for every channel.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Reach {
    /// `kernel_size` taps, `dilation` apart, from `position * stride - padding`.
    Window(Window),
    /// The other way round: the inputs from whose window, as in [`Reach::Window`], the output can be reached.
    Transposed(Window),
    /// One position, so many rows and columns further down and right (zero padding: negative).
    Shifted([i64; 2]),
    /// Even shares of the input, as adaptive pooling takes them.
    Shares,
    /// Everything.
    Whole,
}

/// Positions `first`, `first + step`, ... up to `last`; none where `last < first`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Taps {
    pub first: i64,
    pub last: i64,
    pub step: i64,
}

/// A length as a position.
fn whole(length: usize) -> i64 {
    i64::try_from(length).unwrap_or(i64::MAX)
}

fn greatest_common_divisor(a: i64, b: i64) -> i64 {
    if b == 0 { a } else { greatest_common_divisor(b, a % b) }
}

impl Reach {
    /// `[outputs, inputs]`: so many output positions further on, the same is read so many input positions further on.
    pub fn pace(&self, axis: usize, input: usize, output: usize) -> [i64; 2] {
        let pace = match self {
            Self::Window(window) => [1, whole(window.stride[axis])],
            Self::Transposed(window) => [whole(window.stride[axis]), 1],
            Self::Shifted(_) => [1, 1],
            Self::Shares => [whole(output), whole(input)],
            Self::Whole => [1, whole(input)],
        };
        let divisor = greatest_common_divisor(pace[0], pace[1]).max(1);
        pace.map(|count| (count / divisor).max(1))
    }

    /// What output position `at` of an axis reads, ends of the input disregarded.
    pub fn taps(&self, axis: usize, input: usize, output: usize, at: i64) -> Taps {
        match self {
            Self::Window(window) => {
                let step = whole(window.dilation[axis]);
                let first = at.saturating_mul(whole(window.stride[axis])).saturating_sub(whole(window.padding[axis]));
                Taps { first, last: first.saturating_add(step.saturating_mul(whole(window.kernel_size[axis]) - 1)), step }
            }
            Self::Transposed(window) => {
                let [stride, dilation] = [whole(window.stride[axis]), whole(window.dilation[axis])];
                let padded = at.saturating_add(whole(window.padding[axis]));
                let taps = whole(window.kernel_size[axis]);
                // Input i reaches here with tap t where i * stride + t * dilation = padded: taps of a class of remainders, as far apart as it takes
                // for their distance to be a multiple of the stride.
                let apart = stride / greatest_common_divisor(stride, dilation);
                let lands = |tap: &i64| padded.saturating_sub(tap.saturating_mul(dilation)).rem_euclid(stride) == 0;
                let Some(nearest) = (0..taps.min(apart)).find(lands) else { return Taps { first: 0, last: -1, step: 1 } };
                let farthest = nearest + (taps - 1 - nearest) / apart * apart;
                let input = |tap: i64| padded.saturating_sub(tap.saturating_mul(dilation)).div_euclid(stride);
                Taps { first: input(farthest), last: input(nearest), step: (apart.saturating_mul(dilation) / stride).max(1) }
            }
            Self::Shifted(by) => {
                let at = at.saturating_add(by[axis]);
                Taps { first: at, last: at, step: 1 }
            }
            Self::Shares => {
                let [input, output] = [whole(input), whole(output).max(1)];
                let (first, end) = (at.saturating_mul(input).div_euclid(output), (at + 1).saturating_mul(input));
                Taps { first, last: (end - 1).div_euclid(output), step: 1 }
            }
            Self::Whole => {
                let first = at.saturating_mul(whole(input));
                Taps { first, last: first.saturating_add(whole(input) - 1), step: 1 }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All positions a reach names.
    fn positions(taps: Taps) -> Vec<i64> {
        (0..).map(|n| taps.first + n * taps.step).take_while(|&at| at <= taps.last).collect()
    }

    #[test]
    fn transposed_taps_are_those_whose_window_has_the_output() {
        for code in 0..5 * 4 * 3 * 3 {
            let window = Window {
                kernel_size: [code % 5 + 1; 2],
                stride: [code / 5 % 4 + 1; 2],
                padding: [code / 20 % 3; 2],
                dilation: [code / 60 % 3 + 1; 2],
            };
            for at in 0..9 {
                let reads = |from: i64| positions(Reach::Window(window).taps(0, 20, 20, from)).contains(&at);
                let expected: Vec<i64> = (-30..30).filter(|&from| reads(from)).collect();
                assert_eq!(positions(Reach::Transposed(window).taps(0, 20, 20, at)), expected, "{window:?} at {at}");
            }
        }
    }

    #[test]
    fn shares_are_those_of_adaptive_pooling() {
        let shares: Vec<Vec<i64>> = (0..3).map(|at| positions(Reach::Shares.taps(0, 7, 3, at))).collect();
        assert_eq!(shares, [vec![0, 1, 2], vec![2, 3, 4], vec![4, 5, 6]]);
        assert_eq!(Reach::Shares.pace(0, 12, 4), [1, 3]);
    }
}
