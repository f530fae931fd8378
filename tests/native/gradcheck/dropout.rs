use receptive::ops::dropout::{Dropout, Source, Unit};

use super::*;

proptest! {
    #![proptest_config(cases(48))]

    #[test]
    fn dropout(batch in 1usize..=3, features in 1usize..=9, p in 0.0f64..0.9, sample: bool, training: bool, seed: u64) {
        let unit = if sample { Unit::Sample } else { Unit::Value };
        smooth_in_mode(training, &[batch, features], Dropout { p, unit, source: Source::Drawn }, seed)?;
    }
}
