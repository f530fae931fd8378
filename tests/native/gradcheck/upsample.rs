use receptive::ops::upsample::Upsample;

use super::*;

proptest! {
    #![proptest_config(cases(48))]

    #[test]
    fn upsample(dims in maps(), down in 1usize..=3, across in 1usize..=3, seed: u64) {
        smooth_input(&dims, Upsample { scale_factor: [down, across] }, seed)?;
    }
}
