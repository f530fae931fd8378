use receptive::ops::max_pool2d::MaxPool2d;

use super::*;

proptest! {
    #![proptest_config(cases(48))]

    #[test]
    fn max_pool2d(mut h in axis(|k| k / 2), mut w in axis(|k| k / 2), batch in 1usize..=2, channels in 1usize..=5, ceil_mode: bool, seed: u64) {
        // A window that holds only padding is refused: max_pool2d's own tests see to that.
        for axis in [&mut h, &mut w] {
            axis[4] = axis[4].max(axis[3]);
        }
        let rng = &mut rng(seed);
        let mut problem = Problem::default();
        let dims = [batch, channels, h[4], w[4]];
        let x = problem.input("x", &dims, spread(rng, dims.iter().product()));
        let y = problem.apply("pool", MaxPool2d { window: window(h, w), ceil_mode }, &[x], rng);
        problem.outputs.push(y);
        smooth(&problem, rng)?;
    }
}
