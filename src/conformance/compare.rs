//! Comparing what was computed with what should have been.

use super::case::{CaseError, TensorInfo};
use super::report::Failure;
use super::tensors::{Tensor, Values};
use crate::core::shape::Shape;

/// How far a value may be off: `|got - want| <= atol + rtol * |want|`, or not at all.
#[derive(Clone, Copy, Debug, PartialEq)]
#[expect(missing_docs, reason = "named above")]
pub enum Tolerance {
    Exact,
    Within { atol: f64, rtol: f64 },
}

impl Tolerance {
    /// The tolerance that the index gives a result.
    ///
    /// # Errors
    /// [`CaseError::Malformed`] when it gives none: such a result must not pass as unchecked.
    pub fn of(name: &str, info: &TensorInfo) -> Result<Self, CaseError> {
        match (info.exact, info.atol, info.rtol) {
            (true, ..) => Ok(Self::Exact),
            (false, Some(atol), Some(rtol)) => Ok(Self::Within { atol, rtol }),
            _ => Err(CaseError::Malformed(format!("{name} has no tolerance"))),
        }
    }

    /// The largest error allowed for this value.
    pub fn allowed(self, want: f64) -> f64 {
        match self {
            Self::Exact => 0.0,
            Self::Within { atol, rtol } => atol + rtol * want.abs(),
        }
    }

    /// Whether `got` will do. A NaN never does.
    pub fn accepts(self, got: f64, want: f64) -> bool {
        match self {
            Self::Exact => got.to_bits() == want.to_bits() && !got.is_nan(),
            Self::Within { .. } => (got - want).abs() <= self.allowed(want),
        }
    }
}

/// Compares a result with the expected one; `None` when it will do.
pub fn tensors(name: &str, got: &Tensor, want: &Tensor, tolerance: Tolerance) -> Option<Failure> {
    let scalar = got.shape.count() == 1 && want.shape.count() == 1;
    if got.shape != want.shape && !scalar {
        return Some(Failure::message(name, format!("the shape is {}, expected {}", got.shape, want.shape)));
    }
    let (got, wanted) = match (&got.values, &want.values) {
        (Values::Floats(got), Values::Floats(want)) => (widened(got), widened(want)),
        (Values::Words(got), Values::Words(want)) => (counted(got), counted(want)),
        _ => return Some(Failure::message(name, "floats and words were mixed up")),
    };
    values(name, &got, &wanted, tolerance, &want.shape)
}

fn widened(floats: &[f32]) -> Vec<f64> {
    floats.iter().map(|&x| x.into()).collect()
}

fn counted(words: &[u32]) -> Vec<f64> {
    words.iter().map(|&word| f64::from(word as i32)).collect()
}

/// Compares one number.
pub fn number(name: &str, got: f64, want: f64, atol: f64, rtol: f64) -> Option<Failure> {
    values(name, &[got], &[want], Tolerance::Within { atol, rtol }, &Shape::new(&[1]))
}

/// Compares numbers of a tensor of this shape, which as many of both have.
fn values(name: &str, got: &[f64], want: &[f64], tolerance: Tolerance, shape: &Shape) -> Option<Failure> {
    if got.len() != want.len() {
        return Some(Failure::message(name, format!("{} values, expected {}", got.len(), want.len())));
    }
    let wrong: Vec<usize> = (0..got.len()).filter(|&i| !tolerance.accepts(got[i], want[i])).collect();
    let error = |i: usize| (got[i] - want[i]).abs();
    let excess = |i: usize| if error(i).is_nan() { f64::INFINITY } else { error(i) - tolerance.allowed(want[i]) };
    let worst = *wrong.iter().max_by(|&&a, &&b| excess(a).total_cmp(&excess(b)))?;
    let message = format!(
        "{} of {} values are off; the worst, at {}, is {:e} where {:e} is expected",
        wrong.len(),
        got.len(),
        Shape::new(&position(worst, shape)),
        got[worst],
        want[worst],
    );
    Some(Failure { tensor: name.to_owned(), largest_error: Some(error(worst)), allowed: Some(tolerance.allowed(want[worst])), message })
}

/// The indices of the value with this flat index.
fn position(flat: usize, shape: &Shape) -> Vec<usize> {
    let mut rest = flat;
    let mut indices: Vec<usize> = shape.dims().iter().rev().map(|&dim| (rest % dim.max(1), rest /= dim.max(1)).0).collect();
    indices.reverse();
    indices
}

#[cfg(test)]
mod tests {
    use super::*;

    fn floats(values: &[f32]) -> Tensor {
        Tensor { shape: Shape::new(&[values.len()]), values: Values::Floats(values.to_vec()) }
    }

    const WITHIN: Tolerance = Tolerance::Within { atol: 0.5, rtol: 0.1 };

    #[test]
    fn the_allowed_error_grows_with_the_expected_value() {
        assert_eq!(tensors("y", &floats(&[11.5]), &floats(&[10.0]), WITHIN), None);
        let failure = tensors("y", &floats(&[1.0, 11.75]), &floats(&[1.0, 10.0]), WITHIN).unwrap();
        assert_eq!((failure.largest_error, failure.allowed), (Some(1.75), Some(1.5)));
        assert_eq!(failure.message, "1 of 2 values are off; the worst, at [1], is 1.175e1 where 1e1 is expected");
    }

    #[test]
    fn nan_and_infinity_never_pass() {
        for tolerance in [WITHIN, Tolerance::Exact, Tolerance::Within { atol: f64::INFINITY, rtol: 0.0 }] {
            assert!(tensors("y", &floats(&[f32::NAN]), &floats(&[1.0]), tolerance).is_some());
            assert!(tensors("y", &floats(&[f32::NAN]), &floats(&[f32::NAN]), tolerance).is_some());
        }
        assert!(tensors("y", &floats(&[f32::INFINITY]), &floats(&[1.0]), WITHIN).is_some());
    }

    #[test]
    fn the_worst_value_is_the_one_furthest_outside_and_has_its_indices() {
        let tensor = |values: [f32; 4]| Tensor { shape: Shape::new(&[2, 2]), values: Values::Floats(values.to_vec()) };
        let failure = tensors("y", &tensor([0.0, 9.0, f32::NAN, 0.0]), &tensor([0.0; 4]), WITHIN).unwrap();
        assert!(failure.message.starts_with("2 of 4 values are off; the worst, at [1, 0], is NaN"), "{}", failure.message);
        assert_eq!(tensors("y", &tensor([0.0; 4]), &floats(&[0.0; 4]), WITHIN).unwrap().message, "the shape is [2, 2], expected [4]");
    }

    #[test]
    fn exact_means_the_same_bits() {
        assert_eq!(tensors("y", &floats(&[0.1]), &floats(&[0.1]), Tolerance::Exact), None);
        assert!(tensors("y", &floats(&[-0.0]), &floats(&[0.0]), Tolerance::Exact).is_some());
        assert!(tensors("y", &floats(&[1.0]), &floats(&[1.0000001]), Tolerance::Exact).is_some());
    }
}
