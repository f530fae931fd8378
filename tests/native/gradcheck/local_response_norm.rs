use receptive::ops::local_response_norm::LocalResponseNorm;

use super::*;

proptest! {
    #![proptest_config(cases(48))]

    #[test]
    fn local_response_norm(
        batch in 1usize..=2, channels in 1usize..=13, h in 1usize..=3, w in 1usize..=3, size in 1usize..=8, alpha in 0.0f64..0.8,
        beta in prop_oneof![Just(0.75f64), 0.0f64..2.0], k in 0.5f64..2.0, alpha_over_size: bool, seed: u64,
    ) {
        let dims = [batch, channels, h, w];
        smooth_input(&dims, LocalResponseNorm { size, alpha, beta, k, alpha_over_size }, seed)?;
    }
}
