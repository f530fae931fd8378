//! Finite differences in double precision for every operator: `d loss / d x = (loss(x + step) - loss(x - step)) / (2 step)`, where the loss
//! is the sum of each output times a random upstream gradient.
macro_rules! declare {
    ($($folder:ident)*) => { $(mod $folder;)* };
}
receptive::operator_folders!(declare);

use std::rc::Rc;

use crate::support::{Problem, cases, dot, normal, off_zero, rng, spread};
use proptest::prelude::*;
use receptive::backend::cpu::Kernels;
use receptive::core::error::ShapeError;
use receptive::core::rng::Rng;
use receptive::core::shape::Shape;
use receptive::ir::graph::{Graph, Node, ValueId};
use receptive::ir::operator::{Operator, OutputSpec, ParameterSpec, Window};
use receptive::ops::add::sum_gradients;
use receptive::ops::conv2d::Conv2d;
use receptive::ops::flatten::Flatten;
use receptive::ops::linear::Linear;
use receptive::ops::max_pool2d::MaxPool2d;
use receptive::ops::relu::Relu;
use receptive::ops::softmax_cross_entropy::SoftmaxCrossEntropy;

/// How far apart the two points are from the middle. Double precision leaves about ten digits of the quotient.
const STEP: f64 = 1e-5;
/// Coordinates that are tried of each value.
const TRIED: usize = 12;

/// Compares the gradient of every leaf with finite differences, at random coordinates. `Err` says where they differ. A coordinate whose
/// second difference shows a kink within the step is passed over; how many were is in `Ok`, beside how many were tried.
fn gradcheck(problem: &Problem, rng: &mut Rng) -> Result<(usize, usize), String> {
    let upstream = problem.upstream(rng);
    let analytic = problem.gradients::<f64>(&upstream, Kernels::Scalar);
    let mut forward = problem.forward::<f64>(Kernels::Scalar);
    let names: Vec<String> = problem.outputs.iter().map(|&id| problem.graph.value(id).name.clone()).collect();
    let (mut tried, mut kinks) = (0, 0);
    for ((id, values), gradient) in problem.leaves.iter().zip(&analytic) {
        let name = &problem.graph.value(*id).name;
        let mut loss = |values: &[f64]| {
            forward.write(name, values);
            forward.run();
            names.iter().zip(&upstream).map(|(name, up)| dot(&forward.read(name), up)).sum::<f64>()
        };
        let middle = loss(values);
        for _ in 0..TRIED.min(values.len()) {
            let at = rng.below(values.len() as u32) as usize;
            let mut moved = values.clone();
            moved[at] = values[at] + STEP;
            let above = loss(&moved);
            moved[at] = values[at] - STEP;
            let below = loss(&moved);
            tried += 1;
            if (above - 2.0 * middle + below).abs() > 1e-8 * (1.0 + middle.abs()) {
                kinks += 1;
                continue;
            }
            let (numeric, analytic) = ((above - below) / (2.0 * STEP), gradient[at]);
            let allowed = 1e-7 * (1.0 + middle.abs()) + 1e-6 * numeric.abs();
            let difference = (analytic - numeric).abs();
            if difference.is_nan() || difference > allowed {
                return Err(format!("{name}[{at}]: {analytic} by the rule, {numeric} by differences, {allowed:e} allowed"));
            }
        }
        loss(values);
    }
    Ok((tried, kinks))
}

/// As [`gradcheck`], for problems that were drawn away from kinks.
fn smooth(problem: &Problem, rng: &mut Rng) -> Result<(), TestCaseError> {
    let (tried, kinks) = gradcheck(problem, rng).map_err(TestCaseError::fail)?;
    prop_assert!(tried > 0 && kinks == 0, "{kinks} of {tried} coordinates were at a kink");
    Ok(())
}

/// Kernel, stride, padding and dilation along one axis, and an input size that leaves room for 1 to 4 positions: often exactly one.
fn axis(most_padding: impl Fn(usize) -> usize) -> impl Strategy<Value = [usize; 5]> {
    let sizes = (
        1usize..=4,
        prop_oneof![3 => Just(1usize), 2 => Just(2), 1 => Just(3)],
        0usize..=2,
        prop_oneof![3 => Just(1usize), 1 => Just(2)],
        0usize..=7,
    );
    sizes.prop_map(move |(kernel, stride, padding, dilation, extra)| {
        let padding = padding.min(most_padding(kernel));
        let span = dilation * (kernel - 1) + 1;
        [kernel, stride, padding, dilation, span.saturating_sub(2 * padding).max(1) + extra]
    })
}

fn window(h: [usize; 5], w: [usize; 5]) -> Window {
    Window { kernel_size: [h[0], w[0]], stride: [h[1], w[1]], padding: [h[2], w[2]], dilation: [h[3], w[3]] }
}

/// The shape of a map or of a row of features.
fn map_or_row() -> impl Strategy<Value = Vec<usize>> {
    prop_oneof![
        (1usize..=3, 1usize..=9, 1usize..=3, 1usize..=3).prop_map(|(n, c, h, w)| vec![n, c, h, w]),
        (1usize..=3, 1usize..=9).prop_map(|(n, c)| vec![n, c]),
    ]
}

/// Batch, channels, height and width of a small map: one pixel, one channel, whole vectors and tails.
fn maps() -> impl Strategy<Value = [usize; 4]> {
    (1usize..=3, 1usize..=9, 1usize..=6, 1usize..=6).prop_map(|(n, c, h, w)| [n, c, h, w])
}

/// [`smooth`] of one operator on one input of normal numbers.
fn smooth_input(dims: &[usize], operator: impl Operator + 'static, seed: u64) -> Result<(), TestCaseError> {
    smooth_in_mode(false, dims, operator, seed)
}

/// The same, in training or in evaluation.
fn smooth_in_mode(training: bool, dims: &[usize], operator: impl Operator + 'static, seed: u64) -> Result<(), TestCaseError> {
    let rng = &mut rng(seed);
    let mut problem = Problem::default();
    problem.graph.training = training;
    let x = problem.input("x", dims, normal(rng, dims.iter().product()));
    let y = problem.apply("y", operator, &[x], rng);
    problem.outputs.push(y);
    smooth(&problem, rng)
}

proptest! {
    #![proptest_config(cases(48))]

    /// A value that several nodes read gets the sum of their gradients, also where it is an output itself.
    #[test]
    fn a_value_read_several_times(batch in 1usize..=2, channels in 1usize..=5, size in 1usize..=4, seed: u64) {
        let rng = &mut rng(seed);
        let mut problem = Problem::default();
        let dims = [batch, channels, size, size];
        let x = problem.input("x", &dims, off_zero(rng, dims.iter().product()));
        let point = |out_channels| Conv2d { out_channels, window: Window::POINT, groups: 1, bias: true };
        let shared = problem.apply("shared", point(3), &[x], rng);
        let left = problem.apply("left", point(5), &[shared], rng);
        let right = problem.apply("right", point(2), &[shared], rng);
        let flat = problem.apply("flat", Flatten, &[shared], rng);
        let direct = problem.apply("direct", Relu, &[x], rng);
        problem.outputs.extend([left, right, flat, direct, shared]);
        smooth(&problem, rng)?;
    }
}

/// conv, relu, pool, conv (strided, grouped), relu, flatten, linear, relu, linear, loss.
fn small_network(rng: &mut Rng) -> Problem {
    let mut problem = Problem::default();
    let mut x = problem.input("x", &[3, 2, 11, 9], normal(rng, 3 * 2 * 11 * 9));
    let window = |kernel: usize, stride: usize, padding: usize| Window {
        kernel_size: [kernel; 2],
        stride: [stride; 2],
        padding: [padding; 2],
        dilation: [1; 2],
    };
    x = problem.apply("conv1", Conv2d { out_channels: 6, window: window(3, 1, 1), groups: 1, bias: true }, &[x], rng);
    x = problem.apply("relu1", Relu, &[x], rng);
    x = problem.apply("pool1", MaxPool2d { window: window(2, 2, 0), ceil_mode: true }, &[x], rng);
    x = problem.apply("conv2", Conv2d { out_channels: 10, window: window(3, 2, 0), groups: 2, bias: false }, &[x], rng);
    x = problem.apply("relu2", Relu, &[x], rng);
    x = problem.apply("flatten", Flatten, &[x], rng);
    x = problem.apply("fc1", Linear { out_features: 7, bias: true }, &[x], rng);
    x = problem.apply("relu3", Relu, &[x], rng);
    x = problem.apply("fc2", Linear { out_features: 5, bias: true }, &[x], rng);
    let labels = problem.labels("labels", &[3], vec![4, 0, 2]);
    let loss = problem.apply("loss", SoftmaxCrossEntropy::default(), &[x, labels], rng);
    problem.outputs.push(loss);
    problem
}

#[test]
fn a_whole_network() {
    for seed in 0..6 {
        let rng = &mut rng(seed);
        let (tried, kinks) = gradcheck(&small_network(rng), rng).unwrap();
        assert!(tried > 70 && 20 * kinks <= tried, "{kinks} of {tried} coordinates were at a kink");
    }
}

/// A backward rule, as [`Operator::backward`] has it; the first argument is the right operator.
type Rule = fn(&dyn Operator, &mut Graph, &Node, ValueId, &[bool]) -> Result<Vec<Option<ValueId>>, ShapeError>;

/// An operator whose gradient is wrong in some way.
#[derive(Debug)]
struct Wrong {
    right: Rc<dyn Operator>,
    rule: Rule,
}

impl Operator for Wrong {
    fn name(&self) -> &'static str {
        self.right.name()
    }

    fn short_name(&self) -> &'static str {
        self.right.short_name()
    }

    fn infer(&self, node: &str, inputs: &[&Shape]) -> Result<Vec<OutputSpec>, ShapeError> {
        self.right.infer(node, inputs)
    }

    fn parameters(&self, inputs: &[&Shape]) -> Vec<ParameterSpec> {
        self.right.parameters(inputs)
    }

    fn forward(&self, graph: &mut Graph, node: &Node) {
        self.right.forward(graph, node);
    }

    fn backward(&self, graph: &mut Graph, node: &Node, dy: ValueId, wants: &[bool]) -> Result<Vec<Option<ValueId>>, ShapeError> {
        (self.rule)(&*self.right, graph, node, dy, wants)
    }
}

/// What the check says of an operator with this rule.
fn error(right: impl Operator + 'static, rule: Rule) -> String {
    let rng = &mut rng(5);
    let mut problem = Problem::default();
    let x = problem.input("x", &[2, 3, 5, 6], off_zero(rng, 180));
    let y = problem.apply("wrong", Wrong { right: Rc::new(right), rule }, &[x], rng);
    problem.outputs.push(y);
    gradcheck(&problem, rng).unwrap_err()
}

fn conv(kernel: usize, padding: usize, dilation: usize) -> Conv2d {
    let window = Window { kernel_size: [kernel; 2], stride: [1; 2], padding: [padding; 2], dilation: [dilation; 2] };
    Conv2d { out_channels: 4, window, groups: 1, bias: true }
}

fn padded(padding: [usize; 2]) -> Conv2d {
    let conv = conv(3, 0, 1);
    Conv2d { window: Window { padding, ..conv.window }, ..conv }
}

/// Each of these is a mistake somebody makes; a check that lets one pass proves nothing.
#[test]
fn wrong_gradients_are_found() {
    let everything_passes = error(Relu, |_, _, _, dy, _| Ok(vec![Some(dy)]));
    assert!(everything_passes.starts_with("x["), "{everything_passes}");
    let twice = error(Flatten, |right, graph, node, dy, wants| {
        let dx = right.backward(graph, node, dy, wants)?;
        Ok(dx.into_iter().map(|dx| dx.map(|dx| sum_gradients(graph, "twice", node.inputs[0], dx, dx))).collect())
    });
    assert!(twice.starts_with("x["), "{twice}");
    let other_dilation = error(conv(3, 1, 1), |_, graph, node, dy, wants| conv(3, 2, 2).backward(graph, node, dy, wants));
    assert!(other_dilation.contains("by the rule"), "{other_dilation}");
    let swapped_padding = error(padded([1, 0]), |_, graph, node, dy, wants| padded([0, 1]).backward(graph, node, dy, wants));
    assert!(swapped_padding.contains("by the rule"), "{swapped_padding}");
}
