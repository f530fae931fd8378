//! Single kernels on the CPU, natively: `cargo bench --package receptive-benches`. Each is a step of the training plan of a small network, on numbers drawn at random; throughput
//! counts its floating-point operations. What the page runs are the same kernels compiled to WebAssembly: `cargo xtask bench` measures those.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use pollster::block_on;
use receptive::backend::cpu::Kernels;
use receptive::core::rng::{Rng, Stream};
use receptive::executor::AnyExecutor;
use receptive::ir::program::{Program, ProgramId};
use receptive::network::spec::Spec;
use receptive::plan::Plan;
use receptive::programs::TrainingPlan;
use serde_json::{Value, json};

const BATCH: usize = 16;

/// A network of these layers between the image and the class scores, planned for training.
fn plan(layers: &[Value]) -> TrainingPlan {
    let mut all = layers.to_vec();
    all.extend([json!({"op": "flatten"}), json!({"op": "linear", "out_features": 10})]);
    let spec = json!({"version": 1, "name": "bench", "input": [1, 28, 28], "layers": all, "training": {"batch_size": BATCH}});
    let spec = Spec::from_json(&spec).expect("the network can be read");
    TrainingPlan::new(&spec).expect("the network fits together")
}

/// Measures the step of a training plan that runs this kernel for this node.
fn step(criterion: &mut Criterion, name: &str, layers: &[Value], node: &str, kernel: &str) {
    let TrainingPlan { plan, train, .. } = plan(layers);
    let is = |of_node: &str, of_kernel: &str| of_node == node && of_kernel == kernel;
    let step = plan[train.program].steps.iter().find(|step| is(&step.node, step.kernel.name)).expect("the plan has the step").clone();
    let cost = plan.cost(train.program).steps.into_iter().find(|cost| is(&cost.node, cost.kernel)).expect("the plan's cost has the step");
    let alone = Plan { programs: vec![Program { steps: vec![step.clone()], ..Program::default() }], ..plan };
    let mut executor = block_on(AnyExecutor::cpu(Kernels::Simd, &alone, &[])).expect("there is memory for it");
    let mut rng = Rng::new(1, Stream::Parameters);
    for (range, binding) in step.arguments.iter().zip(step.kernel.bindings) {
        if binding.reads() && !binding.words() {
            let floats: Vec<f32> = (0..range.len).map(|_| rng.normal() as f32).collect();
            executor.write_stored(*range, &floats).expect("the plan has the range");
        }
    }
    let mut group = criterion.benchmark_group(kernel);
    group.throughput(Throughput::Elements(cost.flops));
    group.bench_function(name, |bencher| bencher.iter(|| executor.run(ProgramId(0))));
    group.finish();
}

fn conv(channels: usize, kernel_size: usize, stride: usize) -> Value {
    json!({"op": "conv2d", "out_channels": channels, "kernel_size": kernel_size, "stride": stride, "padding": kernel_size / 2, "bias": false})
}

fn convolutions(criterion: &mut Criterion) {
    let cases = [
        ("3x3, 16 to 16", conv(16, 1, 1), conv(16, 3, 1)),
        ("3x3, 64 to 64", conv(64, 1, 1), conv(64, 3, 1)),
        ("1x1, 64 to 64", conv(64, 1, 1), conv(64, 1, 1)),
        ("3x3, 16 to 32, stride 2", conv(16, 1, 1), conv(32, 3, 2)),
    ];
    for (name, before, measured) in cases {
        for kernel in ["conv2d.forward", "conv2d.input_gradient", "conv2d.weight_gradient"] {
            step(criterion, name, &[before.clone(), measured.clone()], "conv2", kernel);
        }
    }
    for kernel in ["conv2d.forward", "conv2d.weight_gradient"] {
        step(criterion, "5x5, 1 to 6", &[conv(6, 5, 1)], "conv1", kernel);
    }
    // The image needs no gradient; a layer before it makes it one of a value.
    step(criterion, "5x5, 1 to 6", &[conv(1, 1, 1), conv(6, 5, 1)], "conv2", "conv2d.input_gradient");
}

fn other_layers(criterion: &mut Criterion) {
    let linear = [conv(4, 1, 2), json!({"op": "flatten"}), json!({"op": "linear", "out_features": 120, "bias": false})];
    for kernel in ["linear.forward", "linear.input_gradient", "linear.weight_gradient"] {
        step(criterion, "784 to 120", &linear, "fc1", kernel);
    }
    let norm = [conv(16, 1, 1), json!({"op": "batch_norm2d"}), json!({"op": "relu"})];
    let kernels = ["normalize_batch", "batch_gradients"];
    for kernel in kernels {
        step(criterion, "16 channels, 28x28", &norm, "bn1", &format!("batch_norm2d.{kernel}"));
    }
    let pool = [conv(16, 1, 1), json!({"op": "max_pool2d", "kernel_size": 2})];
    for kernel in ["max_pool2d.forward", "max_pool2d.backward"] {
        step(criterion, "2x2, 16 channels, 28x28", &pool, "pool1", kernel);
    }
}

fn loss_and_step(criterion: &mut Criterion) {
    let layers = [conv(16, 5, 1), json!({"op": "max_pool2d", "kernel_size": 2})];
    for kernel in ["softmax_cross_entropy.forward_labels", "softmax_cross_entropy.backward_labels"] {
        step(criterion, "10 classes", &layers, "loss", kernel);
    }
    step(criterion, "31,770 parameters", &layers, "optimizer", "sgd.step");
}

criterion_group!(kernels, convolutions, other_layers, loss_and_step);
criterion_main!(kernels);
