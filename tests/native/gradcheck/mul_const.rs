use receptive::ops::mul_const::{Factor, MulConst};

use super::*;

proptest! {
    #![proptest_config(cases(48))]

    #[test]
    fn mul_const(dims in map_or_row(), number in -3.0f64..3.0, which in 0usize..3, seed: u64) {
        let rng = &mut rng(seed);
        let mut problem = Problem::default();
        let count = dims.iter().product();
        let mut inputs = vec![problem.input("x", &dims, normal(rng, count))];
        match which {
            0 => (),
            1 => inputs.push(problem.given("factor", &[1, 1], vec![number])),
            _ => inputs.push(problem.given("factor", &dims, normal(rng, count))),
        }
        let factor = if which == 0 { Factor::Number(number) } else { Factor::Given };
        let y = problem.apply("mul", MulConst { factor }, &inputs, rng);
        problem.outputs.push(y);
        smooth(&problem, rng)?;
    }
}
