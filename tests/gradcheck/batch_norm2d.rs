use receptive::ops::batch_norm2d::BatchNorm2d;

use super::*;

proptest! {
    #![proptest_config(cases(48))]

    #[test]
    fn batch_norm2d(batch in 1usize..=4, channels in 1usize..=9, h in 1usize..=4, w in 1usize..=4, affine: bool, training: bool, seed: u64) {
        prop_assume!(!training || batch * h * w > 1);
        let rng = &mut rng(seed);
        let mut problem = Problem::default();
        problem.graph.training = training;
        let dims = [batch, channels, h, w];
        let x = problem.input("x", &dims, normal(rng, dims.iter().product()));
        let y = problem.apply("bn", BatchNorm2d { eps: 1e-2, momentum: 0.1, affine }, &[x], rng);
        problem.outputs.push(y);
        smooth(&problem, rng)?;
    }
}
