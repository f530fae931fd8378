//! How far results are apart, and how far they may be: the rule of the reference cases (`tests/README.md`).
//!
//! `|got - want| <= atol + rtol * |want|`, where `rtol` is [`RELATIVE`] and `atol` is the larger of [`F32_ERRORS`] times the error of the computation in single
//! precision and [`ABSOLUTE`] times the tensor's largest magnitude.

use serde::Serialize;

/// How many times the error of single precision a result may be off: any sensible order of summation passes, a wrong border or index does not.
pub const F32_ERRORS: f64 = 20.0;
/// What a result may always be off, relative to the largest magnitude of its tensor.
pub const ABSOLUTE: f64 = 2e-6;
/// What it may be off beside that, relative to itself.
pub const RELATIVE: f64 = 1e-5;

/// What any number of a tensor may be off, whatever its own size: `atol`.
pub fn allowed(f32_error: f64, magnitude: f64) -> f64 {
    (F32_ERRORS * f32_error).max(ABSOLUTE * magnitude)
}

/// One of the results of a run, in canonical order.
#[derive(Clone, Debug, PartialEq)]
pub struct Tensor {
    /// `loss`, `logits`, or the parameter's name.
    pub name: String,
    /// Whether it is a parameter's gradient.
    pub gradient: bool,
    /// Its numbers.
    pub values: Vec<f32>,
}

/// How far a tensor is from the reference's.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Difference {
    /// [`Tensor::name`].
    pub name: String,
    /// [`Tensor::gradient`].
    pub gradient: bool,
    /// The largest difference of two numbers. NaN where there is one.
    pub largest: f64,
    /// The largest magnitude in the reference.
    pub magnitude: f64,
    /// The largest ratio of a difference to what is allowed for it: above 1, or NaN, it fails.
    pub used: f64,
    /// Whether every number is within its tolerance. NaN never is.
    pub passes: bool,
}

/// Not `max`, which would let a NaN pass.
fn larger(largest: f64, value: f64) -> f64 {
    if value <= largest || largest.is_nan() { largest } else { value }
}

fn largest_of(values: impl Iterator<Item = f64>) -> f64 {
    values.fold(0.0, larger)
}

fn apart(left: f32, right: f32) -> f64 {
    (f64::from(left) - f64::from(right)).abs()
}

/// Compares results with the reference's. `exact` are those of double precision, which say how far off the reference itself is.
pub fn compare(reference: &[Tensor], exact: &[Tensor], found: &[Tensor]) -> Vec<Difference> {
    let both = reference.iter().zip(exact).zip(found);
    let difference = |((want, exact), got): ((&Tensor, &Tensor), &Tensor)| {
        let magnitude = largest_of(want.values.iter().map(|&value| f64::from(value).abs()));
        let f32_error = largest_of(want.values.iter().zip(&exact.values).map(|(&want, &exact)| apart(want, exact)));
        let atol = allowed(f32_error, magnitude);
        let pairs = || got.values.iter().zip(&want.values);
        let of_allowed = |(&got, &want): (&f32, &f32)| match (apart(got, want), atol + RELATIVE * f64::from(want).abs()) {
            (0.0, _) => 0.0,
            (apart, allowed) => apart / allowed,
        };
        let used = largest_of(pairs().map(of_allowed));
        Difference {
            name: want.name.clone(),
            gradient: want.gradient,
            largest: largest_of(pairs().map(|(&got, &want)| apart(got, want))),
            magnitude,
            used,
            passes: used <= 1.0 && got.values.len() == want.values.len(),
        }
    };
    both.map(difference).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tensor(values: &[f32]) -> [Tensor; 1] {
        [Tensor { name: "fc.weight".into(), gradient: true, values: values.to_vec() }]
    }

    fn of(reference: &[f32], exact: &[f32], found: &[f32]) -> Difference {
        compare(&tensor(reference), &tensor(exact), &tensor(found)).remove(0)
    }

    #[test]
    fn what_is_allowed_grows_with_the_error_of_single_precision() {
        let strict = of(&[4.0, 0.0], &[4.0, 0.0], &[4.0, 1e-5]);
        assert_eq!((strict.magnitude, strict.largest, strict.passes), (4.0, f64::from(1e-5f32), false));
        assert!((strict.used - 1.25).abs() < 1e-6, "1e-5 of 8e-6 allowed, not {}", strict.used);
        let lax = of(&[4.0, 0.0], &[4.0, 1e-6], &[4.0, 1e-5]);
        assert!(lax.passes && (lax.used - 0.5).abs() < 1e-6, "1e-5 of 2e-5 allowed, not {}", lax.used);
    }

    #[test]
    fn what_is_allowed_grows_with_the_number_itself() {
        assert!(of(&[4.0], &[4.0], &[4.00004]).passes);
        assert!(!of(&[4.0], &[4.0], &[4.00006]).passes);
    }

    #[test]
    fn nothing_apart_is_nothing_used_even_where_nothing_is_allowed() {
        let nothing = of(&[0.0], &[0.0], &[0.0]);
        assert_eq!((nothing.largest, nothing.used, nothing.passes), (0.0, 0.0, true));
        assert!(!of(&[0.0], &[0.0], &[1e-30]).passes);
    }

    #[test]
    fn nan_and_infinity_never_pass() {
        for wrong in [f32::NAN, f32::INFINITY] {
            for (reference, found) in [([1.0, 1.0], [wrong, 1.0]), ([wrong, 1.0], [1.0, 1.0]), ([wrong, 1.0], [wrong, 1.0])] {
                assert!(!of(&reference, &[1.0, 1.0], &found).passes, "{reference:?} {found:?}");
            }
        }
        assert!(!of(&[1.0, 2.0], &[1.0, 2.0], &[1.0]).passes, "a number is missing");
    }
}
