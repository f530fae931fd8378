use receptive::ops::softmax::Softmax;

use super::*;

proptest! {
    #![proptest_config(cases(48))]

    #[test]
    fn softmax(dims in map_or_row(), logarithm: bool, seed: u64) {
        let rng = &mut rng(seed);
        let mut problem = Problem::default();
        let x = problem.input("x", &dims, normal(rng, dims.iter().product()));
        let y = problem.apply("softmax", Softmax { logarithm }, &[x], rng);
        problem.outputs.push(y);
        smooth(&problem, rng)?;
    }
}
