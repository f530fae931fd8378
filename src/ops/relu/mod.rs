//! The rectified linear unit.

#[cfg(feature = "harness")]
mod cases;
pub(crate) mod simd;

use std::rc::Rc;

use bytemuck::{Pod, Zeroable};

use super::Family;
use crate::core::error::{ShapeError, SpecError};
use crate::core::fields::Fields;
use crate::core::kernel::{Args, Binding::*, Kernel, MAX_BINDINGS, Pass, Real, Slot, double, params, reference};
use crate::core::shape::Shape;
use crate::core::wgsl::PRELUDE;
use crate::ir::graph::{Graph, Node, ValueId};
use crate::ir::operator::{Operator, OutputSpec};

/// What this folder has to offer.
pub static FAMILY: Family = Family {
    operators: &[("relu", parse)],
    joins: &[],
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

/// The `relu` switch of kernels that a ReLU can be folded into, where none is.
pub const NONE: u32 = 0;
/// A ReLU, as in PyTorch: minus infinity becomes 0.
pub const PLAIN: u32 = 1;
/// A ReLU in training: what is not finite becomes NaN, which reaches the loss. A minus infinity that became 0 would go unnoticed.
pub const STRICT: u32 = 2;

/// The switch of a ReLU in training or in evaluation.
pub fn switch(training: bool) -> u32 {
    if training { STRICT } else { PLAIN }
}

/// How many floats there are; the same bytes as `struct ReluParams` in `relu.wgsl`.
#[repr(C)]
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
pub struct ReluParams {
    /// Stored floats, pad lanes included: a multiple of four.
    pub len: u32,
    /// [`PLAIN`] or [`STRICT`].
    pub relu: u32,
    /// Uniform structs are multiples of 16 bytes.
    pub unused: [u32; 2],
}

impl ReluParams {
    /// Those of a ReLU that reads `x`, in training or in evaluation.
    pub fn new(graph: &Graph, x: ValueId, training: bool) -> Self {
        let value = graph.value(x);
        Self { len: value.layout.stored_len(&value.shape) as u32, relu: switch(training), unused: [0; 2] }
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

    fn is_finite_or_nan(&self) -> bool {
        true
    }

    fn forward(&self, graph: &mut Graph, node: &Node) {
        let params = ReluParams::new(graph, node.inputs[0], node.training);
        graph.call(&node.name, &FORWARD, bytemuck::bytes_of(&params), &[node.inputs[0], node.outputs[0]]);
    }

    // y = max(0, x)    dx = dy where y > 0, else 0    keeps y, so that x need not be stored
    fn backward(&self, graph: &mut Graph, node: &Node, dy: ValueId, wants: &[bool]) -> Result<Vec<Option<ValueId>>, ShapeError> {
        if !wants[0] {
            return Ok(vec![None]);
        }
        let params = ReluParams::new(graph, node.inputs[0], node.training);
        let dx = graph.gradient_of(node.inputs[0]);
        graph.call(&node.name, &BACKWARD, bytemuck::bytes_of(&params), &[dy, node.outputs[0], dx]);
        Ok(vec![Some(dx)])
    }
}

const WGSL: &[&str] = &[PRELUDE, crate::core::wgsl::wgsl!("relu.wgsl")];

/// x -> y. The planner folds it into the kernel before it where that has a `relu` switch.
pub static FORWARD: Kernel = Kernel {
    name: "relu.forward",
    bindings: &[Read, Write],
    scalar: reference(forward::<f32>),
    scalar_f64: double(forward::<f64>),
    simd: Some(|mut args| {
        let p: ReluParams = args.params();
        let [x, y] = args.take();
        simd::forward(&p, x.read(), y.write());
    }),
    wgsl: WGSL,
    passes: &[Pass { entry: "forward", workgroups }],
    ..Kernel::BASE
};

/// dy, y -> dx
pub static BACKWARD: Kernel = Kernel {
    name: "relu.backward",
    bindings: &[Read, Read, Write],
    scalar: reference(backward::<f32>),
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
    let p: ReluParams = args.params();
    let [x, y] = args.take();
    for (y, &x) in y.write().iter_mut().zip(x.read()) {
        *y = rectify(x, p.relu);
    }
}

/// `max(0, x)` as the `relu` switch of a kernel's params says. It keeps a NaN: the number types' own `max` would turn it into 0 and hide it.
pub fn rectify<T: Real>(x: T, relu: u32) -> T {
    match relu {
        NONE => x,
        STRICT if !x.is_finite() => T::nan(),
        _ if x < T::zero() => T::zero(),
        _ => x,
    }
}

/// Runs a kernel that makes a gradient of two arguments, without the ReLU's output that stands before the gradient, and takes the ReLU's gradient
/// of what it made.
pub(crate) fn masked<T: Real>(mut args: Args<'_, T>, gradient: impl FnOnce(Args<'_, T>)) {
    let [first, second, y, dx] = args.take();
    let (y, dx) = (y.read(), dx.write());
    let mut slots: [Slot<'_, T>; MAX_BINDINGS] = Default::default();
    (slots[0], slots[1], slots[2]) = (first, second, Slot::Write(&mut *dx));
    gradient(Args { params: args.params, slots, scratch: args.scratch });
    for (dx, &y) in dx.iter_mut().zip(y) {
        if y <= T::zero() || y.is_nan() {
            *dx = T::zero();
        }
    }
}

fn backward<T: Real>(mut args: Args<'_, T>) {
    let [dy, y, dx] = args.take();
    for ((dx, &dy), &y) in dx.write().iter_mut().zip(dy.read()).zip(y.read()) {
        *dx = if y > T::zero() { dy } else { T::zero() };
    }
}
