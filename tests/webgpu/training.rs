//! Whole training steps: the optimizer's variants, and LeNet-5 on both backends.

use std::cell::RefCell;
use std::rc::Rc;

use receptive::backend::cpu::Kernels;
use receptive::core::rng::{Rng, Stream};
use receptive::core::shared::SharedWords;
use receptive::executor::AnyExecutor;
use receptive::ir::program::{BufferId, Range};
use receptive::network::init::draw;
use receptive::network::spec::Spec;
use receptive::network::zoo;
use receptive::optim::Optimizer;
use receptive::programs::TrainingPlan;
use receptive::programs::images::DataSet;
use receptive::programs::metrics::Sums;
use receptive::programs::optimizer::undecayed;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::compare::open;

const IMAGES: usize = 50;

fn data(lies: DataSet, plan_images: usize) -> [(BufferId, SharedWords, usize); 2] {
    let mut random = Rng::new(3, Stream::Order);
    let images: Vec<u32> = (0..plan_images * 784 / 4).map(|_| random.below(u32::MAX)).collect();
    let labels: Vec<u32> = (0..plan_images as u32).map(|i| i % 10).collect();
    let shared = |buffer, words: Vec<u32>| {
        let capacity = words.len();
        (buffer, Rc::new(RefCell::new(words)) as SharedWords, capacity)
    };
    [shared(lies.images, images), shared(lies.labels, labels)]
}

fn lenet(batch: usize, optimizer: Optimizer) -> (Spec, TrainingPlan) {
    let preset = zoo::preset("lenet5").expect("a preset");
    let mut spec = Spec::from_json(&preset.spec).expect("it is valid");
    spec.training.batch_size = batch;
    spec.training.optimizer = optimizer;
    let plan = TrainingPlan::new(&spec).expect("it fits");
    (spec, plan)
}

async fn steps(network: &TrainingPlan, spec: &Spec, executor: &mut AnyExecutor, count: usize) -> (Vec<f32>, Sums) {
    let TrainingPlan { plan, train, .. } = network;
    let rule = train.optimizer.as_ref().expect("it has parameters");
    let mut random = Rng::new(7, Stream::Parameters);
    for parameter in &plan.parameters {
        let values = draw(&parameter.spec, spec.training.init, &mut random);
        executor.write_value(&parameter.name, &plan.parameter_place(parameter, 0), &values).expect("written");
    }
    let optimizer = spec.training.optimizer;
    executor.write_words(rule.undecayed, &undecayed(plan, optimizer.decay)).expect("written");
    let indices = train.indices;
    for step in 0..count {
        let batch: Vec<u32> = (0..plan.batch).map(|i| ((step * plan.batch + i) % IMAGES) as u32).collect();
        executor.write_words(Range { len: batch.len(), ..indices }, &batch).expect("written");
        executor.write_stored(rule.hyper, &optimizer.hyper(step as u64, step == 0)).expect("written");
        executor.run(train.program).expect("it runs");
    }
    let [parameters, _] = plan.arenas.expect("it has parameters");
    let len = plan.buffers[parameters.0].len;
    let values = executor.read_stored(Range { buffer: parameters, offset: 0, len }).await.expect("read");
    let sums = executor.read_words(train.sums).await.expect("read");
    (values, Sums::from_words(&sums))
}

#[wasm_bindgen_test]
async fn lenet_takes_the_same_steps_as_on_the_scalar_kernels() {
    let wgpu = open().await;
    for json in [
        r#"{"momentum": 0}"#,
        r#"{"momentum": 0.9, "nesterov": true, "weight_decay": 0.001}"#,
        r#"{"momentum": 0.8, "dampening": 0.3, "clip_grad_norm": 0.5}"#,
        r#"{"type": "adam", "eps": 0.001, "weight_decay": 0.01, "clip_grad_norm": 100}"#,
        r#"{"type": "adam", "eps": 0.001, "amsgrad": true}"#,
        r#"{"type": "adamw", "eps": 0.001, "weight_decay": 0.5, "decay": "weights"}"#,
        r#"{"type": "rmsprop", "learning_rate": 0.001, "eps": 0.01}"#,
        r#"{"type": "rmsprop", "learning_rate": 0.001, "eps": 0.01, "momentum": 0.9, "centered": true}"#,
    ] {
        let optimizer = Optimizer::from_json(&serde_json::from_str(json).expect("JSON")).expect("an optimizer");
        let (spec, plan) = lenet(9, optimizer);
        let external = data(plan.data(), IMAGES);
        let mut cpu = AnyExecutor::cpu(Kernels::Scalar, &plan.plan, &external).await.expect("memory");
        let mut gpu = AnyExecutor::wgpu(wgpu.clone(), &plan.plan, &external).await.expect("a device");
        let (expected, expected_sums) = steps(&plan, &spec, &mut cpu, 4).await;
        let (found, sums) = steps(&plan, &spec, &mut gpu, 4).await;
        for (at, (a, b)) in found.iter().zip(&expected).enumerate() {
            assert!((a - b).abs() <= 2e-5, "{optimizer:?}: parameter {at} is {a}, not {b}");
        }
        assert!((sums.mean_loss() - expected_sums.mean_loss()).abs() < 1e-4, "{sums:?} {expected_sums:?}");
        assert_eq!((sums.items, sums.steps, sums.finite), (36, 4, true));
    }
}

#[wasm_bindgen_test]
async fn the_same_steps_give_the_same_bits() {
    let wgpu = open().await;
    let (spec, plan) = lenet(16, Optimizer::default());
    let mut runs = Vec::new();
    for _ in 0..2 {
        let mut gpu = AnyExecutor::wgpu(wgpu.clone(), &plan.plan, &data(plan.data(), IMAGES)).await.expect("a device");
        let (values, sums) = steps(&plan, &spec, &mut gpu, 3).await;
        runs.push((values.iter().map(|value| value.to_bits()).collect::<Vec<_>>(), sums));
    }
    assert!(runs[0] == runs[1]);
}
