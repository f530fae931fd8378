use receptive::ops::channel_affine::ChannelAffine;

use super::*;

proptest! {
    #![proptest_config(cases(48))]

    #[test]
    fn channel_affine(dims in map_or_row(), seed: u64) {
        let rng = &mut rng(seed);
        let mut problem = Problem::default();
        let x = problem.input("x", &dims, normal(rng, dims.iter().product()));
        let y = problem.apply("affine", ChannelAffine, &[x], rng);
        problem.outputs.push(y);
        smooth(&problem, rng)?;
    }
}
