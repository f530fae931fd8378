//! Receptive fields along one axis: which input pixels each position of a map can depend on (Dumoulin and Visin 2016; Araujo, Norris and Sim
//! 2019, "Computing receptive fields of convolutional neural networks").

use crate::core::fields::LARGEST_WHOLE;
use crate::ir::reach::Reach;

/// Fields that repeat after more positions than this count as the whole map's: no course network upsamples nearly as far.
const LONGEST_PERIOD: i64 = 128;

/// First and last pixel; `None` where a position depends on none.
type Span = Option<[i64; 2]>;

/// The fields of all positions of a map along one axis, as if neither map nor image had ends. Strides make the fields of neighbouring
/// positions lie further apart; upsampling makes them repeat: position `n + spans.len()` sees what position `n` sees, `advance` pixels further on.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Field {
    spans: Vec<Span>,
    advance: i64,
    /// Whether the ways that lead here have their fields around the same centres.
    pub aligned: bool,
}

fn hull(a: Span, b: Span) -> Span {
    match (a, b) {
        (Some(a), Some(b)) => Some([a[0].min(b[0]), a[1].max(b[1])]),
        (a, b) => a.or(b),
    }
}

impl Field {
    /// Each pixel of the image sees itself.
    pub fn pixels() -> Self {
        Self { spans: vec![Some([0, 0])], advance: 1, aligned: true }
    }

    fn period(&self) -> i64 {
        self.spans.len() as i64
    }

    /// The field of one position.
    pub fn at(&self, position: i64) -> Span {
        let (rounds, rest) = (position.div_euclid(self.period()), position.rem_euclid(self.period()));
        let further = rounds.saturating_mul(self.advance);
        self.spans[rest as usize].map(|span| span.map(|pixel| pixel.saturating_add(further)))
    }

    /// The field of positions `first` to `last` together.
    fn of_range(&self, first: i64, last: i64) -> Span {
        // Fields move on by `advance` a period, so that the ends of the hull are in the first and the last period.
        let most = self.period() - 1;
        let ends = (first..=last.min(first.saturating_add(most))).chain(last.saturating_sub(most).max(first)..=last);
        ends.map(|position| self.at(position)).fold(None, hull)
    }

    /// The fields of what reads this map, of `input` positions, to make one of `output` positions.
    pub fn behind(&self, reach: &Reach, axis: usize, input: usize, output: usize) -> Self {
        let [outputs, inputs] = reach.pace(axis, input, output);
        let rounds = least_common_multiple(inputs, self.period()) / inputs;
        let period = outputs.saturating_mul(rounds);
        if period > LONGEST_PERIOD {
            let spans = vec![self.of_range(0, input as i64 - 1)];
            return Self { spans, advance: self.advance.saturating_mul(input as i64), aligned: self.aligned };
        }
        let read = |position| {
            let taps = reach.taps(axis, input, output, position);
            if taps.step == 1 || self.period() == 1 {
                return self.of_range(taps.first, taps.last);
            }
            let steps = (0..).map(|n| taps.first + n * taps.step).take_while(|&at| at <= taps.last).take(LONGEST_PERIOD as usize);
            steps.map(|at| self.at(at)).chain([self.at(taps.last)]).fold(None, hull)
        };
        let advance = self.advance.saturating_mul(inputs.saturating_mul(rounds) / self.period());
        Self { spans: (0..period).map(read).collect(), advance, aligned: self.aligned }
    }

    /// The fields of a map made of the same positions of this one and of another.
    pub fn joined(&self, other: &Self) -> Self {
        let period = least_common_multiple(self.period(), other.period());
        let advances = [self, other].map(|field| field.advance.saturating_mul(period / field.period()));
        if advances[0] != advances[1] || period > LONGEST_PERIOD {
            let wider = if self.jump() >= other.jump() { self } else { other };
            return Self { spans: vec![hull(self.at(0), other.at(0))], advance: wider.advance / wider.period(), aligned: false };
        }
        let pairs = || (0..period).map(|position| (self.at(position), other.at(position)));
        let centred = pairs().all(|(a, b)| matches!((a, b), (Some(a), Some(b)) if a[0].saturating_add(a[1]) == b[0].saturating_add(b[1])));
        let spans = pairs().map(|(a, b)| hull(a, b)).collect();
        Self { spans, advance: advances[0], aligned: self.aligned && other.aligned && centred }
    }

    /// Pixels of the largest field.
    pub fn size(&self) -> u64 {
        let sizes = self.spans.iter().flatten().map(|[first, last]| last.saturating_sub(*first).saturating_add(1));
        sizes.max().unwrap_or(0).clamp(0, LARGEST_WHOLE as i64) as u64
    }

    /// Pixels from one position's field to the next, on average.
    pub fn jump(&self) -> f64 {
        self.advance as f64 / self.spans.len() as f64
    }

    /// The middle of the first position's field; pixel n is at n.
    pub fn centre(&self) -> f64 {
        self.at(0).map_or(0.0, |[first, last]| (first as f64 + last as f64) / 2.0)
    }
}

fn least_common_multiple(a: i64, b: i64) -> i64 {
    let (mut divisor, mut rest) = (a, b);
    while rest != 0 {
        (divisor, rest) = (rest, divisor % rest);
    }
    (a / divisor).saturating_mul(b)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ir::operator::Window;

    fn window(kernel_size: usize, stride: usize, padding: usize, dilation: usize) -> Reach {
        Reach::Window(Window { kernel_size: [kernel_size; 2], stride: [stride; 2], padding: [padding; 2], dilation: [dilation; 2] })
    }

    fn stack(layers: &[Reach]) -> Field {
        layers.iter().fold(Field::pixels(), |field, reach| field.behind(reach, 0, 64, 64))
    }

    #[test]
    fn stacked_windows_follow_the_recurrence() {
        let field = stack(&[window(7, 2, 3, 1), window(3, 2, 1, 1), window(3, 1, 1, 1), window(3, 1, 2, 2)]);
        // 1 + 6, + 2 * 2, + 2 * 4, + 4 * 4
        assert_eq!((field.size(), field.jump(), field.centre(), field.aligned), (35, 4.0, 0.0, true));
        assert_eq!(stack(&[window(2, 2, 0, 1)]).centre(), 0.5);
    }

    #[test]
    fn a_shortcut_around_a_window_is_centred_unless_the_window_is_even() {
        let body = stack(&[window(3, 2, 1, 1), window(3, 1, 1, 1)]);
        let shortcut = stack(&[window(1, 2, 0, 1)]);
        assert_eq!((body.joined(&shortcut).size(), body.joined(&shortcut).aligned), (7, true));
        let even = stack(&[window(2, 2, 0, 1)]).joined(&shortcut);
        assert_eq!((even.size(), even.aligned), (2, false));
    }

    #[test]
    fn upsampling_brings_the_pace_back_and_repeats_fields() {
        let up = Reach::Transposed(Window { kernel_size: [2; 2], stride: [2; 2], ..Window::POINT });
        let field = stack(&[window(2, 2, 0, 1), up]);
        assert_eq!((field.jump(), field.size()), (1.0, 2));
        assert_eq!([0, 1, 2, 3].map(|at| field.at(at)), [Some([0, 1]), Some([0, 1]), Some([2, 3]), Some([2, 3])]);
        let skip = field.joined(&Field::pixels());
        assert_eq!((skip.size(), skip.aligned), (2, false), "pixel 0 and the pair 0 to 1 have different centres");
        assert_eq!(skip.behind(&window(3, 1, 1, 1), 0, 64, 64).size(), 4, "three neighbours touch two pairs, never three");
    }
}
