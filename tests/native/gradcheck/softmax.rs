use receptive::ops::softmax::Softmax;

use super::*;

proptest! {
    #![proptest_config(cases(48))]

    #[test]
    fn softmax(dims in map_or_row(), logarithm: bool, seed: u64) {
        smooth_input(&dims, Softmax { logarithm }, seed)?;
    }
}
