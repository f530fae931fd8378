use receptive::ops::conv_transpose2d::ConvTranspose2d;

use super::*;

proptest! {
    #![proptest_config(cases(48))]

    #[test]
    fn conv_transpose2d(
        h in axis(|_| 2), w in axis(|_| 2), batch in 1usize..=3, groups in prop_oneof![2 => Just(1usize), 1 => 2usize..=3],
        in_per_group in 1usize..=5, out_per_group in 1usize..=5, bias: bool, output_padding in [0usize..=2, 0usize..=2], seed: u64,
    ) {
        let window = window(h, w);
        // Room for one output at least, and as much output padding as PyTorch allows.
        let size = |axis: usize| 1 + [h[4], w[4]][axis] % 4 + (2 * window.padding[axis]).div_ceil(window.stride[axis]);
        let output_padding = [0, 1].map(|axis| output_padding[axis] % window.stride[axis].max(window.dilation[axis]));
        let dims = [batch, groups * in_per_group, size(0), size(1)];
        smooth_input(&dims, ConvTranspose2d { out_channels: groups * out_per_group, window, output_padding, groups, bias }, seed)?;
    }
}
