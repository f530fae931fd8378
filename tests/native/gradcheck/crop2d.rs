use receptive::ops::crop2d::Crop2d;

use super::*;

proptest! {
    #![proptest_config(cases(48))]

    #[test]
    fn crop2d(dims in maps(), top in 0usize..=3, left in 0usize..=3, bottom in 0usize..=3, right in 0usize..=3, seed: u64) {
        let [n, c, h, w] = dims;
        smooth_input(&[n, c, top + h + bottom, left + w + right], Crop2d { offset: [top, left], size: [h, w] }, seed)?;
    }
}
