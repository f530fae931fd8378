use receptive::ops::conv2d::Conv2d;
use receptive::ops::conv2d::connections::{ConnectedConv2d, Connections};

use super::*;

proptest! {
    #![proptest_config(cases(48))]

    #[test]
    fn conv2d(
        h in axis(|_| 2), w in axis(|_| 2), batch in 1usize..=3, groups in prop_oneof![2 => Just(1usize), 1 => 2usize..=3],
        in_per_group in 1usize..=5, out_per_group in 1usize..=5, bias: bool, seed: u64,
    ) {
        let dims = [batch, groups * in_per_group, h[4], w[4]];
        let operator = Conv2d { out_channels: groups * out_per_group, window: window(h, w), groups, bias };
        smooth_input(&dims, operator, seed)?;
    }

    #[test]
    fn conv2d_with_connections(h in axis(|_| 2), w in axis(|_| 2), inputs in 1usize..=5, outputs in 1usize..=6, bias: bool, seed: u64) {
        let rng = &mut rng(seed);
        let mut problem = Problem::default();
        let dims = [2, inputs, h[4], w[4]];
        let x = problem.input("x", &dims, normal(rng, dims.iter().product()));
        let (weight, taps) = (Shape::new(&[outputs, inputs, h[0], w[0]]), h[0] * w[0]);
        let mask: Vec<f32> = (0..outputs * inputs).flat_map(|_| vec![rng.below(2) as f32; taps]).collect();
        let connections = Connections::from_mask(&weight, &mask).unwrap();
        let y = problem.apply("conv", ConnectedConv2d { connections, window: window(h, w), bias }, &[x], rng);
        problem.outputs.push(y);
        smooth(&problem, rng)?;
        let upstream = problem.upstream(rng);
        let dweight = &problem.gradients::<f64>(&upstream, Kernels::Scalar)[1];
        prop_assert!(dweight.iter().zip(&mask).all(|(&gradient, &mask)| mask == 1.0 || gradient == 0.0));
    }
}
