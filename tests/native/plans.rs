//! Plans: the printed plan of LeNet-5, and that sharing memory changes no result.
use std::cell::RefCell;
use std::rc::Rc;

use crate::support::stored::stored;
use crate::support::{Machine, rng};
use pollster::block_on;
use receptive::autodiff::differentiate;
use receptive::backend::Backend;
use receptive::backend::cpu::{Buffer, Cpu, Kernels};
use receptive::core::kernel::{Binding, Pass};
use receptive::core::layout::Layout;
use receptive::core::shape::Shape;
use receptive::ir::graph::{Graph, Role, ValueId};
use receptive::ir::operator::Window;
use receptive::ir::program::{Program, Range, Step};
use receptive::network::spec::Spec;
use receptive::network::zoo::{preset, presets};
use receptive::ops::conv2d::Conv2d;
use receptive::ops::max_pool2d::MaxPool2d;
use receptive::ops::relu::Relu;
use receptive::ops::softmax_cross_entropy::SoftmaxCrossEntropy;
use receptive::optim::sgd::Sgd;
use receptive::plan::{Builder, Plan};
use receptive::programs::TrainingPlan;

fn plan(name: &str) -> TrainingPlan {
    TrainingPlan::new(&Spec::from_json(&preset(name).unwrap().spec).unwrap()).unwrap()
}

/// The plan as a person reads it. After a change that is meant, `UPDATE_FIXTURES=1 cargo test --package receptive-tests plans` writes it anew.
#[test]
fn the_printed_plan_of_lenet5() {
    let file = "tests/fixtures/plans/lenet5.txt";
    let printed = plan("lenet5").plan.to_string();
    assert!(printed == stored(file, &printed), "the plan is another than {file} says:\n{printed}");
}

/// What `cargo xtask plan` prints as peak bytes, and the scratch beside them, is what a backend takes.
#[test]
fn the_bytes_that_a_plan_names_are_those_that_are_allocated() {
    for name in ["lenet5", "resnet20", "unet"] {
        let plan = plan(name);
        let mut backend = Cpu::<f32>::new(Kernels::Simd);
        let own = plan.plan.buffers.iter().filter(|buffer| buffer.external.is_none());
        let buffers: Vec<Buffer<f32>> = own.map(|spec| backend.allocate(spec).unwrap()).collect();
        let bytes = |buffer: &Buffer<f32>| match buffer {
            Buffer::Floats(floats) => 4 * floats.capacity() as u64,
            Buffer::Words(words) => 4 * words.capacity() as u64,
            Buffer::Shared(_) => panic!("the plan's own buffers are not the data set's"),
        };
        let totals = plan.cost().totals;
        assert_eq!(buffers.iter().map(bytes).sum::<u64>(), totals.peak_bytes, "{name}");
        assert_eq!(totals.peak_bytes, plan.plan.bytes(), "{name}");
    }
}

/// On a GPU every dispatch takes its time, however little it does.
#[test]
fn a_training_step_has_few_dispatches() {
    for (name, most) in [("lenet5", 30), ("resnet20", 200)] {
        let totals = plan(name).cost().totals;
        assert!(totals.dispatches <= most, "{name}: {}", totals.dispatches);
        assert!(totals.ratio_of_calls <= 1.3, "{name}: {}", totals.ratio_of_calls);
    }
    let totals = plan("lenet5").cost().totals;
    assert!(totals.ratio <= 1.3, "{}", totals.ratio);
}

/// Dispatches and scratch memory are counted from the passes for any adapter.
#[test]
fn chips_run_as_many_passes_of_a_kernel_as_other_adapters() {
    let mut for_chips = 0;
    for name in ["lenet5", "googlenet", "resnet20"] {
        let plan = plan(name);
        for step in &plan.plan[plan.train.program].steps {
            let run = |passes: &[Pass]| passes.iter().filter(|pass| (pass.workgroups)(&step.params) > 0).count();
            let [chips, others] = [true, false].map(|chip| step.kernel.passes_for(&step.params, chip));
            for_chips += usize::from(!std::ptr::eq(chips, others));
            assert_eq!(run(chips), run(others), "{name}: {} of {}", step.kernel.name, step.node);
        }
    }
    assert!(for_chips > 40, "{for_chips} steps");
}

fn programs(plan: &Plan) -> &[Program] {
    assert_eq!(plan.programs.len(), 3);
    &plan.programs
}

/// What kernels on any backend may rely on.
#[test]
fn no_step_writes_a_buffer_that_it_also_reads_and_every_range_can_be_bound() {
    for preset in presets() {
        let plan = plan(preset.name).plan;
        for step in programs(&plan).iter().flat_map(|program| &program.steps) {
            assert_eq!(step.arguments.len(), step.kernel.bindings.len());
            for (i, (range, binding)) in step.arguments.iter().zip(step.kernel.bindings).enumerate() {
                let buffer = &plan.buffers[range.buffer.0];
                assert_eq!(buffer.words, binding.words(), "{} argument {i}", step.kernel.name);
                assert_eq!(range.offset % 64, 0);
                assert!(buffer.external.is_some() || range.offset + range.len <= buffer.len, "{} argument {i}", step.kernel.name);
                // Two parts of one buffer may be written, apart from each other: the two gradients of a normalization.
                let apart = |other: &Range| other.offset >= range.offset + range.len || range.offset >= other.offset + other.len;
                let others = step.arguments.iter().zip(step.kernel.bindings).enumerate();
                let others = others.filter(|(j, (other, _))| i != *j && other.buffer == range.buffer);
                let clash = others.filter(|(_, (other, binding))| !binding.writes() || !apart(other)).count();
                assert!(!binding.writes() || clash == 0, "{} writes argument {i} and has it twice", step.kernel.name);
            }
        }
    }
}

#[test]
fn parameters_do_not_overlap_and_fill_the_arena() {
    for preset in presets() {
        let plan = plan(preset.name).plan;
        let mut end = 0;
        for parameter in &plan.parameters {
            assert!(parameter.offset >= end && parameter.offset < end + 64 && parameter.offset % 64 == 0, "{}", parameter.name);
            end = parameter.offset + parameter.spec.layout.stored_len(&parameter.spec.shape);
        }
        for arena in plan.arenas.unwrap() {
            assert_eq!(plan.buffers[arena.0].len, end.next_multiple_of(64));
        }
    }
}

#[test]
fn the_byte_count_is_the_sum_of_the_buffers_and_less_than_without_sharing() {
    let plan = plan("lenet5").plan;
    let own: usize = plan.buffers.iter().filter(|buffer| buffer.external.is_none()).map(|buffer| buffer.len).sum();
    assert_eq!(plan.bytes(), 4 * own as u64);
    let (graph, ..) = lenet_graph(64);
    let bytes = |keep: &[ValueId]| {
        let mut builder = Builder::default();
        builder.program("test", graph.clone(), keep);
        builder.finish(64).bytes()
    };
    assert!(3 * bytes(&[]) < 2 * bytes(&temporaries(&graph)), "{} of {}", bytes(&[]), bytes(&temporaries(&graph)));
}

/// Forward and backward of LeNet-5 and the loss.
fn lenet_graph(batch: usize) -> (Graph, ValueId, ValueId) {
    let spec = Spec::from_json(&preset("lenet5").unwrap().spec).unwrap();
    let mut graph = Graph::default();
    let images = receptive::network::add_images(&mut graph, &spec, batch, Role::Input).unwrap();
    let logits = receptive::network::apply_layers(&mut graph, &spec, images).unwrap();
    with_loss(graph, images, logits)
}

/// Branches that are read again after a while, so that lifetimes overlap in more ways than in a chain.
fn branching_graph() -> (Graph, ValueId, ValueId) {
    let mut graph = Graph::default();
    let images = graph.add("input", Shape::new(&[2, 1, 9, 9]), Layout::Activation, false, Role::Input);
    let window = |kernel: usize| Window { kernel_size: [kernel; 2], padding: [kernel / 2; 2], ..Window::POINT };
    let conv = |out_channels, kernel| Rc::new(Conv2d { out_channels, window: window(kernel), groups: 1, bias: true });
    let pool = || Rc::new(MaxPool2d { window: window(3), ceil_mode: false });
    let stem = graph.apply("stem", conv(5, 3), &[images]).unwrap();
    let stem = graph.apply("stem relu", Rc::new(Relu), &[stem]).unwrap();
    let side = graph.apply("side pool", pool(), &[stem]).unwrap();
    let main = graph.apply("main 1", conv(7, 3), &[stem]).unwrap();
    let main = graph.apply("main relu", Rc::new(Relu), &[main]).unwrap();
    let main = graph.apply("main pool", pool(), &[main]).unwrap();
    let _unused = graph.apply("unused", conv(3, 1), &[main]).unwrap();
    let side = graph.apply("side", conv(4, 1), &[side]).unwrap();
    let both = graph.apply("again", conv(10, 5), &[stem]).unwrap();
    let main = graph.apply("main 2", conv(10, 1), &[main]).unwrap();
    let flat = graph.apply("flat", Rc::new(receptive::ops::flatten::Flatten), &[main]).unwrap();
    let flat_side = graph.apply("flat side", Rc::new(receptive::ops::flatten::Flatten), &[side]).unwrap();
    let flat_again = graph.apply("flat again", Rc::new(receptive::ops::flatten::Flatten), &[both]).unwrap();
    let linear = || Rc::new(receptive::ops::linear::Linear { out_features: 10, bias: true });
    let side = graph.apply("fc side", linear(), &[flat_side]).unwrap();
    let again = graph.apply("fc again", linear(), &[flat_again]).unwrap();
    let logits = graph.apply("fc", linear(), &[flat]).unwrap();
    let one = |graph: &mut Graph, id: ValueId| {
        let shape = graph.shape(id).clone();
        (id, graph.add("half", shape, Layout::Activation, false, Role::Constant(0.5)))
    };
    let seeds = [one(&mut graph, side), one(&mut graph, again), one(&mut graph, logits)];
    let made = differentiate(&mut graph, &seeds, &[images]).unwrap();
    let gradient = made[&images];
    (graph, logits, gradient)
}

/// Adds a loss and the gradients, that of the images included, and returns the loss and the images' gradient.
fn with_loss(mut graph: Graph, images: ValueId, logits: ValueId) -> (Graph, ValueId, ValueId) {
    let batch = graph.shape(logits).dims()[0];
    let labels = graph.add("labels", Shape::new(&[batch]), Layout::Activation, true, Role::Input);
    let loss = graph.apply("loss", Rc::new(SoftmaxCrossEntropy::default()), &[logits, labels]).unwrap();
    let one = graph.add("one", Shape::new(&[1]), Layout::Activation, false, Role::Constant(1.0));
    let made = differentiate(&mut graph, &[(loss, one)], &[images]).unwrap();
    (graph, loss, made[&images])
}

fn temporaries(graph: &Graph) -> Vec<ValueId> {
    (0..graph.values.len()).map(ValueId).filter(|&id| graph.value(id).role == Role::Temporary).collect()
}

/// The results of a graph, with the values in `keep` in memory of their own.
fn results(graph: &Graph, wanted: [ValueId; 2], keep: &[ValueId]) -> Vec<Vec<f64>> {
    let mut machine = Machine::<f32>::new(graph, keep, Kernels::Scalar);
    let rng = &mut rng(3);
    for value in &graph.values {
        match value.role {
            Role::Input if value.words => machine.write_words(&value.name, &vec![1; value.shape.count()]),
            Role::Input => machine.write(&value.name, &crate::support::normal(rng, value.shape.count())),
            Role::Parameter => {
                let drawn = crate::support::normal(rng, value.shape.count());
                machine.write(&value.name, &drawn.into_iter().map(|x| 0.2 * x).collect::<Vec<f64>>());
            }
            _ => (),
        }
    }
    machine.run();
    let parameters = graph.parameters.iter().map(|(id, _)| format!("d {}", graph.value(*id).name));
    let gradients = parameters.filter(|name| graph.values.iter().any(|value| value.name == *name));
    let wanted = wanted.map(|id| graph.value(id).name.clone());
    wanted.into_iter().chain(gradients).map(|name| machine.read(&name)).collect()
}

#[test]
fn values_that_share_memory_do_not_disturb_each_other() {
    for (graph, output, gradient) in [lenet_graph(3), branching_graph()] {
        let shared = results(&graph, [output, gradient], &[output, gradient]);
        assert!(shared.iter().flatten().all(|x| x.is_finite()));
        // Names are looked up, so a value whose name occurs twice stays out of the comparison.
        assert!(shared.len() > 10);
        assert!(shared == results(&graph, [output, gradient], &temporaries(&graph)), "sharing memory changed a result");
    }
}

/// Runs a program step by step. With `poison`, memory that no later step reads before it is written becomes NaN as soon as that is so.
fn run_steps(plan: &Plan, program: &Program, buffers: &mut [Buffer<f32>], poison: bool) {
    let mut cpu = Cpu::<f32>::new(Kernels::Scalar);
    for (now, step) in program.steps.iter().enumerate() {
        let one = Program { steps: vec![step.clone()], ..Program::default() };
        let prepared = block_on(cpu.prepare(&one, buffers)).unwrap();
        cpu.run(&prepared, buffers).unwrap();
        for index in 0..if poison { buffers.len() } else { 0 } {
            if !plan.buffers[index].label.starts_with("scratch ") || is_read_before_written(&program.steps[now + 1..], index) {
                continue;
            }
            match &mut buffers[index] {
                Buffer::Floats(floats) => floats.fill(f32::NAN),
                Buffer::Words(words) => words.fill(u32::MAX),
                Buffer::Shared(_) => (),
            }
        }
    }
}

fn is_read_before_written(later: &[Step], buffer: usize) -> bool {
    let uses = later.iter().flat_map(|step| step.arguments.iter().zip(step.kernel.bindings));
    let first = uses.filter(|(range, _)| range.buffer.0 == buffer).map(|(_, binding)| binding.reads()).next();
    first.unwrap_or(false)
}

/// Words as the trainer keeps the data set.
fn shared(words: Vec<u32>) -> Buffer<f32> {
    Buffer::Shared(Rc::new(RefCell::new(words)))
}

/// The buffers of LeNet-5's plan with images, labels, indices, rates and parameters in them.
fn filled(network: &TrainingPlan) -> Vec<Buffer<f32>> {
    let plan = &network.plan;
    let mut cpu = Cpu::<f32>::new(Kernels::Scalar);
    let rng = &mut rng(9);
    let mut buffers: Vec<Buffer<f32>> = plan.buffers.iter().map(|spec| cpu.allocate(spec).unwrap()).collect();
    let (data, train) = (network.data(), &network.train);
    buffers[data.images.0] = shared((0..64 * 28 * 28 / 4).map(|_| rng.below(u32::MAX)).collect());
    buffers[data.labels.0] = shared((0..64).map(|_| rng.below(10)).collect());
    buffers[train.indices.buffer.0] = Buffer::Words((0..64).collect());
    let hyper = train.optimizer.as_ref().unwrap().hyper;
    cpu.write(&mut buffers[hyper.buffer.0], 0, &Sgd::default().hyper(true)).unwrap();
    for parameter in &plan.parameters {
        let (shape, layout) = (&parameter.spec.shape, parameter.spec.layout);
        let drawn: Vec<f32> = (0..shape.count()).map(|_| 0.2 * rng.normal() as f32).collect();
        cpu.write(&mut buffers[plan.arenas.unwrap()[0].0], parameter.offset, &layout.store(shape, &drawn)).unwrap();
    }
    buffers
}

#[test]
fn no_step_reads_what_an_earlier_value_left() {
    let plan = plan("lenet5");
    let arena = plan.plan.arenas.unwrap()[0].0;
    let after = |poison: bool| {
        let mut buffers = filled(&plan);
        run_steps(&plan.plan, &plan.plan[plan.train.program], &mut buffers, poison);
        let Buffer::Floats(floats) = &buffers[arena] else { panic!("the arena holds floats") };
        floats.clone()
    };
    let (clean, poisoned) = (after(false), after(true));
    assert!(clean.iter().all(|x| x.is_finite()));
    assert!(clean == poisoned, "a step read memory that was no longer anyone's");
    let Buffer::Floats(before) = &filled(&plan)[arena] else { panic!("the arena holds floats") };
    assert!(*before != clean, "the step changed nothing");
}

/// The check above has to notice a step that relies on what was there.
#[test]
fn a_step_that_reads_dead_memory_is_noticed() {
    let mut plan = plan("lenet5");
    let arena = plan.plan.arenas.unwrap()[1].0;
    let program = plan.train.program.0;
    // Without the steps that fill it, the gradient that flatten passes on is whatever lay there before.
    let backward = plan.plan.programs[program].steps.iter().position(|step| step.kernel.name == "flatten.backward").unwrap();
    let read = plan.plan.programs[program].steps[backward].arguments[0].buffer;
    assert_eq!(plan.plan.programs[program].steps[backward].kernel.bindings[0], Binding::Read);
    let filler =
        |step: &Step| step.arguments.iter().zip(step.kernel.bindings).any(|(range, binding)| range.buffer == read && binding.writes());
    let last = plan.plan.programs[program].steps[..backward].iter().rposition(filler).unwrap();
    plan.plan.programs[program].steps.remove(last);
    let mut buffers = filled(&plan);
    // Something plausible, as an earlier value would be.
    if let Buffer::Floats(floats) = &mut buffers[read.0] {
        floats.fill(0.01);
    }
    run_steps(&plan.plan, &plan.plan[plan.train.program], &mut buffers, true);
    let Buffer::Floats(floats) = &buffers[arena] else { panic!("the arena holds floats") };
    assert!(floats.iter().any(|x| x.is_nan()));
}
