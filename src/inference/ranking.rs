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
}
