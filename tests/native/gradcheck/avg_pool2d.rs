use receptive::ops::avg_pool2d::AvgPool2d;

use super::*;

proptest! {
    #![proptest_config(cases(48))]

    #[test]
    fn avg_pool2d(
        h in axis(|k| k / 2), w in axis(|k| k / 2), batch in 1usize..=2, channels in 1usize..=5,
        ceil_mode: bool, count_include_pad: bool, divisor_override in prop::option::of(1usize..=9), seed: u64,
    ) {
        let window = Window { dilation: [1; 2], ..window(h, w) };
        let dims = [batch, channels, h[4], w[4]];
        smooth_input(&dims, AvgPool2d { window, ceil_mode, count_include_pad, divisor_override }, seed)?;
    }
}
