use receptive::ops::rbf::{Codes, Rbf};

use super::*;

proptest! {
    #![proptest_config(cases(48))]

    #[test]
    fn rbf(batch in 1usize..=5, in_features in 1usize..=9, out_features in 1usize..=9, trained: bool, seed: u64) {
        let codes = if trained { Codes::Trained } else { Codes::Random };
        smooth_input(&[batch, in_features], Rbf { out_features, codes }, seed)?;
    }
}
