//! Elementwise sum: where a residual comes back to its shortcut, and autodiff's join where a value is read by several nodes.

#[cfg(feature = "harness")]
mod cases;
mod simd;

use std::rc::Rc;

use bytemuck::{Pod, Zeroable};

use super::relu::{self, ReluParams, rectify};
use super::{Family, GRADIENT, RECTIFIED_GRADIENT};
use crate::core::error::{ShapeError, SpecError};
use crate::core::fields::Fields;
use crate::core::kernel::{Args, Binding::*, Kernel, Pass, Real, double, params, reference};
use crate::core::shape::Shape;
use crate::core::wgsl::PRELUDE;
use crate::ir::graph::{Graph, Node, ValueId};
use crate::ir::operator::{Operator, OutputSpec};

/// What this folder has to offer.
pub static FAMILY: Family = Family {
    operators: &[],
    joins: &[("add", parse)],
    kernels: &[&FORWARD, &FORWARD_RELU_GRADIENT],
    #[cfg(feature = "harness")]
    adapters: cases::ADAPTERS,
};

/// The sum of two or more values, with or without the ReLU that follows it in a residual network.
#[doc = include_str!("add.en.md")]
#[derive(Clone, Debug, PartialEq)]
pub struct Add {
    /// Whether a ReLU follows.
    pub relu: bool,
}

/// Reads the fields of an `add` layer: optionally `relu` false.
///
/// # Errors
/// A field that has an impossible value.
pub fn parse(fields: &mut Fields<'_>) -> Result<Rc<dyn Operator>, SpecError> {
    Ok(Rc::new(Add { relu: fields.flag_or("relu", false)? }))
}

/// How many floats there are; the same bytes as `struct AddParams` in `add.wgsl`.
#[repr(C)]
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
pub struct AddParams {
    /// Stored floats, pad lanes included: a multiple of four.
    pub len: u32,
    /// The switch of a ReLU that is folded in.
    pub relu: u32,
    /// Uniform structs are multiples of 16 bytes.
    pub unused: [u32; 2],
}

fn stored_len(graph: &Graph, id: ValueId) -> u32 {
    let value = graph.value(id);
    value.layout.stored_len(&value.shape) as u32
}

/// Adds the call `a + b` for two gradients of the value `of` and returns the sum.
pub fn sum_gradients(graph: &mut Graph, node: &str, of: ValueId, a: ValueId, b: ValueId) -> ValueId {
    let params = AddParams { len: stored_len(graph, b), relu: relu::NONE, unused: [0; 2] };
    let sum = graph.temporary(format!("d {}", graph.value(of).name), graph.shape(of).clone());
    graph.call(node, &FORWARD, bytemuck::bytes_of(&params), &[a, b, sum]);
    sum
}

impl Operator for Add {
    fn name(&self) -> &'static str {
        "add"
    }

    fn short_name(&self) -> &'static str {
        "add"
    }

    fn joins(&self) -> bool {
        true
    }

    fn infer(&self, node: &str, inputs: &[&Shape]) -> Result<Vec<OutputSpec>, ShapeError> {
        let differ = |right: String| ShapeError::SummandsDiffer { node: node.to_owned(), left: inputs[0].to_string(), right };
        if inputs.len() < 2 {
            return Err(differ("—".into()));
        }
        match inputs.iter().find(|shape| **shape != inputs[0]) {
            Some(other) => Err(differ(other.to_string())),
            None => Ok(vec![OutputSpec::floats(inputs[0].dims())]),
        }
    }

    fn is_finite_or_nan(&self) -> bool {
        self.relu
    }

    fn forward(&self, graph: &mut Graph, node: &Node) {
        let (y, len, last) = (node.outputs[0], stored_len(graph, node.outputs[0]), node.inputs.len() - 1);
        let mut sum = node.inputs[0];
        for (position, &input) in node.inputs.iter().enumerate().skip(1) {
            let to = if position == last { y } else { graph.temporary(format!("{} {position}", node.name), graph.shape(y).clone()) };
            let relu = if self.relu && position == last { relu::switch(node.training) } else { relu::NONE };
            let params = AddParams { len, relu, unused: [0; 2] };
            graph.call(&node.name, &FORWARD, bytemuck::bytes_of(&params), &[sum, input, to]);
            sum = to;
        }
    }

    // y = a + b    da = db = dy, where y > 0 if there is a ReLU, which keeps y
    fn backward(&self, graph: &mut Graph, node: &Node, dy: ValueId, wants: &[bool]) -> Result<Vec<Option<ValueId>>, ShapeError> {
        let mut gradient = dy;
        if self.relu {
            let params = ReluParams::new(graph, dy, node.training);
            gradient = graph.temporary(format!("d {} sum", node.name), graph.shape(dy).clone());
            graph.call(&node.name, &relu::BACKWARD, bytemuck::bytes_of(&params), &[dy, node.outputs[0], gradient]);
        }
        Ok(wants.iter().map(|wanted| wanted.then_some(gradient)).collect())
    }
}

fn set_relu(bytes: &mut [u8], relu: u32) {
    let mut p: AddParams = params(bytes);
    p.relu = relu;
    bytes.copy_from_slice(bytemuck::bytes_of(&p));
}

/// a, b -> y
pub static FORWARD: Kernel = Kernel {
    name: "add.forward",
    bindings: &[Read, Read, Write],
    scalar: reference(forward::<f32>),
    scalar_f64: double(forward::<f64>),
    simd: Some(|mut args| {
        let p: AddParams = args.params();
        let [a, b, y] = args.take();
        simd::forward(&p, a.read(), b.read(), y.write());
    }),
    wgsl: &[PRELUDE, GRADIENT, WGSL],
    passes: &[Pass { entry: "forward", workgroups }],
    fuse_relu: Some(set_relu),
    with_relu: Some(&FORWARD_RELU_GRADIENT),
    ..Kernel::BASE
};

const WGSL: &str = crate::core::wgsl::wgsl!("add.wgsl");

/// a, b, x -> a + b where x, a ReLU's output, is positive: two gradients of x on their way through the ReLU.
pub static FORWARD_RELU_GRADIENT: Kernel = Kernel {
    name: "add.forward_relu_gradient",
    bindings: &[Read, Read, Read, Write],
    scalar: reference(|args| relu::masked(args, forward::<f32>)),
    scalar_f64: double(|args| relu::masked(args, forward::<f64>)),
    simd: Some(|mut args| {
        let p: AddParams = args.params();
        let [a, b, x, y] = args.take();
        let y = y.write();
        simd::forward(&p, a.read(), b.read(), y);
        relu::simd::mask(y, x.read());
    }),
    wgsl: &[PRELUDE, RECTIFIED_GRADIENT, WGSL],
    passes: &[Pass { entry: "forward", workgroups }],
    ..Kernel::BASE
};

/// One thread for four floats.
fn workgroups(bytes: &[u8]) -> u64 {
    let p: AddParams = params(bytes);
    u64::from(p.len).div_ceil(4 * 64)
}

fn forward<T: Real>(mut args: Args<'_, T>) {
    let p: AddParams = args.params();
    let [a, b, y] = args.take();
    for ((y, &a), &b) in y.write().iter_mut().zip(a.read()).zip(b.read()) {
        *y = rectify(a + b, p.relu);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unlike_shapes_are_refused_with_both_and_a_fix() {
        let (a, b) = (Shape::new(&[2, 16, 7, 7]), Shape::new(&[2, 16, 1, 1]));
        let add = Add { relu: false };
        let refused = add.infer("block1.add", &[&a, &b]).unwrap_err();
        let (left, right) = ("[2, 16, 7, 7]".to_owned(), "[2, 16, 1, 1]".to_owned());
        assert_eq!(refused, ShapeError::SummandsDiffer { node: "block1.add".into(), left, right });
        assert!(refused.to_string().contains("1x1 convolution"), "{refused}");
        assert!(matches!(add.infer("add", &[&a]), Err(ShapeError::SummandsDiffer { .. })));
        assert!(matches!(add.infer("add", &[&a, &a, &b]), Err(ShapeError::SummandsDiffer { .. })));
        assert_eq!(add.infer("add", &[&a, &a, &a]).unwrap()[0].shape, a);
    }
}
