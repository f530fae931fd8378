use receptive::ops::adaptive_avg_pool2d::AdaptiveAvgPool2d;

use super::*;

proptest! {
    #![proptest_config(cases(48))]

    #[test]
    fn adaptive_avg_pool2d(dims in maps(), out_height in 1usize..=9, out_width in 1usize..=9, seed: u64) {
        smooth_input(&dims, AdaptiveAvgPool2d { output_size: [out_height, out_width] }, seed)?;
    }
}
