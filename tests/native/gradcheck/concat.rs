use receptive::ops::concat::Concat;

use super::*;

proptest! {
    #![proptest_config(cases(48))]

    #[test]
    fn concat(
        channels in prop::collection::vec(prop_oneof![2 => 1usize..=9, 1 => Just(4usize), 1 => Just(8)], 1..=6),
        batch in 1usize..=3, h in 1usize..=4, w in 1usize..=4, rank_2: bool, same: bool, seed: u64,
    ) {
        let rng = &mut rng(seed);
        let mut problem = Problem::default();
        let dims = |channels: usize| if rank_2 { vec![batch, channels] } else { vec![batch, channels, h, w] };
        let mut inputs: Vec<ValueId> = channels
            .iter()
            .enumerate()
            .map(|(i, &channels)| problem.input(&format!("x{i}"), &dims(channels), normal(rng, dims(channels).iter().product())))
            .collect();
        if same {
            inputs.push(inputs[0]);
        }
        let y = problem.apply("concat", Concat, &inputs, rng);
        problem.outputs.push(y);
        smooth(&problem, rng)?;
    }
}
