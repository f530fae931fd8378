use receptive::ops::linear::Linear;

use super::*;

proptest! {
    #![proptest_config(cases(48))]

    #[test]
    fn linear(batch in 1usize..=5, in_features in 1usize..=9, out_features in 1usize..=9, bias: bool, seed: u64) {
        let rng = &mut rng(seed);
        let mut problem = Problem::default();
        let x = problem.input("x", &[batch, in_features], normal(rng, batch * in_features));
        let y = problem.apply("fc", Linear { out_features, bias }, &[x], rng);
        problem.outputs.push(y);
        smooth(&problem, rng)?;
    }
}
