use receptive::ops::add::Add;
use receptive::ops::conv2d::Conv2d;

use super::*;

proptest! {
    #![proptest_config(cases(48))]

    /// A sum of two or three values, of which one may be counted twice.
    #[test]
    fn add(dims in map_or_row(), relu: bool, more: bool, twice: bool, seed: u64) {
        let rng = &mut rng(seed);
        let mut problem = Problem::default();
        let count: usize = dims.iter().product();
        // The sum of the last value, at least 3 from zero, and smaller ones stays off the ReLU's kink.
        let names = if more { &["a", "b", "c"][..] } else { &["a", "b"] };
        let draw = |rng: &mut Rng, last: bool| -> Vec<f64> {
            let small = (0..count).map(|_| rng.symmetric(0.9)).collect::<Vec<f64>>();
            small.into_iter().map(|x| if last { x + 3.9 * x.signum() } else { x }).collect()
        };
        let mut inputs = Vec::new();
        for (i, name) in names.iter().enumerate() {
            let values = draw(rng, i + 1 == names.len());
            inputs.push(problem.input(name, &dims, values));
        }
        if twice {
            inputs.push(inputs[0]);
        }
        let y = problem.apply("add", Add { relu }, &inputs, rng);
        problem.outputs.push(y);
        smooth(&problem, rng)?;
    }

    /// Residuals in a row: gradients that an add hands on are summed with others, an output's among them.
    #[test]
    fn residuals(batch in 1usize..=2, channels in 1usize..=5, size in 1usize..=4, relu: bool, seed: u64) {
        let rng = &mut rng(seed);
        let mut problem = Problem::default();
        let dims = [batch, channels, size, size];
        let x = problem.input("x", &dims, off_zero(rng, dims.iter().product()));
        let point = || Conv2d { out_channels: channels, window: Window::POINT, groups: 1, bias: true };
        let body = problem.apply("body1", point(), &[x], rng);
        let first = problem.apply("add1", Add { relu }, &[body, x], rng);
        let body = problem.apply("body2", point(), &[first], rng);
        let second = problem.apply("add2", Add { relu: false }, &[first, body], rng);
        let third = problem.apply("add3", Add { relu: false }, &[second, first], rng);
        problem.outputs.extend([third, second, first]);
        let (tried, kinks) = gradcheck(&problem, rng).map_err(TestCaseError::fail)?;
        prop_assert!(kinks <= tried / 4, "{} of {} coordinates were at a kink", kinks, tried);
    }
}
