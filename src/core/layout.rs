//! How a value of a shape lies in a buffer. The only file that knows; the reasons are in docs/decisions/0001-activation-layout.md.
//!
//! Outside a plan everything is NCHW and OIHW. Inside, channels come last and are padded to a multiple of four; **the pad lanes are
//! always zero**, and every kernel keeps them so.

use crate::core::shape::Shape;

/// Floats from one pixel (or row) to the next: `channels` rounded up to a multiple of four.
pub const fn channel_stride(channels: usize) -> usize {
    channels.div_ceil(4) * 4
}

/// The order of a value's elements in its buffer.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Layout {
    /// `[n, c, h, w]` as `[n][h][w][c padded]`, `[n, features]` as `[n][features padded]`; any other rank as it is.
    Activation,
    /// A convolution's weight `[out, in / groups, kh, kw]` as `[kh][kw][in / groups][out padded]`.
    ConvWeight,
    /// A linear layer's weight `[out, in]` as `[in][out padded]`.
    LinearWeight,
    /// One value a channel, `[c]` as `[c padded]`.
    Channels,
}

impl Layout {
    /// Elements it takes in a buffer; `None` when that overflows or passes what 32-bit signed indices reach.
    pub fn checked_stored_len(self, shape: &Shape) -> Option<usize> {
        shape.checked_count()?;
        let (inner, outer) = self.split(shape);
        let len = outer.iter().try_fold(inner.checked_add(3)? / 4 * 4, |product, &dim| product.checked_mul(dim))?;
        (len <= i32::MAX as usize).then_some(len)
    }

    /// Elements it takes in a buffer. Only for shapes that passed inference.
    pub fn stored_len(self, shape: &Shape) -> usize {
        let (inner, outer) = self.split(shape);
        channel_stride(inner) * outer.iter().product::<usize>()
    }

    /// The padded dimension and the others.
    fn split(self, shape: &Shape) -> (usize, Vec<usize>) {
        match (self, shape.dims()) {
            (Self::Activation, [n, c, h, w]) => (*c, vec![*n, *h, *w]),
            (Self::Activation, [n, features]) => (*features, vec![*n]),
            (Self::ConvWeight, [o, i, kh, kw]) => (*o, vec![*kh, *kw, *i]),
            (Self::LinearWeight, [o, i]) => (*o, vec![*i]),
            (_, dims) => (dims.iter().product(), vec![]),
        }
    }

    /// Canonical values (NCHW, OIHW) in the order they are stored, pad lanes zero.
    pub fn store<T: Copy + Default>(self, shape: &Shape, canonical: &[T]) -> Vec<T> {
        let mut stored = vec![T::default(); self.stored_len(shape)];
        self.for_each_pair(shape, |from, to| stored[to] = canonical[from]);
        stored
    }

    /// Canonical rows of a weight, `first` and those behind it (a row is all that makes one output channel), into the places where they are stored. Any
    /// other value is one row.
    pub fn store_rows<T: Copy>(self, shape: &Shape, first: usize, canonical: &[T], stored: &mut [T]) {
        let (rows, row) = self.rows(shape);
        if rows == 1 {
            return self.for_each_pair(shape, |from, to| stored[to] = canonical[from]);
        }
        let [_, b, c, d] = shape.nchw();
        let stride = channel_stride(rows);
        // Outputs are neighbours where they are stored: the inner loop writes one place after the other.
        for from in 0..row {
            let place = (from % (c * d) * b + from / (c * d)) * stride + first;
            for (to, line) in stored[place..].iter_mut().zip(canonical.chunks_exact(row)) {
                *to = line[from];
            }
        }
    }

    /// How many rows a value has that [`Layout::store_rows`] takes apart, and the values in each.
    pub fn rows(self, shape: &Shape) -> (usize, usize) {
        match (self, shape.dims()) {
            (Self::ConvWeight | Self::LinearWeight, [rows, of_row @ ..]) => (*rows, of_row.iter().product()),
            _ => (1, shape.count()),
        }
    }

    /// Stored values back in canonical order, without the pad lanes.
    pub fn restore<T: Copy + Default>(self, shape: &Shape, stored: &[T]) -> Vec<T> {
        let mut canonical = vec![T::default(); shape.count()];
        self.for_each_pair(shape, |to, from| canonical[to] = stored[from]);
        canonical
    }

    /// Calls `visit(canonical index, stored index)` for every value.
    fn for_each_pair(self, shape: &Shape, mut visit: impl FnMut(usize, usize)) {
        let [a, b, c, d] = match (self, shape.dims()) {
            (Self::Activation, [_, _, _, _] | [_, _]) => shape.nchw(),
            (Self::ConvWeight, [o, i, kh, kw]) => [*o, *i, *kh, *kw],
            (Self::LinearWeight, [o, i]) => [*o, *i, 1, 1],
            _ => [1, shape.count(), 1, 1],
        };
        let mut canonical = 0;
        for outer in 0..a {
            for middle in 0..b {
                for inner in 0..c * d {
                    let stored = match self {
                        Self::ConvWeight | Self::LinearWeight => (inner * b + middle) * channel_stride(a) + outer,
                        Self::Activation | Self::Channels => (outer * c * d + inner) * channel_stride(b) + middle,
                    };
                    visit(canonical, stored);
                    canonical += 1;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn round_trip(layout: Layout, dims: &[usize]) -> Vec<u32> {
        let shape = Shape::new(dims);
        let canonical: Vec<u32> = (1..=shape.count() as u32).collect();
        let stored = layout.store(&shape, &canonical);
        assert_eq!(stored.len(), layout.stored_len(&shape));
        assert_eq!(Some(stored.len()), layout.checked_stored_len(&shape));
        assert_eq!(layout.restore(&shape, &stored), canonical);
        stored
    }

    #[test]
    fn activations_have_channels_last_and_padded() {
        assert_eq!(round_trip(Layout::Activation, &[1, 2, 1, 3]), [1, 4, 0, 0, 2, 5, 0, 0, 3, 6, 0, 0]);
        assert_eq!(round_trip(Layout::Activation, &[2, 3]), [1, 2, 3, 0, 4, 5, 6, 0]);
    }

    #[test]
    fn weights_have_output_channels_last_and_padded() {
        assert_eq!(round_trip(Layout::ConvWeight, &[2, 1, 1, 2]), [1, 3, 0, 0, 2, 4, 0, 0]);
        assert_eq!(round_trip(Layout::LinearWeight, &[2, 3]), [1, 4, 0, 0, 2, 5, 0, 0, 3, 6, 0, 0]);
        assert_eq!(round_trip(Layout::Channels, &[5]), [1, 2, 3, 4, 5, 0, 0, 0]);
    }

    #[test]
    fn rows_of_a_weight_can_be_stored_piece_by_piece() {
        for (layout, dims) in [
            (Layout::ConvWeight, vec![5, 3, 2, 2]),
            (Layout::LinearWeight, vec![7, 3]),
            (Layout::Channels, vec![5]),
            (Layout::LinearWeight, vec![1, 3]),
        ] {
            let shape = Shape::new(&dims);
            let canonical: Vec<u32> = (1..=shape.count() as u32).collect();
            let (rows, row) = layout.rows(&shape);
            let mut stored = vec![0; layout.stored_len(&shape)];
            for first in (0..rows).step_by(2) {
                layout.store_rows(&shape, first, &canonical[first * row..(first + 2).min(rows) * row], &mut stored);
            }
            assert_eq!(stored, layout.store(&shape, &canonical), "{layout:?}");
        }
    }

    #[test]
    fn a_size_past_32_bit_indices_is_none() {
        let huge = 1 << 20;
        assert_eq!(Layout::Activation.checked_stored_len(&Shape::new(&[huge, huge, huge, huge])), None);
        assert_eq!(Layout::Activation.checked_stored_len(&Shape::new(&[1, 4, 1 << 15, 1 << 15])), None);
    }
}
