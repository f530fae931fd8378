use receptive::ops::global_avg_pool2d::GlobalAvgPool2d;

use super::*;

proptest! {
    #![proptest_config(cases(48))]

    #[test]
    fn global_avg_pool2d(dims in maps(), seed: u64) {
        smooth_input(&dims, GlobalAvgPool2d, seed)?;
    }
}
