//! One axis (rows or columns) of a convolution: which taps of the kernel fall inside the map, position by position.

/// How positions of the map being written meet positions of the map being read, along one axis.
#[derive(Clone, Copy, Debug)]
pub(super) struct Axis {
    /// Taps of the kernel.
    pub kernel: usize,
    /// Length of the map being written.
    pub written: usize,
    /// Length of the map being read.
    pub read: usize,
    pub stride: usize,
    pub padding: usize,
    pub dilation: usize,
    /// The input gradient reads the output's map and writes the input's, taps in reverse order.
    pub transposed: bool,
}

/// The taps of one position: `count` of them, the first is `tap` and meets `read`; the others follow at the axis' steps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Span {
    pub tap: usize,
    pub read: usize,
    pub count: usize,
}

/// Positions `first, first + step, ..` (`count` of them) that have the same taps; each reads `advance` further on than the last.
#[derive(Clone, Copy, Debug)]
pub(super) struct Run {
    pub first: usize,
    pub step: usize,
    pub count: usize,
    pub advance: usize,
    pub span: Span,
}

fn greatest_common_divisor(a: usize, b: usize) -> usize {
    if b == 0 { a } else { greatest_common_divisor(b, a % b) }
}

impl Axis {
    /// From one valid tap to the next.
    pub fn tap_step(&self) -> usize {
        if self.transposed { self.stride / greatest_common_divisor(self.stride, self.dilation) } else { 1 }
    }

    /// From the place one valid tap reads to the place the next one reads.
    pub fn read_step(&self) -> usize {
        if self.transposed { self.dilation / greatest_common_divisor(self.stride, self.dilation) } else { self.dilation }
    }

    /// Where `tap` reads for position `at`, if that lies inside the map.
    fn read(&self, at: usize, tap: usize) -> Option<usize> {
        let read = if self.transposed {
            // x[h] was read by y[o] through kernel row r where h = o * stride + r * dilation - padding.
            let through = (self.kernel - 1 - tap) * self.dilation;
            let scaled = (at + self.padding).checked_sub(through)?;
            (scaled % self.stride == 0).then_some(scaled / self.stride)?
        } else {
            (at * self.stride + tap * self.dilation).checked_sub(self.padding)?
        };
        (read < self.read).then_some(read)
    }

    fn span(&self, at: usize) -> Span {
        let mut span = Span::default();
        for tap in 0..self.kernel {
            if let Some(read) = self.read(at, tap) {
                if span.count == 0 {
                    span = Span { tap, read, count: 0 };
                }
                span.count += 1;
            }
        }
        span
    }

    /// All positions, in runs that share their taps.
    pub fn runs(self) -> impl Iterator<Item = Run> {
        // In the input gradient neighbours `stride` apart meet the same taps, those between do not.
        let (step, advance) = if self.transposed { (self.stride, 1) } else { (1, self.stride) };
        (0..step.min(self.written)).flat_map(move |phase| {
            let mut first = phase;
            core::iter::from_fn(move || {
                if first >= self.written {
                    return None;
                }
                let span = self.span(first);
                let advance = if span.count == 0 { 0 } else { advance };
                let mut run = Run { first, step, count: 1, advance, span };
                loop {
                    first += step;
                    let expected = Span { read: span.read + run.count * advance, ..span };
                    if first >= self.written || self.span(first) != expected {
                        return Some(run);
                    }
                    run.count += 1;
                }
            })
        })
    }
}
