use receptive::ops::squash::Squash;

use super::*;

proptest! {
    #![proptest_config(cases(48))]

    #[test]
    fn squash(dims in map_or_row(), which in 0usize..3, seed: u64) {
        let squash = [Squash::Sigmoid, Squash::Tanh, Squash::ScaledTanh { amplitude: 1.7159, slope: 2.0 / 3.0 }][which].clone();
        smooth_input(&dims, squash, seed)?;
    }
}
