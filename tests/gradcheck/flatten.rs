use receptive::ops::flatten::Flatten;

use super::*;

proptest! {
    #![proptest_config(cases(48))]

    #[test]
    fn flatten(dims in prop::collection::vec(1usize..=5, 4..=4), seed: u64) {
        let rng = &mut rng(seed);
        let mut problem = Problem::default();
        let x = problem.input("x", &dims, normal(rng, dims.iter().product()));
        let y = problem.apply("flatten", Flatten, &[x], rng);
        problem.outputs.push(y);
        smooth(&problem, rng)?;
    }
}
