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

/// The `count` classes with the largest logits, largest first; of equal ones the earlier class.
pub fn top(logits: &[f32], count: usize) -> Vec<Ranked> {
    let mut order: Vec<usize> = (0..logits.len()).collect();
    order.sort_by(|&a, &b| logits[b].total_cmp(&logits[a]));
    let largest = order.first().map_or(0.0, |&class| f64::from(logits[class]));
    let exponential = |class: usize| (f64::from(logits[class]) - largest).exp();
    let sum: f64 = (0..logits.len()).map(exponential).sum();
    let ranked = order.into_iter().take(count).map(|class| Ranked { class, logit: logits[class], probability: exponential(class) / sum });
    ranked.collect()
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
}
