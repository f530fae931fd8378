use receptive::ops::softmax_cross_entropy::{Reduction, SoftmaxCrossEntropy};

use super::*;

proptest! {
    #![proptest_config(cases(48))]

    #[test]
    fn softmax_cross_entropy(
        batch in 1usize..=4, classes in 2usize..=9, pixels in prop::option::of((1usize..=3, 1usize..=3)), label_smoothing in prop_oneof![Just(0.0f32), Just(0.1), Just(1.0)],
        reduction in prop_oneof![Just(Reduction::Mean), Just(Reduction::Sum), Just(Reduction::None)], weighted: bool, soft_target: bool, ignore: bool, seed: u64,
    ) {
        let rng = &mut rng(seed);
        let mut problem = Problem::default();
        let items = pixels.map_or(vec![batch], |(h, w)| vec![batch, h, w]);
        let logits = pixels.map_or(vec![batch, classes], |(h, w)| vec![batch, classes, h, w]);
        let count: usize = logits.iter().product();
        let x = problem.input("x", &logits, normal(rng, count).into_iter().map(|x| 3.0 * x).collect());
        let labels: usize = items.iter().product();
        let target = if soft_target {
            problem.given("target", &logits, (0..count).map(|_| rng.uniform()).collect())
        } else {
            // The first label always counts: a mean over nothing is NaN, in PyTorch too.
            let mut label = |first: bool| if ignore && !first && rng.below(3) == 0 { 255 } else { rng.below(classes as u32) };
            let drawn = (0..labels).map(|i| label(i == 0)).collect();
            problem.labels("target", &items, drawn)
        };
        let mut inputs = vec![x, target];
        if weighted {
            inputs.push(problem.given("class_weight", &[classes], (0..classes).map(|_| 0.1 + rng.uniform()).collect()));
        }
        let operator = SoftmaxCrossEntropy { reduction, label_smoothing, ignore_index: 255, weighted, soft_target };
        let loss = problem.apply("loss", operator, &inputs, rng);
        problem.outputs.push(loss);
        smooth(&problem, rng)?;
    }
}
