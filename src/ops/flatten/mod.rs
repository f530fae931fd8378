//! From maps to a row of features.

#[cfg(feature = "harness")]
mod cases;

use std::rc::Rc;

use bytemuck::{Pod, Zeroable};

use super::Family;
use crate::core::error::{Fix, Part, ShapeError, SpecError};
use crate::core::fields::Fields;
use crate::core::kernel::{Args, Binding::*, Kernel, Map, MapMut, Pass, Real, double, params};
use crate::core::layout::channel_stride;
use crate::core::shape::Shape;
use crate::core::wgsl::PRELUDE;
use crate::ir::graph::{Graph, Node, ValueId};
use crate::ir::operator::{Operator, OutputSpec, Window};

/// What this folder has to offer.
pub static FAMILY: Family = Family {
    operators: &[("flatten", parse)],
    joins: &[],
    kernels: &[&FORWARD, &BACKWARD],
    #[cfg(feature = "harness")]
    adapters: cases::ADAPTERS,
};

/// From maps to a row of features.
#[doc = include_str!("flatten.en.md")]
#[derive(Clone, Debug, PartialEq)]
pub struct Flatten;

/// A `flatten` layer has no fields.
///
/// # Errors
/// None of its own.
pub fn parse(_fields: &mut Fields<'_>) -> Result<Rc<dyn Operator>, SpecError> {
    Ok(Rc::new(Flatten))
}

/// Geometry; the same bytes as `struct FlattenParams` in `flatten.wgsl`.
#[repr(C)]
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[expect(missing_docs, reason = "the names are the field's")]
pub struct FlattenParams {
    pub batch: u32,
    pub channels: u32,
    pub height: u32,
    pub width: u32,
    /// Floats from one pixel of the maps to the next.
    pub channel_stride: u32,
    /// Floats from one row of features to the next.
    pub feature_stride: u32,
    /// Uniform structs are multiples of 16 bytes.
    pub unused: [u32; 2],
}

impl Flatten {
    fn params(&self, x: &Shape) -> FlattenParams {
        let [batch, channels, height, width] = x.nchw();
        FlattenParams {
            batch: batch as u32,
            channels: channels as u32,
            height: height as u32,
            width: width as u32,
            channel_stride: channel_stride(channels) as u32,
            feature_stride: channel_stride(channels * height * width) as u32,
            unused: [0; 2],
        }
    }
}

impl Operator for Flatten {
    fn name(&self) -> &'static str {
        "flatten"
    }

    fn short_name(&self) -> &'static str {
        "flatten"
    }

    fn infer(&self, node: &str, inputs: &[&Shape]) -> Result<Vec<OutputSpec>, ShapeError> {
        let (n, features) = match inputs[0].dims() {
            [n, features @ ..] if matches!(features.len(), 1 | 3) => (n, features),
            _ => {
                let (node, shape) = (node.to_owned(), inputs[0].to_string());
                return Err(ShapeError::RankMismatch { node, needed: 4, also: Some(2), shape, fix: Fix::AfterMaps });
            }
        };
        let overflow = || ShapeError::SizeOverflow { node: node.to_owned(), what: Part::FeatureRow };
        let count = Shape::new(features).checked_count().ok_or_else(overflow)?;
        Ok(vec![OutputSpec::floats(&[*n, count])])
    }

    fn window(&self) -> Option<Window> {
        None
    }

    fn forward(&self, graph: &mut Graph, node: &Node) {
        let params = self.params(graph.shape(node.inputs[0]));
        graph.call(&node.name, &FORWARD, bytemuck::bytes_of(&params), &[node.inputs[0], node.outputs[0]]);
    }

    // y = x in another order    dx = dy in the first order    keeps nothing
    fn backward(&self, graph: &mut Graph, node: &Node, dy: ValueId, wants: &[bool]) -> Result<Vec<Option<ValueId>>, ShapeError> {
        if !wants[0] {
            return Ok(vec![None]);
        }
        let params = self.params(graph.shape(node.inputs[0]));
        let dx = graph.gradient_of(node.inputs[0]);
        graph.call(&node.name, &BACKWARD, bytemuck::bytes_of(&params), &[dy, dx]);
        Ok(vec![Some(dx)])
    }
}

const WGSL: &[&str] = &[PRELUDE, crate::core::wgsl::wgsl!("flatten.wgsl")];

/// x -> y
pub static FORWARD: Kernel = Kernel {
    name: "flatten.forward",
    bindings: &[Read, Write],
    scalar: forward::<f32>,
    scalar_f64: double(forward::<f64>),
    wgsl: WGSL,
    passes: &[Pass { entry: "forward", workgroups: forward_workgroups }],
    ..Kernel::BASE
};

/// dy -> dx
pub static BACKWARD: Kernel = Kernel {
    name: "flatten.backward",
    bindings: &[Read, Write],
    scalar: backward::<f32>,
    scalar_f64: double(backward::<f64>),
    wgsl: WGSL,
    passes: &[Pass { entry: "backward", workgroups: backward_workgroups }],
    ..Kernel::BASE
};

/// One thread for four features.
fn forward_workgroups(bytes: &[u8]) -> u64 {
    let p: FlattenParams = params(bytes);
    (u64::from(p.batch) * u64::from(p.feature_stride / 4)).div_ceil(64)
}

/// One thread for four channels of a pixel.
fn backward_workgroups(bytes: &[u8]) -> u64 {
    let p: FlattenParams = params(bytes);
    (u64::from(p.batch) * u64::from(p.height) * u64::from(p.width) * u64::from(p.channel_stride / 4)).div_ceil(64)
}

/// Calls `visit(n, c, h, w, feature)` for every value.
fn for_each(p: &FlattenParams, mut visit: impl FnMut(usize, usize, usize, usize, usize)) {
    for n in 0..p.batch as usize {
        let mut feature = 0;
        for c in 0..p.channels as usize {
            for h in 0..p.height as usize {
                for w in 0..p.width as usize {
                    visit(n, c, h, w, feature);
                    feature += 1;
                }
            }
        }
    }
}

fn forward<T: Real>(mut args: Args<'_, T>) {
    let p: FlattenParams = args.params();
    let [x, y] = args.take();
    let x = Map::new(x.read(), p.channels, p.height, p.width);
    let mut y = MapMut::zeroed(y.write(), p.channels * p.height * p.width, 1, 1);
    for_each(&p, |n, c, h, w, feature| *y.at(n, feature, 0, 0) = x.at(n, c, h, w));
}

fn backward<T: Real>(mut args: Args<'_, T>) {
    let p: FlattenParams = args.params();
    let [dy, dx] = args.take();
    let dy = Map::new(dy.read(), p.channels * p.height * p.width, 1, 1);
    let mut dx = MapMut::zeroed(dx.write(), p.channels, p.height, p.width);
    for_each(&p, |n, c, h, w, feature| *dx.at(n, c, h, w) = dy.at(n, feature, 0, 0));
}
