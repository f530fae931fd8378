use receptive::ops::batch_norm2d::BatchNorm2d;

use super::*;

proptest! {
    #![proptest_config(cases(48))]

    #[test]
    fn batch_norm2d(batch in 1usize..=4, channels in 1usize..=9, h in 1usize..=4, w in 1usize..=4, affine: bool, training: bool, seed: u64) {
        prop_assume!(!training || batch * h * w > 1);
        let dims = [batch, channels, h, w];
        smooth_in_mode(training, &dims, BatchNorm2d { eps: 1e-2, momentum: 0.1, affine }, seed)?;
    }
}
