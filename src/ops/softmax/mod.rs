//! Softmax and its logarithm, over the channels.

#[cfg(feature = "harness")]
mod cases;

use std::rc::Rc;

use bytemuck::{Pod, Zeroable};

use super::Family;
use crate::core::error::{Fix, ShapeError, SpecError};
use crate::core::fields::Fields;
use crate::core::kernel::{Args, Binding::*, Kernel, Map, MapMut, Pass, Real, double, params};
use crate::core::layout::channel_stride;
use crate::core::shape::Shape;
use crate::core::wgsl::PRELUDE;
use crate::ir::graph::{Graph, Node, ValueId};
use crate::ir::operator::{Operator, OutputSpec};

/// What this folder has to offer.
pub static FAMILY: Family = Family {
    operators: &[("log_softmax", parse_log), ("softmax", parse)],
    joins: &[],
    kernels: &[&FORWARD, &BACKWARD],
    #[cfg(feature = "harness")]
    adapters: cases::ADAPTERS,
};

/// Softmax over the channels of each position, or its logarithm.
#[doc = include_str!("softmax.en.md")]
#[doc = include_str!("log_softmax.en.md")]
#[derive(Clone, Debug, PartialEq)]
pub struct Softmax {
    /// Whether the result is the logarithm.
    pub logarithm: bool,
}

/// A `softmax` layer has no fields.
///
/// # Errors
/// None of its own.
pub fn parse(_fields: &mut Fields<'_>) -> Result<Rc<dyn Operator>, SpecError> {
    Ok(Rc::new(Softmax { logarithm: false }))
}

/// A `log_softmax` layer has no fields.
///
/// # Errors
/// None of its own.
pub fn parse_log(_fields: &mut Fields<'_>) -> Result<Rc<dyn Operator>, SpecError> {
    Ok(Rc::new(Softmax { logarithm: true }))
}

/// Geometry; the same bytes as `struct SoftmaxParams` in `softmax.wgsl`.
#[repr(C)]
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
pub struct SoftmaxParams {
    /// Positions: batch times height times width.
    pub rows: u32,
    /// Classes.
    pub channels: u32,
    /// Floats from one position to the next.
    pub channel_stride: u32,
    /// 1 for the logarithm.
    pub logarithm: u32,
}

impl Softmax {
    /// The kernels' params for an input of this shape.
    pub fn params(&self, x: &Shape) -> SoftmaxParams {
        let [n, c, h, w] = x.nchw();
        SoftmaxParams {
            rows: (n * h * w) as u32,
            channels: c as u32,
            channel_stride: channel_stride(c) as u32,
            logarithm: self.logarithm.into(),
        }
    }
}

impl Operator for Softmax {
    fn name(&self) -> &'static str {
        if self.logarithm { "log_softmax" } else { "softmax" }
    }

    fn short_name(&self) -> &'static str {
        self.name()
    }

    fn infer(&self, node: &str, inputs: &[&Shape]) -> Result<Vec<OutputSpec>, ShapeError> {
        if !matches!(inputs[0].rank(), 2 | 4) {
            let (node, shape) = (node.to_owned(), inputs[0].to_string());
            return Err(ShapeError::RankMismatch { node, needed: 2, also: Some(4), shape, fix: Fix::AfterChannels });
        }
        Ok(vec![OutputSpec::floats(inputs[0].dims())])
    }

    fn hides_infinity(&self) -> bool {
        true
    }

    fn forward(&self, graph: &mut Graph, node: &Node) {
        let params = self.params(graph.shape(node.inputs[0]));
        graph.call(&node.name, &FORWARD, bytemuck::bytes_of(&params), &[node.inputs[0], node.outputs[0]]);
    }

    // dx = y (dy - sum of dy y)    logarithm: dx = dy - exp(y) sum of dy    keeps y
    fn backward(&self, graph: &mut Graph, node: &Node, dy: ValueId, wants: &[bool]) -> Result<Vec<Option<ValueId>>, ShapeError> {
        if !wants[0] {
            return Ok(vec![None]);
        }
        let params = self.params(graph.shape(node.inputs[0]));
        let dx = graph.gradient_of(node.inputs[0]);
        graph.call(&node.name, &BACKWARD, bytemuck::bytes_of(&params), &[dy, node.outputs[0], dx]);
        Ok(vec![Some(dx)])
    }
}

const WGSL: &[&str] = &[PRELUDE, crate::core::wgsl::wgsl!("softmax.wgsl")];

/// x -> y
pub static FORWARD: Kernel = Kernel {
    name: "softmax.forward",
    bindings: &[Read, Write],
    scalar: forward::<f32>,
    scalar_f64: double(forward::<f64>),
    wgsl: WGSL,
    passes: &[Pass { entry: "forward", workgroups }],
    ..Kernel::BASE
};

/// dy, y -> dx
pub static BACKWARD: Kernel = Kernel {
    name: "softmax.backward",
    bindings: &[Read, Read, Write],
    scalar: backward::<f32>,
    scalar_f64: double(backward::<f64>),
    wgsl: WGSL,
    passes: &[Pass { entry: "backward", workgroups }],
    ..Kernel::BASE
};

/// One thread for a row.
fn workgroups(bytes: &[u8]) -> u64 {
    let p: SoftmaxParams = params(bytes);
    u64::from(p.rows).div_ceil(64)
}

fn forward<T: Real>(mut args: Args<'_, T>) {
    let p: SoftmaxParams = args.params();
    let [x, y] = args.take();
    let (x, mut y) = (Map::new(x.read(), p.channels, 1, 1), MapMut::zeroed(y.write(), p.channels, 1, 1));
    let channels = p.channels as usize;
    for row in 0..p.rows as usize {
        let largest = (0..channels).map(|c| x.at(row, c, 0, 0)).fold(T::neg_infinity(), T::max);
        let sum = (0..channels).map(|c| (x.at(row, c, 0, 0) - largest).exp()).sum::<T>();
        for c in 0..channels {
            let above = x.at(row, c, 0, 0) - largest;
            *y.at(row, c, 0, 0) = if p.logarithm == 1 { above - sum.ln() } else { above.exp() / sum };
        }
    }
}

fn backward<T: Real>(mut args: Args<'_, T>) {
    let p: SoftmaxParams = args.params();
    let [dy, y, dx] = args.take();
    let (dy, y) = (Map::new(dy.read(), p.channels, 1, 1), Map::new(y.read(), p.channels, 1, 1));
    let mut dx = MapMut::zeroed(dx.write(), p.channels, 1, 1);
    let channels = p.channels as usize;
    for row in 0..p.rows as usize {
        let at = |c| (dy.at(row, c, 0, 0), y.at(row, c, 0, 0));
        if p.logarithm == 1 {
            let sum = (0..channels).map(|c| at(c).0).sum::<T>();
            (0..channels).for_each(|c| *dx.at(row, c, 0, 0) = at(c).0 - at(c).1.exp() * sum);
        } else {
            let sum = (0..channels).map(|c| at(c).0 * at(c).1).sum::<T>();
            (0..channels).for_each(|c| *dx.at(row, c, 0, 0) = at(c).1 * (at(c).0 - sum));
        }
    }
}
