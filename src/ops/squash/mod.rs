//! The squashing functions of the time before ReLU: sigmoid, tanh, and LeNet's scaled tanh.

#[cfg(feature = "harness")]
mod cases;

use std::rc::Rc;

use bytemuck::{Pod, Zeroable};

use super::Family;
use crate::core::error::{ShapeError, SpecError};
use crate::core::fields::Fields;
use crate::core::kernel::{Args, Binding::*, Kernel, Pass, Real, double, params};
use crate::core::layout::channel_stride;
use crate::core::shape::Shape;
use crate::core::wgsl::PRELUDE;
use crate::ir::graph::{Graph, Node, ValueId};
use crate::ir::operator::{Operator, OutputSpec};

/// What this folder has to offer.
pub static FAMILY: Family = Family {
    operators: &[("scaled_tanh", parse_scaled_tanh), ("sigmoid", parse_sigmoid), ("tanh", parse_tanh)],
    joins: &[],
    kernels: &[&FORWARD, &BACKWARD],
    #[cfg(feature = "harness")]
    adapters: cases::ADAPTERS,
};

/// A function that flattens out on both sides: [`Squash::Sigmoid`], [`Squash::Tanh`] or [`Squash::ScaledTanh`].
#[doc = include_str!("sigmoid.en.md")]
#[doc = include_str!("tanh.en.md")]
#[doc = include_str!("scaled_tanh.en.md")]
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "explained in the type's own text")]
pub enum Squash {
    Sigmoid,
    Tanh,
    ScaledTanh { amplitude: f64, slope: f64 },
}

/// A `sigmoid` layer has no fields.
///
/// # Errors
/// None of its own.
pub fn parse_sigmoid(_fields: &mut Fields<'_>) -> Result<Rc<dyn Operator>, SpecError> {
    Ok(Rc::new(Squash::Sigmoid))
}

/// A `tanh` layer has no fields.
///
/// # Errors
/// None of its own.
pub fn parse_tanh(_fields: &mut Fields<'_>) -> Result<Rc<dyn Operator>, SpecError> {
    Ok(Rc::new(Squash::Tanh))
}

/// Reads the fields of a `scaled_tanh` layer, both optional: `amplitude` 1.7159, `slope` 2/3.
///
/// # Errors
/// A field that has an impossible value.
pub fn parse_scaled_tanh(fields: &mut Fields<'_>) -> Result<Rc<dyn Operator>, SpecError> {
    Ok(Rc::new(Squash::ScaledTanh {
        amplitude: fields.number_or("amplitude", 1e-3, 1e3, 1.7159)?,
        slope: fields.number_or("slope", 1e-3, 1e3, 2.0 / 3.0)?,
    }))
}

/// The numbers of a squashing; the same bytes as `struct SquashParams` in `squash.wgsl`.
#[repr(C)]
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
pub struct SquashParams {
    /// Stored floats, pad lanes included: a multiple of four.
    pub len: u32,
    /// Of a pixel or row.
    pub channels: u32,
    /// Floats from one pixel or row to the next.
    pub channel_stride: u32,
    /// 0 for the sigmoid, else 1.
    pub kind: u32,
    /// Of the tanh.
    pub amplitude: f32,
    /// Of the tanh.
    pub slope: f32,
    /// Uniform structs are multiples of 16 bytes.
    pub unused: [u32; 2],
}

impl Squash {
    fn params(&self, graph: &Graph, x: ValueId) -> SquashParams {
        let value = graph.value(x);
        let channels = match value.shape.rank() {
            2 | 4 => value.shape.nchw()[1],
            _ => value.shape.count(),
        };
        let (kind, amplitude, slope) = match *self {
            Self::Sigmoid => (0, 1.0, 1.0),
            Self::Tanh => (1, 1.0, 1.0),
            Self::ScaledTanh { amplitude, slope } => (1, amplitude as f32, slope as f32),
        };
        SquashParams {
            len: value.layout.stored_len(&value.shape) as u32,
            channels: channels as u32,
            channel_stride: channel_stride(channels) as u32,
            kind,
            amplitude,
            slope,
            unused: [0; 2],
        }
    }
}

impl Operator for Squash {
    fn name(&self) -> &'static str {
        match self {
            Self::Sigmoid => "sigmoid",
            Self::Tanh => "tanh",
            Self::ScaledTanh { .. } => "scaled_tanh",
        }
    }

    fn short_name(&self) -> &'static str {
        if *self == Self::Sigmoid { "sigmoid" } else { "tanh" }
    }

    fn infer(&self, _node: &str, inputs: &[&Shape]) -> Result<Vec<OutputSpec>, ShapeError> {
        Ok(vec![OutputSpec::floats(inputs[0].dims())])
    }

    fn hides_infinity(&self) -> bool {
        true
    }

    fn is_finite_or_nan(&self) -> bool {
        true
    }

    fn forward(&self, graph: &mut Graph, node: &Node) {
        let params = self.params(graph, node.inputs[0]);
        graph.call(&node.name, &FORWARD, bytemuck::bytes_of(&params), &[node.inputs[0], node.outputs[0]]);
    }

    // sigmoid: dx = dy y (1 - y)    tanh: dx = dy slope (amplitude - y^2 / amplitude)    keeps y, so that x need not be stored
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

const WGSL: &[&str] = &[PRELUDE, crate::core::wgsl::wgsl!("squash.wgsl")];

/// x -> y
pub static FORWARD: Kernel = Kernel {
    name: "squash.forward",
    bindings: &[Read, Write],
    scalar: forward::<f32>,
    scalar_f64: double(forward::<f64>),
    wgsl: WGSL,
    passes: &[Pass { entry: "forward", workgroups }],
    ..Kernel::BASE
};

/// dy, y -> dx
pub static BACKWARD: Kernel = Kernel {
    name: "squash.backward",
    bindings: &[Read, Read, Write],
    scalar: backward::<f32>,
    scalar_f64: double(backward::<f64>),
    wgsl: WGSL,
    passes: &[Pass { entry: "backward", workgroups }],
    ..Kernel::BASE
};

/// One thread for four floats.
fn workgroups(bytes: &[u8]) -> u64 {
    let p: SquashParams = params(bytes);
    u64::from(p.len).div_ceil(4 * 64)
}

fn forward<T: Real>(mut args: Args<'_, T>) {
    let p: SquashParams = args.params();
    let [x, y] = args.take();
    let (amplitude, slope) = (T::of(p.amplitude.into()), T::of(p.slope.into()));
    let squash = |x: T| match p.kind {
        // The exponential of a number that is not positive cannot overflow.
        0 => {
            let e = (-x.abs()).exp();
            if x < T::zero() { e / (T::one() + e) } else { T::one() / (T::one() + e) }
        }
        _ => amplitude * (slope * x).tanh(),
    };
    for (y, x) in y.write().chunks_mut(p.channel_stride as usize).zip(x.read().chunks(p.channel_stride as usize)) {
        y.fill(T::zero());
        y.iter_mut().zip(x).take(p.channels as usize).for_each(|(y, &x)| *y = squash(x));
    }
}

fn backward<T: Real>(mut args: Args<'_, T>) {
    let p: SquashParams = args.params();
    let [dy, y, dx] = args.take();
    let (amplitude, slope) = (T::of(p.amplitude.into()), T::of(p.slope.into()));
    let factor = |y: T| if p.kind == 0 { y * (T::one() - y) } else { slope * (amplitude - y * y / amplitude) };
    for ((dx, &dy), &y) in dx.write().iter_mut().zip(dy.read()).zip(y.read()) {
        *dx = dy * factor(y);
    }
}
