//! Top-1 and top-5: which classes a network puts first (Russakovsky et al. 2015, section 4.1: right within five counts in ILSVRC, since an image may show
//! more than its label says).

use serde::Serialize;

/// A class and what the network gives it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Ranked {
    /// Its place among the logits, from 0.
    pub class: usize,
    /// Its logit.
    pub logit: f32,
    /// The softmax's value, 0 to 1.
    pub probability: f64,
}

/// Stands where a byte says a class and there is none.
pub const NO_CLASS: u8 = u8::MAX;

/// Whether logits say a class at all: each is a number, and the largest is finite, so that the softmax is defined.
pub fn has_class(logits: impl IntoIterator<Item = f32>) -> bool {
    let larger = |most: f32, logit: f32| if most.is_nan() || logit.is_nan() { f32::NAN } else { most.max(logit) };
    logits.into_iter().fold(f32::NEG_INFINITY, larger).is_finite()
}

/// The `count` classes with the largest logits, largest first; of equal ones the earlier class. Empty where the logits say no class.
pub fn top(logits: &[f32], count: usize) -> Vec<Ranked> {
    if !has_class(logits.iter().copied()) {
        return Vec::new();
    }
    let value = |class: usize| f64::from(logits[class]);
    let largest = f64::from(logits.iter().copied().fold(f32::NEG_INFINITY, f32::max));
    let sum: f64 = (0..logits.len()).map(|class| (value(class) - largest).exp()).sum();
    let mut ranked: Vec<Ranked> = Vec::new();
    while ranked.len() < count.min(logits.len()) {
        let left = (0..logits.len()).filter(|class| ranked.iter().all(|ranked| ranked.class != *class));
        let Some(class) = left.reduce(|best, class| if logits[class].total_cmp(&logits[best]).is_gt() { class } else { best }) else {
            break;
        };
        ranked.push(Ranked { class, logit: logits[class], probability: (value(class) - largest).exp() / sum });
    }
    ranked
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_come_first_and_of_equals_the_earlier() {
        let logits = [1.0, 3.0, -2.0, 3.0, 0.5, 900.0_f32.ln()];
        let top = top(&logits, 5);
        assert_eq!(top.iter().map(|ranked| ranked.class).collect::<Vec<_>>(), [5, 1, 3, 0, 4]);
        assert!((top[0].probability / top[1].probability - 900.0 / 3f64.exp()).abs() < 1e-3);
        assert!(super::top(&logits, 9).iter().map(|ranked| ranked.probability).sum::<f64>() - 1.0 < 1e-12);
        assert!(super::top(&[], 5).is_empty());
    }

    #[test]
    fn where_the_softmax_is_not_defined_there_is_no_class() {
        let cut = [f32::NEG_INFINITY, 0.0, 1.0];
        assert_eq!(top(&cut, 2).iter().map(|ranked| ranked.class).collect::<Vec<_>>(), [2, 1]);
        for logits in
            [[f32::NAN; 3], [0.0, f32::NAN, 1.0], [0.0, f32::INFINITY, 1.0], [f32::NEG_INFINITY; 3], [f32::NEG_INFINITY, f32::NAN, 1.0]]
        {
            assert!(top(&logits, 5).is_empty() && !has_class(logits), "{logits:?}");
        }
    }
}
