use receptive::ops::dice_loss::DiceLoss;

use super::*;

proptest! {
    #![proptest_config(cases(48))]

    #[test]
    fn dice_loss(dims in map_or_row(), smooth_term in 0.1f64..2.0, ignore: bool, seed: u64) {
        let rng = &mut rng(seed);
        let mut problem = Problem::default();
        let x = problem.input("x", &dims, normal(rng, dims.iter().product()));
        let classes = dims[1] as u32;
        let items: Vec<usize> = dims.iter().enumerate().filter(|(i, _)| *i != 1).map(|(_, dim)| *dim).collect();
        let drawn = (0..items.iter().product()).map(|_| if ignore && rng.below(3) == 0 { 255 } else { rng.below(classes) }).collect();
        let labels = problem.labels("target", &items, drawn);
        let loss = problem.apply("loss", DiceLoss { smooth: smooth_term, ignore_index: 255 }, &[x, labels], rng);
        problem.outputs.push(loss);
        smooth(&problem, rng)?;
    }
}
