use receptive::ops::squash::Squash;

use super::*;

proptest! {
    #![proptest_config(cases(48))]

    #[test]
    fn squash(dims in map_or_row(), which in 0usize..3, seed: u64) {
        let rng = &mut rng(seed);
        let mut problem = Problem::default();
        let x = problem.input("x", &dims, normal(rng, dims.iter().product()));
        let squash = [Squash::Sigmoid, Squash::Tanh, Squash::ScaledTanh { amplitude: 1.7159, slope: 2.0 / 3.0 }][which].clone();
        let y = problem.apply("squash", squash, &[x], rng);
        problem.outputs.push(y);
        smooth(&problem, rng)?;
    }
}
