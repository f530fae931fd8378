use receptive::ops::linear::Linear;

use super::*;

proptest! {
    #![proptest_config(cases(48))]

    #[test]
    fn linear(batch in 1usize..=5, in_features in 1usize..=9, out_features in 1usize..=9, bias: bool, seed: u64) {
        smooth_input(&[batch, in_features], Linear { out_features, bias }, seed)?;
    }
}
