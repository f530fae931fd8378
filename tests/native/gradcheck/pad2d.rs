use receptive::ops::pad2d::Pad2d;

use super::*;

proptest! {
    #![proptest_config(cases(48))]

    #[test]
    fn pad2d(dims in maps(), left in 0usize..=3, right in 0usize..=3, top in 0usize..=3, bottom in 0usize..=3, seed: u64) {
        smooth_input(&dims, Pad2d { padding: [left, right, top, bottom] }, seed)?;
    }
}
