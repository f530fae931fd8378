//! Laws of what joins, moves and averages maps, and that their SIMD kernels compute what the scalar ones do, on drawn shapes.
#![cfg(not(target_arch = "wasm32"))]

mod support;

use proptest::prelude::*;
use receptive::backend::cpu::Kernels;
use receptive::graph::ValueId;
use receptive::ops::concat::Concat;
use receptive::ops::shift;
use receptive::shape::Shape;
use support::{Problem, cases, normal, rng, simd_agrees};

/// Batch, channels, height, width: tails, whole vectors, 1x1 maps and batch 1 often.
fn dims() -> impl Strategy<Value = [usize; 4]> {
    let channels = prop_oneof![3 => 1usize..=9, 1 => Just(4usize), 1 => Just(8), 1 => 10usize..=20];
    (1usize..=3, channels, 1usize..=7, 1usize..=7).prop_map(|(n, c, h, w)| [n, c, h, w])
}

fn input(problem: &mut Problem, name: &str, dims: [usize; 4], rng: &mut receptive::rng::Rng) -> ValueId {
    problem.input(name, &dims, normal(rng, dims.iter().product()))
}

proptest! {
    #![proptest_config(cases(48))]

    #[test]
    fn what_was_joined_can_be_cut_out_again([n, _, h, w] in dims(), channels in prop::collection::vec(1usize..=9, 1..=5), simd: bool, seed: u64) {
        let rng = &mut rng(seed);
        let mut problem = Problem::default();
        let inputs: Vec<ValueId> = channels.iter().enumerate().map(|(i, &c)| input(&mut problem, &format!("x{i}"), [n, c, h, w], rng)).collect();
        let joined = problem.apply("joined", Concat, &inputs, rng);
        let mut first = 0;
        for (i, &c) in channels.iter().enumerate() {
            let part = problem.graph.temporary(format!("part{i}"), Shape::new(&[n, c, h, w]));
            shift::call(&mut problem.graph, "part", joined, part, [-(first as isize), 0, 0]);
            problem.outputs.push(part);
            first += c;
        }
        let parts = if simd { problem.run::<f32>(Kernels::Simd) } else { problem.run::<f32>(Kernels::Scalar) };
        for (part, (_, x)) in parts.iter().zip(&problem.leaves) {
            prop_assert!(part.iter().zip(x).all(|(&part, &x)| part == f64::from(x as f32)));
        }
    }

    #[test]
    fn simd_concat_agrees([n, _, h, w] in dims(), channels in prop::collection::vec(prop_oneof![1usize..=20, Just(4), Just(8)], 1..=5), seed: u64) {
        let rng = &mut rng(seed);
        let mut problem = Problem::default();
        let inputs: Vec<ValueId> = channels.iter().enumerate().map(|(i, &c)| input(&mut problem, &format!("x{i}"), [n, c, h, w], rng)).collect();
        let y = problem.apply("concat", Concat, &inputs, rng);
        problem.outputs.push(y);
        simd_agrees(&problem, rng)?;
    }
}
