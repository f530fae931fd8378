use receptive::ops::channel_affine::ChannelAffine;

use super::*;

proptest! {
    #![proptest_config(cases(48))]

    #[test]
    fn channel_affine(dims in map_or_row(), seed: u64) {
        smooth_input(&dims, ChannelAffine, seed)?;
    }
}
