use receptive::ops::dropout::{Dropout, Source, Unit};

use super::*;

proptest! {
    #![proptest_config(cases(48))]

    #[test]
    fn dropout(batch in 1usize..=3, features in 1usize..=9, p in 0.0f64..0.9, sample: bool, training: bool, seed: u64) {
        let rng = &mut rng(seed);
        let mut problem = Problem::default();
        problem.graph.training = training;
        let x = problem.input("x", &[batch, features], normal(rng, batch * features));
        let unit = if sample { Unit::Sample } else { Unit::Value };
        let y = problem.apply("drop", Dropout { p, unit, source: Source::Drawn }, &[x], rng);
        problem.outputs.push(y);
        smooth(&problem, rng)?;
    }
}
