//! Training on real MNIST: the loss of every step, from given initial parameters, and the accuracy after the last.
//!
//! It runs what a trainer runs: images gathered on the device by index, forward, backward and optimizer in one program over the arenas,
//! and the evaluation program with its metrics beside it.

use std::cell::RefCell;
use std::rc::Rc;

use super::adapter::{adapter, apply};
use super::case::{CaseError, LossCase, TrajectoryCase};
use super::check::Check;
use super::compare::Tolerance;
use super::device::Device;
use super::mnist::Mnist;
use super::network::{Network, build};
use super::optim::optimizer;
use super::report::Failure;
use super::running::read;
use super::tensors::{Tensors, Values};
use crate::autodiff::differentiate;
use crate::core::layout::{Layout, channel_stride};
use crate::core::shape::Shape;
use crate::core::shared::SharedWords;
use crate::data::gather::{GATHER, GatherParams};
use crate::data::mnist::{DEVIATION, MEAN};
use crate::executor::AnyExecutor;
use crate::ir::graph::{Graph, Role, ValueId};
use crate::ir::program::{BufferId, Located, ProgramId, Range};
use crate::optim::Optimizer;
use crate::plan::Builder;
use crate::programs::images::{self, DataSet, add_data_set};
use crate::programs::metrics::{self, MetricsParams, Sums};
use crate::programs::optimizer::{OptimizerStep, OptimizerValues, add_optimizer};

/// Images of a step.
const BATCH: usize = 64;
/// Training images that are used, over and over in file order.
pub(super) const TRAINED: usize = 2048;
/// Test images that count, from the first on.
pub(super) const TESTED: usize = 1000;
/// Test images at a time: divides [`TESTED`].
const TEST_BATCH: usize = 50;

/// The network on a batch of images that the device gathers.
struct Batch {
    graph: Graph,
    network: Network,
    logits: ValueId,
    values: images::Batch,
    loss: ValueId,
}

/// The steps, planned.
struct Training {
    program: ProgramId,
    indices: Range,
    hyper: Range,
    loss: Located,
}

/// The test, planned.
struct Evaluation {
    program: ProgramId,
    indices: Range,
    sums: Range,
}

impl Batch {
    fn new(
        case: &TrajectoryCase,
        batch: usize,
        [rows, columns]: [usize; 2],
        training: bool,
        check: &mut Check<'_>,
    ) -> Result<Self, CaseError> {
        let [LossCase::SoftmaxCrossEntropy { input, class_weight: None, weight: 1.0, attrs, .. }] = case.losses.as_slice() else {
            return Err(CaseError::Malformed("a trajectory has one softmax_cross_entropy loss of weight 1".into()));
        };
        let mut graph = Graph { training, ..Graph::default() };
        let [data, labels, indices] = add_data_set(&mut graph, batch, rows * columns);
        let targets = graph.add("targets", Shape::new(&[batch]), Layout::Activation, true, Role::Temporary);
        let x = graph.temporary("x", Shape::new(&[batch, 1, rows, columns]));
        let pixels = (rows * columns) as u32;
        let params = GatherParams { batch: batch as u32, pixels, mean: MEAN, deviation: DEVIATION };
        graph.call("input", &GATHER, bytemuck::bytes_of(&params), &[data, labels, indices, x, targets]);
        let network = build(&mut graph, &case.graph, x, check, true)?;
        let logits = network.value(input)?;
        let applied = apply(adapter("softmax_cross_entropy")?, &mut graph, "loss 0", attrs, &[logits, targets], &[])?;
        let values = images::Batch { images: x, targets, data, labels, indices };
        Ok(Self { graph, network, logits, values, loss: applied.outputs[0] })
    }

    fn add_training(&mut self, optimizer: &Optimizer) -> Result<OptimizerValues, CaseError> {
        let one = self.graph.add("one", Shape::new(&[1]), Layout::Activation, false, Role::Constant(1.0));
        differentiate(&mut self.graph, &[(self.loss, one)], &[])?;
        let values = add_optimizer(&mut self.graph, optimizer, None);
        values.ok_or_else(|| CaseError::Malformed("a trajectory's network has parameters".into()))
    }

    /// Adds the sums over batches, and returns them.
    fn add_metrics(&mut self) -> Result<ValueId, CaseError> {
        let &[rows, classes] = self.graph.shape(self.logits).dims() else {
            return Err(CaseError::Malformed("a trajectory's network ends in one row of logits an image".into()));
        };
        // The loss is the last node; its second output holds the items that the metrics add up.
        let items = self.graph.nodes[self.graph.nodes.len() - 1].outputs[1];
        let sums = Shape::new(&[metrics::sums_len(classes)]);
        let sums = self.graph.add("metrics.sums", sums, Layout::Activation, true, Role::State);
        let (rows, channels) = (rows as u32, classes as u32);
        let params = MetricsParams { rows, channels, channel_stride: channel_stride(classes) as u32, confusion: 0 };
        let arguments = [self.logits, self.values.targets, items, sums];
        self.graph.call("metrics", &metrics::ACCUMULATE, bytemuck::bytes_of(&params), &arguments);
        Ok(sums)
    }
}

pub(super) async fn run(
    device: &Device,
    case: &TrajectoryCase,
    tensors: &Tensors<'_>,
    train: &Mnist,
    test: &Mnist,
) -> Result<Vec<Failure>, CaseError> {
    let steps = case.lr_per_step.len();
    if case.loss.len() != steps || case.loss_atol.len() != steps {
        return Err(CaseError::Malformed("loss, loss_atol and lr_per_step must be equally long".into()));
    }
    let mut check = Check::new(&case.tensors, tensors);
    let mut batch = Batch::new(case, BATCH, train.size, true, &mut check)?;
    let values = batch.add_training(&optimizer(&case.optimizer, &case.attrs)?)?;
    let mut builder = Builder::default();
    let built = builder.program("train", batch.graph, &[batch.loss]);
    let data = DataSet::of(&batch.values, &built);
    let training = Training {
        program: built.program,
        indices: built.at(batch.values.indices).range,
        hyper: OptimizerStep::of(&values, &built).hyper,
        loss: built.at(batch.loss),
    };
    let mut tested = Batch::new(case, TEST_BATCH, train.size, false, &mut check)?;
    let sums = tested.add_metrics()?;
    let built = builder.program("evaluate", tested.graph, &[]);
    let evaluation = Evaluation { program: built.program, indices: built.at(tested.values.indices).range, sums: built.at(sums).range };
    let plan = builder.finish(BATCH);

    let mut executor = device.executor(&plan, &dataset(train, test, data)).await?;
    for ((name, _), planned) in batch.network.parameters.iter().zip(&plan.parameters) {
        let floats = given_floats(&mut check, "param", name)?;
        executor.write_value(&planned.name, &plan.parameter_place(planned, 0), &floats)?;
    }
    for ((name, _), planned) in batch.network.statistics.iter().zip(&plan.statistics) {
        let floats = given_floats(&mut check, "buffer", name)?;
        executor.write_value(&planned.name, &plan.statistic_place(planned), &floats)?;
    }
    let losses = train_steps(&mut executor, &training, case).await?;
    check.fail(compare_losses(case, &losses));
    let correct = count_correct(&mut executor, &evaluation).await?;
    let [least, most] = case.test_correct_f32_range;
    if !(least..=most).contains(&correct) {
        let message = format!("{correct} of {TESTED} test images are right, expected {least} to {most}");
        check.fail([Failure::message("test_correct", message)]);
    }
    Ok(check.finish())
}

/// What training starts from, as the case gives it.
fn given_floats(check: &mut Check<'_>, kind: &str, name: &str) -> Result<Vec<f32>, CaseError> {
    match check.given(&format!("{kind}.{name}"))?.values {
        Values::Floats(floats) => Ok(floats),
        Values::Words(_) => Err(CaseError::Malformed(format!("{name} must be floats"))),
    }
}

/// The images that are used, training before test, as the trainer keeps them: four pixels a word, a label a word.
fn dataset(train: &Mnist, test: &Mnist, data: DataSet) -> [(BufferId, SharedWords, usize); 2] {
    let pixels = train.size[0] * train.size[1];
    let bytes: Vec<u8> = train.pixels.iter().take(TRAINED * pixels).chain(test.pixels.iter().take(TESTED * pixels)).copied().collect();
    let packed = bytes.chunks(4).map(|four| four.iter().rev().fold(0, |word, &byte| word << 8 | u32::from(byte))).collect();
    let labels = train.labels.iter().take(TRAINED).chain(test.labels.iter().take(TESTED)).map(|&label| label.into()).collect();
    let share = |buffer: BufferId, words: Vec<u32>| {
        let capacity = words.len();
        (buffer, Rc::new(RefCell::new(words)), capacity)
    };
    [share(data.images, packed), share(data.labels, labels)]
}

async fn train_steps(executor: &mut AnyExecutor, training: &Training, case: &TrajectoryCase) -> Result<Vec<f64>, CaseError> {
    let mut optimizer = optimizer(&case.optimizer, &case.attrs)?;
    let mut losses = Vec::with_capacity(case.lr_per_step.len());
    for (step, &learning_rate) in case.lr_per_step.iter().enumerate() {
        *optimizer.live().learning_rate = learning_rate;
        let first = (BATCH * step % TRAINED) as u32;
        executor.write_stored(training.hyper, &optimizer.hyper(step as u64, step == 0))?;
        executor.write_words(training.indices, &(first..first + BATCH as u32).collect::<Vec<u32>>())?;
        executor.run(training.program)?;
        let Values::Floats(value) = read(executor, training.loss.clone(), "loss", false).await?.values else { continue };
        losses.extend(value.iter().map(|&x| f64::from(x)));
    }
    Ok(losses)
}

/// The first step whose loss is too far off, and how many are.
fn compare_losses(case: &TrajectoryCase, losses: &[f64]) -> Option<Failure> {
    if losses.len() != case.loss.len() || losses.len() != case.loss_atol.len() {
        let (expected, tolerances) = (case.loss.len(), case.loss_atol.len());
        return Some(Failure::message("loss", format!("{} losses, expected {expected} with {tolerances} tolerances", losses.len())));
    }
    let off = |&step: &usize| !Tolerance::Within { atol: case.loss_atol[step], rtol: 0.0 }.accepts(losses[step], case.loss[step]);
    let wrong: Vec<usize> = (0..losses.len()).filter(off).collect();
    let &first = wrong.first()?;
    let (got, want, steps) = (losses[first], case.loss[first], losses.len());
    Some(Failure {
        tensor: "loss".into(),
        largest_error: Some((got - want).abs()),
        allowed: Some(case.loss_atol[first]),
        message: format!("{} of {steps} steps are off, from step {first} on: {got} where {want} is expected", wrong.len()),
    })
}

async fn count_correct(executor: &mut AnyExecutor, evaluation: &Evaluation) -> Result<u64, CaseError> {
    let &Evaluation { program, indices, sums } = evaluation;
    executor.write_words(sums, &vec![0; sums.len])?;
    for first in (TRAINED..TRAINED + TESTED).step_by(TEST_BATCH) {
        let batch: Vec<u32> = (first as u32..(first + TEST_BATCH) as u32).collect();
        executor.write_words(indices, &batch)?;
        executor.run(program)?;
    }
    Ok(Sums::from_words(&executor.read_words(sums).await?).top1)
}
