use receptive::ops::rbf::{Codes, Rbf};

use super::*;

proptest! {
    #![proptest_config(cases(48))]

    #[test]
    fn rbf(batch in 1usize..=5, in_features in 1usize..=9, out_features in 1usize..=9, trained: bool, seed: u64) {
        let rng = &mut rng(seed);
        let mut problem = Problem::default();
        let x = problem.input("x", &[batch, in_features], normal(rng, batch * in_features));
        let codes = if trained { Codes::Trained } else { Codes::Random };
        let y = problem.apply("rbf", Rbf { out_features, codes }, &[x], rng);
        problem.outputs.push(y);
        smooth(&problem, rng)?;
    }
}
