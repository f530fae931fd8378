//! The rectified linear unit.

#[cfg(feature = "harness")]
mod cases;
mod simd;

use std::rc::Rc;

use bytemuck::{Pod, Zeroable};

use super::{Family, Operator, OutputSpec, PRELUDE};
use crate::error::{ShapeError, SpecError};
use crate::graph::{Graph, Node, ValueId};
use crate::kernel::{Args, Binding::*, Kernel, Pass, Real, double, params};
use crate::network::fields::Fields;
use crate::shape::Shape;

/// The line of [`REGISTRY`](super::REGISTRY).
pub static FAMILY: Family = Family {
    operators: &[("relu", parse)],
    kernels: &[&FORWARD, &BACKWARD],
    #[cfg(feature = "harness")]
    adapters: cases::ADAPTERS,
};

/// The rectified linear unit.
#[doc = include_str!("relu.en.md")]
#[derive(Clone, Debug, PartialEq)]
pub struct Relu;

/// A `relu` layer has no fields.
///
/// # Errors
/// None of its own.
pub fn parse(_fields: &mut Fields<'_>) -> Result<Rc<dyn Operator>, SpecError> {
    Ok(Rc::new(Relu))
}

/// How many floats there are; the same bytes as `struct ReluParams` in `relu.wgsl`.
#[repr(C)]
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
pub struct ReluParams {
    /// Stored floats, pad lanes included: a multiple of four.
    pub len: u32,
    /// Uniform structs are multiples of 16 bytes.
    pub unused: [u32; 3],
}

impl Relu {
    fn params(&self, graph: &Graph, x: ValueId) -> ReluParams {
        let value = graph.value(x);
        ReluParams { len: value.layout.stored_len(&value.shape) as u32, unused: [0; 3] }
    }
}

impl Operator for Relu {
    fn name(&self) -> &'static str {
        "relu"
    }

    fn short_name(&self) -> &'static str {
        "relu"
    }

    fn infer(&self, _node: &str, inputs: &[&Shape]) -> Result<Vec<OutputSpec>, ShapeError> {
        Ok(vec![OutputSpec::floats(inputs[0].dims())])
    }

    fn forward(&self, graph: &mut Graph, node: &Node) {
        let params = self.params(graph, node.inputs[0]);
        graph.call(&node.name, &FORWARD, bytemuck::bytes_of(&params), &[node.inputs[0], node.outputs[0]]);
    }

    // y = max(0, x)    dx = dy where y > 0, else 0    keeps y, so that x need not be stored
    fn backward(&self, graph: &mut Graph, node: &Node, dy: ValueId, wants: &[bool]) -> Result<Vec<Option<ValueId>>, ShapeError> {
        if !wants[0] {
            return Ok(vec![None]);
        }
        let params = self.params(graph, node.inputs[0]);
        let dx = graph.gradient_of(node.inputs[0]);
        graph.call(&node.name, &BACKWARD, bytemuck::bytes_of(&params), &[dy, node.outputs[0], dx]);
        Ok(vec![Some(dx)])
    }
}

const WGSL: &[&str] = &[PRELUDE, crate::wgsl::wgsl!("relu.wgsl")];

/// x -> y. The planner folds it into the kernel before it where that has a `relu` switch.
pub static FORWARD: Kernel = Kernel {
    name: "relu.forward",
    bindings: &[Read, Write],
    scalar: forward::<f32>,
    scalar_f64: double(forward::<f64>),
    simd: Some(|mut args| {
        let [x, y] = args.take();
        simd::forward(x.read(), y.write());
    }),
    wgsl: WGSL,
    passes: &[Pass { entry: "forward", workgroups }],
    ..Kernel::BASE
};

/// dy, y -> dx
pub static BACKWARD: Kernel = Kernel {
    name: "relu.backward",
    bindings: &[Read, Read, Write],
    scalar: backward::<f32>,
    scalar_f64: double(backward::<f64>),
    simd: Some(|mut args| {
        let [dy, y, dx] = args.take();
        simd::backward(dy.read(), y.read(), dx.write());
    }),
    wgsl: WGSL,
    passes: &[Pass { entry: "backward", workgroups }],
    ..Kernel::BASE
};

/// One thread for four floats.
fn workgroups(bytes: &[u8]) -> u64 {
    let p: ReluParams = params(bytes);
    u64::from(p.len).div_ceil(4 * 64)
}

fn forward<T: Real>(mut args: Args<'_, T>) {
    let [x, y] = args.take();
    for (y, &x) in y.write().iter_mut().zip(x.read()) {
        *y = rectify(x);
    }
}

/// `max(0, x)` that keeps a NaN: the number types' own `max` would turn it into 0 and hide it.
pub fn rectify<T: Real>(x: T) -> T {
    if x < T::zero() { T::zero() } else { x }
}

fn backward<T: Real>(mut args: Args<'_, T>) {
    let [dy, y, dx] = args.take();
    for ((dx, &dy), &y) in dx.write().iter_mut().zip(dy.read()).zip(y.read()) {
        *dx = if y > T::zero() { dy } else { T::zero() };
    }
}
