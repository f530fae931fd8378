use receptive::ops::relu::Relu;

use super::*;

proptest! {
    #![proptest_config(cases(48))]

    #[test]
    fn relu(dims in prop_oneof![prop::collection::vec(1usize..=7, 1..=2), prop::collection::vec(1usize..=5, 4..=4)], seed: u64) {
        let rng = &mut rng(seed);
        let mut problem = Problem::default();
        let x = problem.input("x", &dims, off_zero(rng, dims.iter().product()));
        let y = problem.apply("relu", Relu, &[x], rng);
        problem.outputs.push(y);
        smooth(&problem, rng)?;
    }
}
