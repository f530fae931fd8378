use receptive::ops::pad_channels::PadChannels;

use super::*;

proptest! {
    #![proptest_config(cases(48))]

    #[test]
    fn pad_channels(dims in maps(), before in 0usize..=9, after in 0usize..=9, seed: u64) {
        smooth_input(&dims, PadChannels { before, after }, seed)?;
    }
}
