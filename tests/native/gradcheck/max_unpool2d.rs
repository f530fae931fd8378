use receptive::ops::max_pool2d::MaxPool2d;
use receptive::ops::max_unpool2d::MaxUnpool2d;

use super::*;

proptest! {
    #![proptest_config(cases(48))]

    /// Of windows that do not overlap: where several values go to one place, only one of them has an effect.
    #[test]
    fn max_unpool2d(mut h in axis(|k| k / 2), mut w in axis(|k| k / 2), batch in 1usize..=2, channels in 1usize..=5, ceil_mode: bool, seed: u64) {
        for axis in [&mut h, &mut w] {
            axis[1] = axis[1].max(axis[0]);
        }
        let rng = &mut rng(seed);
        let mut problem = Problem::default();
        let dims = [batch, channels, h[4], w[4]];
        let pooled = problem.given("pooled", &dims, normal(rng, dims.iter().product()));
        let window = Window { dilation: [1; 2], ..window(h, w) };
        let maxima = problem.apply("pool", MaxPool2d { window, ceil_mode }, &[pooled], rng);
        let (places, shape) = (problem.graph.nodes[0].outputs[1], problem.graph.shape(maxima).clone());
        let x = problem.input("x", shape.dims(), normal(rng, shape.count()));
        let y = problem.apply("unpool", MaxUnpool2d { window, output_size: Some([h[4], w[4]]) }, &[x, places], rng);
        problem.outputs.push(y);
        smooth(&problem, rng)?;
    }
}
