//! Sums of many terms on the CPU. Added one after the other in single precision, the last terms meet a sum thousands of times their size and lose
//! most of their digits: 50,176 equal costs come out wrong in the fifth. So a sum is taken in double precision and rounded once. The GPU, which has
//! none, adds in levels instead: `core/wgsl/sums.wgsl`.

use crate::core::kernel::Real;
use crate::core::simd::{F32x4, LANES};

/// The sum of these terms.
pub fn sum_of<T: Real>(terms: impl IntoIterator<Item = T>) -> T {
    T::of(terms.into_iter().map(Real::wide).sum())
}

/// Sums of four columns whose parts, each a sum of few terms in single precision, are added in double.
#[derive(Clone, Copy, Debug, Default)]
pub struct Columns([f64; LANES]);

impl Columns {
    /// Adds a part of each column.
    #[inline(always)]
    pub fn add(&mut self, part: F32x4) {
        self.0.iter_mut().zip(part.to_array()).for_each(|(sum, part)| *sum += f64::from(part));
    }

    /// The columns, rounded.
    #[inline(always)]
    pub fn rounded(self) -> F32x4 {
        F32x4::load(&self.0.map(|sum| sum as f32))
    }

    /// The sum over the columns.
    pub fn total(self) -> f32 {
        self.0.iter().sum::<f64>() as f32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_equal_terms_keep_their_digits() {
        let count = 50_176;
        let cost = 11f32.ln();
        let mean = sum_of((0..count).map(|_| cost)) / count as f32;
        assert_eq!(mean, cost);
        let mut columns = Columns::default();
        (0..count).for_each(|_| columns.add(F32x4::splat(cost)));
        assert_eq!(columns.rounded().to_array().map(|sum| sum / count as f32), [cost; 4]);
        assert_eq!(columns.total() / (4 * count) as f32, cost);
        // As it was: one after the other.
        let one_by_one = (0..count).map(|_| cost).sum::<f32>() / count as f32;
        assert!((one_by_one - cost).abs() > 1e-5, "{one_by_one}");
    }

    #[test]
    fn what_is_no_number_stays_none() {
        assert!(sum_of([1.0f32, f32::NAN]).is_nan());
        assert_eq!(sum_of([f32::MAX, f32::MAX]), f32::INFINITY);
        assert_eq!(sum_of([0.1f64, 0.2]), 0.1 + 0.2);
    }
}
