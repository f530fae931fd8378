//! The kernels that run over the arenas: optimizers, the norm for clipping, the guard. Arenas are large enough for many workgroups, so that
//! [`Case::check`] has some to lay out in three rows.

use receptive::ir::graph::ValueId;
use receptive::optim::hyper::{BLOCK, LEN, StepParams};
use receptive::optim::{Optimizer, clip};
use receptive::programs::guard;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::compare::{Case, open};

/// Seven workgroups of an optimizer, the last not full.
const SMALL: usize = 27 * BLOCK;
/// Seven shares of the norm, the last not full.
const SHARES: usize = 6 * 4096 + 10 * BLOCK;
/// More than the guard has workgroups for: some threads look twice.
const LARGE: usize = 1024 * 4 * 64 + 5 * BLOCK;

/// Arenas of a case.
struct Arenas {
    len: usize,
    undecayed: ValueId,
    parameters: ValueId,
    states: Vec<ValueId>,
}

impl Arenas {
    /// Random parameters, and state left from an earlier run, which the first step must not look at.
    fn new(case: &mut Case, len: usize, optimizer: &Optimizer) -> Self {
        let undecayed = case.words("undecayed", &[len / BLOCK], (0..len / BLOCK).map(|block| u32::from(block % 3 == 1)).collect());
        let parameters = case.random_floats("parameters", &[len]);
        let states = (0..optimizer.states()).map(|i| case.floats(&format!("state {i}"), &[len], vec![f32::NAN; len])).collect();
        let arenas = Self { len, undecayed, parameters, states };
        arenas.states.iter().chain([&parameters]).for_each(|&arena| case.keep(arena));
        arenas
    }

    fn params(&self) -> StepParams {
        StepParams { len: self.len as u32, unused: [0; 3] }
    }

    /// Adds one step on these gradients, through the guard where there are sums and through the norm where the optimizer clips.
    fn step(&self, case: &mut Case, optimizer: &Optimizer, number: u64, gradients: ValueId, sums: Option<ValueId>) {
        let hyper = case.floats(&format!("hyper {number}"), &[LEN], optimizer.hyper(number, number == 0).to_vec());
        case.keep(hyper);
        let params = self.params();
        let params = bytemuck::bytes_of(&params);
        if let Some(sums) = sums {
            case.graph.call("optimizer", &guard::CHECK, params, &[gradients, sums, hyper]);
        }
        if optimizer.clip_grad_norm.is_some() {
            case.graph.call("optimizer", &clip::NORM, params, &[gradients, hyper]);
        }
        let mut arguments = vec![gradients, hyper, self.undecayed, self.parameters];
        arguments.extend(&self.states);
        case.graph.call("optimizer", optimizer.kernel(), params, &arguments);
    }
}

fn optimizer(json: &str) -> Optimizer {
    Optimizer::from_json(&serde_json::from_str(json).expect("JSON")).expect("an optimizer")
}

#[wasm_bindgen_test]
async fn every_optimizer_takes_the_steps_of_the_scalar_kernels() {
    let wgpu = open().await;
    for json in [
        r#"{"momentum": 0, "weight_decay": 0.1}"#,
        r#"{"momentum": 0.9, "dampening": 0.5, "weight_decay": 0.1}"#,
        r#"{"momentum": 0.9, "nesterov": true, "weight_decay": 0.1}"#,
        r#"{"type": "adam", "learning_rate": 0.1, "eps": 0.001, "weight_decay": 0.1}"#,
        r#"{"type": "adam", "learning_rate": 0.1, "eps": 0.001, "amsgrad": true}"#,
        r#"{"type": "adamw", "learning_rate": 0.1, "eps": 0.001, "weight_decay": 0.5}"#,
        r#"{"type": "adamw", "learning_rate": 0.1, "eps": 0.001, "weight_decay": 0.5, "amsgrad": true}"#,
        r#"{"type": "rmsprop", "learning_rate": 0.1, "eps": 0.01, "weight_decay": 0.1}"#,
        r#"{"type": "rmsprop", "learning_rate": 0.1, "eps": 0.01, "momentum": 0.8}"#,
        r#"{"type": "rmsprop", "learning_rate": 0.1, "eps": 0.01, "centered": true, "momentum": 0.5}"#,
    ] {
        let optimizer = optimizer(json);
        let mut case = Case::new(json, 1);
        let arenas = Arenas::new(&mut case, SMALL, &optimizer);
        for number in 0..3 {
            let gradients = case.random_floats(&format!("gradients {number}"), &[SMALL]);
            arenas.step(&mut case, &optimizer, number, gradients, None);
        }
        case.check(&wgpu).await;
    }
}

#[wasm_bindgen_test]
async fn gradients_are_clipped_by_the_norm_of_all_of_them() {
    let wgpu = open().await;
    // Normal numbers have a norm of about the square root of their count.
    for (len, max_norm) in [(BLOCK, 1.0), (SHARES, 0.5), (SHARES, 150.0), (SHARES, 1e4)] {
        let optimizer = optimizer(&format!(r#"{{"learning_rate": 1, "momentum": 0, "clip_grad_norm": {max_norm}}}"#));
        let mut case = Case::new(format!("{len} gradients clipped to {max_norm}"), 2);
        let arenas = Arenas::new(&mut case, len, &optimizer);
        let gradients = case.random_floats("gradients", &[len]);
        arenas.step(&mut case, &optimizer, 0, gradients, None);
        case.check(&wgpu).await;
    }
    // Each share counts, the last one too.
    for at in [0, 4096, 3 * 4096 - 1, 5 * 4096 + 77, SHARES - 1] {
        let optimizer = optimizer(r#"{"learning_rate": 1, "momentum": 0, "clip_grad_norm": 1}"#);
        let mut case = Case::new(format!("the one gradient is number {at}"), 3);
        let arenas = Arenas::new(&mut case, SHARES, &optimizer);
        let mut gradients = vec![0.0; SHARES];
        gradients[at] = 8.0;
        let gradients = case.floats("gradients", &[SHARES], gradients);
        arenas.step(&mut case, &optimizer, 0, gradients, None);
        case.check(&wgpu).await;
    }
}

#[wasm_bindgen_test]
async fn a_gradient_that_is_no_number_is_found_wherever_it_is_and_stops_the_step() {
    let wgpu = open().await;
    let last = LARGE - 1;
    let places = [0, 255, 256, LARGE / 3, 2 * LARGE / 3, 1024 * 256 - 1, 1024 * 256, last].map(Some);
    let adam = r#"{"type": "adam", "learning_rate": 0.1, "eps": 0.001}"#;
    let mut cases: Vec<(&str, Option<usize>, f32)> = places
        .into_iter()
        .zip([f32::NAN, f32::INFINITY, f32::NEG_INFINITY].into_iter().cycle())
        .map(|(at, value)| (adam, at, value))
        .collect();
    // The largest finite number is one. A small rate keeps the parameter in range; a smaller one would be subnormal, which a GPU may take for 0.
    cases.extend([(adam, None, 0.0), (r#"{"learning_rate": 1e-37, "momentum": 0}"#, Some(last), f32::MAX)]);
    for (json, place, value) in cases {
        let optimizer = optimizer(json);
        let mut case = Case::new(format!("{value} at {place:?}"), 4);
        let arenas = Arenas::new(&mut case, LARGE, &optimizer);
        let mut gradients: Vec<f32> = (0..LARGE).map(|i| (i % 17) as f32 - 8.0).collect();
        if let Some(place) = place {
            gradients[place] = value;
        }
        let gradients = case.floats("gradients", &[LARGE], gradients);
        let sums = case.words("sums", &[8], vec![0; 8]);
        case.keep(sums);
        arenas.step(&mut case, &optimizer, 0, gradients, Some(sums));
        case.check(&wgpu).await;
    }
}
