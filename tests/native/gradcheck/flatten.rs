use receptive::ops::flatten::Flatten;

use super::*;

proptest! {
    #![proptest_config(cases(48))]

    #[test]
    fn flatten(dims in prop::collection::vec(1usize..=5, 4..=4), seed: u64) {
        smooth_input(&dims, Flatten, seed)?;
    }
}
