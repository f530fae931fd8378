//! Receptive fields along one axis with the ends of maps and image: exactly the pixels that each position can depend on.

use crate::ir::reach::Reach;

/// Maps longer than this have no exact fields: no course network has any, and a specification must not ask for much memory.
const LONGEST: usize = 8192;

/// First and last pixel; `None` where a position depends on none.
type Span = Option<[usize; 2]>;

/// The exact fields of a map of `spans.len()` positions. What lies beyond an end is padding, and nothing depends on it.
#[derive(Clone, Debug, PartialEq)]
pub struct Support {
    /// First and last pixel of each position; `None` where it depends on none.
    pub spans: Vec<Span>,
}

impl Support {
    /// Each pixel of an image sees itself.
    pub fn pixels(length: usize) -> Self {
        Self { spans: (0..length).map(|at| Some([at, at])).collect() }
    }

    /// The fields of what reads this map to make one of `output` positions; `None` for maps too long to know.
    pub fn behind(&self, reach: &Reach, axis: usize, output: usize) -> Option<Self> {
        if output > LONGEST {
            return None;
        }
        let input = self.spans.len();
        let mut ranges: Option<Ranges> = None;
        let mut read = |at| {
            let taps = reach.taps(axis, input, output, at as i64);
            let first = if taps.first < 0 { taps.first.rem_euclid(taps.step) } else { taps.first };
            let last = taps.last.min(input as i64 - 1);
            if last < first {
                return None;
            }
            let step = usize::try_from(taps.step).unwrap_or(1).max(1);
            let (first, last) = (first as usize, last as usize);
            if (last - first) / step < 16 {
                return (first..=last).step_by(step).map(|at| self.spans[at]).fold(None, hull);
            }
            // A reach has the same step everywhere.
            ranges.get_or_insert_with(|| Ranges::new(&self.spans, step)).hull(first, last)
        };
        Some(Self { spans: (0..output).map(&mut read).collect() })
    }

    /// The fields of a map made of the same positions of this one and of another.
    #[must_use]
    pub fn joined(&self, other: &Self) -> Self {
        Self { spans: self.spans.iter().zip(&other.spans).map(|(&a, &b)| hull(a, b)).collect() }
    }

    /// Pixels of the largest field.
    pub fn size(&self) -> usize {
        self.spans.iter().flatten().map(|[first, last]| last - first + 1).max().unwrap_or(0)
    }
}

fn hull(a: Span, b: Span) -> Span {
    match (a, b) {
        (Some(a), Some(b)) => Some([a[0].min(b[0]), a[1].max(b[1])]),
        (a, b) => a.or(b),
    }
}

/// Hulls of every `step`-th position of any range in constant time: for each power of two the hulls of so many neighbours (a sparse table).
struct Ranges {
    step: usize,
    /// Neighbours of a table are `step` positions apart, which puts positions of the same remainder side by side.
    tables: Vec<Vec<Span>>,
    /// Where each remainder's positions begin.
    starts: Vec<usize>,
}

impl Ranges {
    fn new(spans: &[Span], step: usize) -> Self {
        let mut starts = Vec::with_capacity(step);
        let mut row = Vec::with_capacity(spans.len());
        for remainder in 0..step.min(spans.len()) {
            starts.push(row.len());
            row.extend(spans.iter().skip(remainder).step_by(step));
        }
        let mut tables = vec![row];
        let mut reach = 1;
        while 2 * reach <= spans.len() {
            let before = &tables[tables.len() - 1];
            let next = before.iter().zip(&before[reach..]).map(|(&a, &b)| hull(a, b)).collect();
            tables.push(next);
            reach *= 2;
        }
        Self { step, tables, starts }
    }

    /// Of positions `first`, `first + step`, ... up to `last`.
    fn hull(&self, first: usize, last: usize) -> Span {
        let count = (last - first) / self.step + 1;
        let from = self.starts[first % self.step] + first / self.step;
        let level = count.ilog2() as usize;
        let table = &self.tables[level];
        hull(table[from], table[from + count - (1 << level)])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ir::operator::Window;

    fn window(kernel_size: usize, stride: usize, padding: usize, dilation: usize) -> Reach {
        Reach::Window(Window { kernel_size: [kernel_size; 2], stride: [stride; 2], padding: [padding; 2], dilation: [dilation; 2] })
    }

    #[test]
    fn support_ends_where_image_and_maps_end() {
        let support = Support::pixels(7).behind(&window(2, 2, 0, 1), 0, 3).unwrap().behind(&window(3, 1, 1, 1), 0, 3).unwrap();
        assert_eq!(support.spans, [Some([0, 3]), Some([0, 5]), Some([2, 5])], "the seventh pixel is pooled by no window");
        let whole = support.behind(&Reach::Whole, 0, 1).unwrap();
        assert_eq!(whole.spans, [Some([0, 5])]);
    }

    #[test]
    fn wide_windows_find_what_narrow_ones_add_up_to() {
        // Fields in no order at all, some of them empty.
        let spans: Vec<Span> = (0..97usize).map(|at| (at % 5 != 3).then(|| [at * 37 % 89, 89 + at * 53 % 71])).collect();
        let support = Support { spans };
        for (kernel_size, dilation) in [(17, 1), (40, 1), (97, 1), (20, 3), (30, 2), (17, 6)] {
            let reach = window(kernel_size, 1, 8, dilation);
            let found = support.behind(&reach, 0, 90).unwrap();
            for (at, span) in found.spans.iter().enumerate() {
                let taps = (0..kernel_size).map(|tap| at as i64 - 8 + (tap * dilation) as i64).filter(|at| (0..97).contains(at));
                let expected = taps.map(|at| support.spans[at as usize]).fold(None, hull);
                assert_eq!(*span, expected, "{kernel_size} {dilation} at {at}");
            }
        }
    }
}
