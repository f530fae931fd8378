#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use super::*;
use crate::core::kernel::{Args, MAX_BINDINGS, Real, Slot};
use crate::network::{spec::Spec, zoo};
use crate::programs::TrainingPlan;
use crate::programs::optimizer::undecayed;

/// Parameters and state, as a device holds them.
#[derive(Clone, Debug)]
struct Arena<T> {
    parameters: Vec<T>,
    states: Vec<Vec<T>>,
}

impl<T: Real> Arena<T> {
    /// What is left in the state from an earlier start: the first step must not look at it.
    fn stale(optimizer: &Optimizer, parameters: &[f64]) -> Self {
        let parameters: Vec<T> = parameters.iter().map(|&p| T::of(p)).collect();
        let states = vec![vec![T::nan(); parameters.len()]; optimizer.states()];
        Self { parameters, states }
    }

    fn step(&mut self, run: fn(Args<'_, T>), gradients: &[f64], hyper: &Hyper, undecayed: &[u32]) {
        let gradients: Vec<T> = gradients.iter().map(|&g| T::of(g)).collect();
        let hyper = hyper.map(|value| T::of(value.into()));
        let mut slots: [Slot<'_, T>; MAX_BINDINGS] = Default::default();
        let arguments = [Slot::Read(&gradients), Slot::Read(&hyper), Slot::ReadWords(undecayed), Slot::Write(&mut self.parameters)];
        let states = self.states.iter_mut().map(|state| Slot::Write(state));
        for (slot, argument) in slots.iter_mut().zip(arguments.into_iter().chain(states)) {
            *slot = argument;
        }
        run(Args { params: &[], slots, scratch: &mut [] });
    }
}

fn read(json: &str) -> Result<Optimizer, SpecError> {
    Optimizer::from_json(&serde_json::from_str(json).unwrap())
}

/// One of every kind of step.
const KINDS: [&str; 12] = [
    r#"{"momentum": 0}"#,
    r#"{"momentum": 0, "weight_decay": 0.1}"#,
    r#"{"momentum": 0.9}"#,
    r#"{"momentum": 0.9, "dampening": 0.5, "weight_decay": 0.1}"#,
    r#"{"momentum": 0.9, "nesterov": true, "weight_decay": 0.1}"#,
    r#"{"type": "adam", "learning_rate": 0.1, "weight_decay": 0.1}"#,
    r#"{"type": "adam", "learning_rate": 0.1, "amsgrad": true}"#,
    r#"{"type": "adamw", "learning_rate": 0.1, "weight_decay": 0.5}"#,
    r#"{"type": "adamw", "learning_rate": 0.1, "betas": [0, 0.5], "amsgrad": true}"#,
    r#"{"type": "rmsprop", "weight_decay": 0.1}"#,
    r#"{"type": "rmsprop", "momentum": 0.8, "alpha": 0.9}"#,
    r#"{"type": "rmsprop", "centered": true, "momentum": 0.5, "alpha": 0.5}"#,
];

#[test]
fn simd_takes_the_steps_of_the_scalar_kernels_in_double_precision() {
    let parameters: Vec<f64> = (0..192).map(|i| 1.0 - f64::from(i) / 64.0).collect();
    for json in KINDS {
        let optimizer = read(json).unwrap();
        let kernel = optimizer.kernel();
        let mut simd = Arena::<f32>::stale(&optimizer, &parameters);
        let mut double = Arena::<f64>::stale(&optimizer, &parameters);
        for step in 0..4 {
            let gradients: Vec<f64> = (0..192).map(|i| f64::from(((i * 37 + step * 11) % 100) as i32 - 50) / 32.0).collect();
            // The rate changes midway, and the gradients are scaled in one of the steps.
            let mut optimizer = optimizer;
            *optimizer.live().learning_rate *= [1.0, 1.0, 0.5, 2.0][step];
            let mut hyper = optimizer.hyper(step as u64, step == 0);
            hyper[hyper::SCALE] = [1.0, 0.25, 1.0, 1.0][step];
            simd.step(kernel.simd.unwrap(), &gradients, &hyper, &[0, 1, 0]);
            double.step(kernel.scalar_f64, &gradients, &hyper, &[0, 1, 0]);
            for (i, (found, expected)) in simd.parameters.iter().zip(&double.parameters).enumerate() {
                assert!((f64::from(*found) - expected).abs() < 1e-5, "{json} step {step} at {i}: {found} instead of {expected}");
            }
        }
        assert!(double.states.iter().flatten().all(|state| state.is_finite()) || !optimizer.fills_state(), "{json}");
    }
}

#[test]
fn places_without_gradient_stay_zero() {
    // Pad lanes: no gradient, no parameter, not even decay may move them.
    for json in KINDS {
        let optimizer = read(json).unwrap();
        let mut arena = Arena::<f32>::stale(&optimizer, &[0.0; 64]);
        for step in 0..3 {
            for run in [optimizer.kernel().scalar, optimizer.kernel().simd.unwrap()] {
                arena.step(run, &[0.0; 64], &optimizer.hyper(step, step == 0), &[0]);
            }
        }
        assert!(arena.parameters.iter().all(|&p| p == 0.0), "{json}");
    }
}

#[test]
fn adams_first_step_is_the_learning_rate_in_the_direction_of_the_gradient() {
    for kind in ["adam", "adamw"] {
        for betas in ["[0.9, 0.999]", "[0, 0]", "[0.5, 0.99]"] {
            let json = format!(r#"{{"type": "{kind}", "learning_rate": 0.01, "betas": {betas}, "weight_decay": 0, "eps": 1e-18}}"#);
            let optimizer = read(&json).unwrap();
            let gradients: Vec<f64> = (0..64).map(|i| 10f64.powi(i / 4 - 8) * [1.0, -1.0][i as usize % 2]).collect();
            let mut arena = Arena::<f64>::stale(&optimizer, &[0.0; 64]);
            arena.step(optimizer.kernel().scalar_f64, &gradients, &optimizer.hyper(0, true), &[0]);
            for (p, g) in arena.parameters.iter().zip(&gradients) {
                // The rates are rounded to f32.
                assert!((p + 0.01 * g.signum()).abs() < 1e-8, "{json}: gradient {g} moves by {p}");
            }
        }
    }
}

#[test]
fn nesterov_looks_ahead_and_a_new_rate_leaves_the_velocity() {
    let mut optimizer = read(r#"{"learning_rate": 0.1, "momentum": 0.9, "nesterov": true}"#).unwrap();
    let mut arena = Arena::<f64>::stale(&optimizer, &[1.0; 64]);
    let step = optimizer.kernel().scalar_f64;
    arena.step(step, &[0.5; 64], &optimizer.hyper(0, true), &[0]);
    // v = 0.5, g = 0.5 + 0.9 * 0.5
    assert!((arena.parameters[0] - 0.905).abs() < 1e-7);
    *optimizer.live().learning_rate = 0.01;
    arena.step(step, &[0.5; 64], &optimizer.hyper(1, false), &[0]);
    // v = 0.9 * 0.5 + 0.5, g = 0.5 + 0.9 * 0.95
    assert!((arena.parameters[0] - (0.905 - 0.01355)).abs() < 1e-7);
}

#[test]
fn amsgrad_does_not_forget_a_large_gradient() {
    let moved = |amsgrad: bool| {
        let json = format!(r#"{{"type": "adam", "learning_rate": 0.1, "betas": [0, 0.5], "amsgrad": {amsgrad}}}"#);
        let optimizer = read(&json).unwrap();
        let mut arena = Arena::<f64>::stale(&optimizer, &[0.0; 64]);
        arena.step(optimizer.kernel().scalar_f64, &[8.0; 64], &optimizer.hyper(0, true), &[0]);
        let before = arena.parameters[0];
        arena.step(optimizer.kernel().scalar_f64, &[1.0; 64], &optimizer.hyper(1, false), &[0]);
        before - arena.parameters[0]
    };
    // v = 32, then 16.5; the correction of step 2 is 3/4.
    assert!((moved(false) - 0.1 / (16.5 / 0.75f64).sqrt()).abs() < 1e-7);
    assert!((moved(true) - 0.1 / (32.0 / 0.75f64).sqrt()).abs() < 1e-7);
}

#[test]
fn a_mean_that_explains_all_gradients_leaves_no_negative_variance() {
    let optimizer = read(r#"{"type": "rmsprop", "centered": true, "eps": 1}"#).unwrap();
    for run in [optimizer.kernel().scalar, optimizer.kernel().simd.unwrap()] {
        let mut arena = Arena::<f32>::stale(&optimizer, &[0.0; 64]);
        for step in 0..3000 {
            arena.step(run, &[1.1; 64], &optimizer.hyper(step, step == 0), &[0]);
        }
        assert!(arena.parameters.iter().all(|p| p.is_finite()), "{}", arena.parameters[0]);
    }
}

fn scale<T: Real>(run: fn(Args<'_, T>), gradients: &[f64], max_norm: f64) -> f64 {
    let gradients: Vec<T> = gradients.iter().map(|&g| T::of(g)).collect();
    let mut hyper = [T::zero(); hyper::LEN];
    hyper[hyper::MAX_NORM] = T::of(max_norm);
    let mut slots: [Slot<'_, T>; MAX_BINDINGS] = Default::default();
    slots[0] = Slot::Read(&gradients);
    slots[1] = Slot::Write(&mut hyper);
    run(Args { params: &[], slots, scratch: &mut [] });
    hyper[hyper::SCALE].to_f64().unwrap()
}

#[test]
fn the_scale_of_the_gradients_is_that_of_clip_grad_norm() {
    let mut gradients = vec![0.0; 3 * 4096 + 64];
    // A norm of 13, in three shares.
    (gradients[1], gradients[4096 + 7], gradients[3 * 4096]) = (3.0, -4.0, 12.0);
    let all = |max_norm: f64, gradients: &[f64]| {
        [
            scale(clip::NORM.scalar_f64, gradients, max_norm),
            scale(clip::NORM.scalar, gradients, max_norm),
            scale(clip::NORM.simd.unwrap(), gradients, max_norm),
        ]
    };
    for found in all(2.0, &gradients) {
        assert!((found - 2.0 / 13.000001).abs() < 1e-7, "{found}");
    }
    assert_eq!(all(13.5, &gradients), [1.0; 3], "a smaller norm stays as it is");
    assert_eq!(all(1.0, &[0.0; 64]), [1.0; 3]);
    gradients[9] = f64::NAN;
    assert!(all(2.0, &gradients).iter().all(|scale| scale.is_nan()), "what is not a number is not hidden");
}

#[test]
fn every_rule_reads_pytorchs_fields_and_refuses_others() {
    let adam =
        read(r#"{"type": "adam", "betas": [0.8, 0.9], "eps": 1e-6, "amsgrad": true, "clip_grad_norm": 2, "decay": "weights"}"#).unwrap();
    let Rule::Adam(rule) = adam.rule else { panic!("{adam:?}") };
    assert_eq!((rule.betas, rule.eps, rule.amsgrad, rule.learning_rate), ([0.8, 0.9], 1e-6, true, 1e-3));
    assert_eq!((adam.clip_grad_norm, adam.decay, adam.states()), (Some(2.0), Decay::Weights, 3));
    assert!(matches!(
        read(r#"{"type": "adamw"}"#).unwrap().rule,
        Rule::Adam(Adam { weight_decay: 0.01, decoupled_weight_decay: true, .. })
    ));
    assert_eq!(read("{}"), Ok(Sgd::default().into()));
    assert_eq!(read(r#"{"clip_grad_norm": null}"#), Ok(Sgd::default().into()));
    assert_eq!(
        ["{}", r#"{"type": "rmsprop"}"#, r#"{"type": "rmsprop", "centered": true}"#].map(|json| read(json).unwrap().states()),
        [1, 2, 3]
    );
    for wrong in [
        r#"{"type": "adagrad"}"#,
        r#"{"type": 3}"#,
        r#"{"type": "adam", "momentum": 0.9}"#,
        r#"{"type": "adam", "betas": [0.9, 1]}"#,
        r#"{"type": "adam", "betas": [0.9]}"#,
        r#"{"type": "adam", "betas": [0.9, "x", 0.9]}"#,
        r#"{"type": "adam", "betas": 0.9}"#,
        r#"{"type": "adam", "eps": 0}"#,
        r#"{"type": "rmsprop", "alpha": 2}"#,
        r#"{"type": "rmsprop", "nesterov": true}"#,
        r#"{"nesterov": true, "momentum": 0}"#,
        r#"{"nesterov": true, "dampening": 0.5}"#,
        r#"{"learning_rate": -1}"#,
        r#"{"clip_grad_norm": 0}"#,
        r#"{"clip_grad_norm": -1}"#,
        r#"{"decay": "biases"}"#,
    ] {
        assert!(read(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn numbers_change_during_a_run_and_types_do_not() {
    let refused = |from: &str, to: &str| read(from).unwrap().check_change(&read(to).unwrap()).is_err();
    assert!(!refused(r#"{"momentum": 0.9}"#, r#"{"momentum": 0, "weight_decay": 0.1, "learning_rate": 1, "decay": "weights"}"#));
    assert!(!refused(r#"{"clip_grad_norm": 1}"#, r#"{"clip_grad_norm": 5}"#));
    assert!(refused(r#"{}"#, r#"{"clip_grad_norm": 5}"#));
    assert!(refused(r#"{"type": "adam"}"#, r#"{"type": "adamw"}"#));
    assert!(refused(r#"{"type": "adam"}"#, r#"{"type": "adam", "amsgrad": true}"#));
    let error = read("{}").unwrap().check_change(&read(r#"{"type": "rmsprop"}"#).unwrap()).unwrap_err();
    assert_eq!(error.to_string(), "optimizer.type cannot change from sgd to rmsprop during a run; compile the network anew with it");
}

#[test]
fn a_cycled_momentum_is_adams_first_beta() {
    let now = Now { learning_rate: 0.5, momentum: Some(0.7) };
    let adam = read(r#"{"type": "adamw"}"#).unwrap().at(now);
    assert!(matches!(adam.rule, Rule::Adam(Adam { learning_rate: 0.5, betas: [0.7, 0.999], .. })));
    assert!(matches!(Optimizer::default().at(now).rule, Rule::Sgd(Sgd { learning_rate: 0.5, momentum: 0.7, .. })));
}

#[test]
fn decay_can_leave_biases_alone() {
    let plan = TrainingPlan::new(&Spec::from_json(&zoo::preset("lenet5").unwrap().spec).unwrap()).unwrap().plan;
    let arena = plan.buffers[plan.arenas.unwrap()[0].0].len;
    assert_eq!(undecayed(&plan, Decay::All), vec![0; arena / hyper::BLOCK]);
    let table = undecayed(&plan, Decay::Weights);
    assert_eq!(table.len(), arena / hyper::BLOCK);
    for parameter in &plan.parameters {
        assert_eq!(table[parameter.offset / hyper::BLOCK], u32::from(parameter.spec.role == "bias"), "{}", parameter.name);
    }
    let scale = ParameterSpec {
        role: "weight",
        shape: crate::core::shape::Shape::new(&[6]),
        layout: crate::core::layout::Layout::Channels,
        fan_in: 1,
    };
    assert!(!Decay::Weights.reaches(&scale), "what batch norm scales by is a weight of rank 1");
}

#[test]
fn momentum_without_gradients_ends_at_zero_instead_of_subnormal_numbers() {
    for json in
        [r#"{"momentum": 0.9}"#, r#"{"momentum": 0.9, "nesterov": true}"#, r#"{"type": "adam"}"#, r#"{"type": "rmsprop", "momentum": 0.9}"#]
    {
        let optimizer = read(json).unwrap();
        let rule = optimizer.kernel();
        let mut arena: Arena<f32> = Arena::stale(&optimizer, &[1.0; 64]);
        let step_of = |step: u64| optimizer.hyper(step, step == 0);
        arena.step(rule.simd.unwrap(), &[1.0; 64], &step_of(0), &[0]);
        for step in 1..1200 {
            arena.step(rule.simd.unwrap(), &[0.0; 64], &step_of(step), &[0]);
        }
        let subnormal = arena.states.iter().flatten().filter(|state| state.is_subnormal()).count();
        assert_eq!(subnormal, 0, "{json}");
        assert!(arena.states.iter().any(|state| state.iter().all(|&value| value == 0.0)), "{json}");
    }
}
