//! The average of a whole map.

#[cfg(feature = "harness")]
mod cases;

use std::rc::Rc;

use super::Family;
use super::avg_pool2d::{self, params::AvgPool2dParams, scalar, simd};
use crate::core::error::{ShapeError, SpecError};
use crate::core::fields::Fields;
use crate::core::kernel::{Binding::*, Kernel, Pass, double, params, reference};
use crate::core::shape::Shape;
use crate::core::wgsl::{PRELUDE, SUMS};
use crate::ir::graph::{Graph, Node, ValueId};
use crate::ir::operator::{Operator, OutputSpec, Window};

/// What this folder has to offer.
pub static FAMILY: Family = Family {
    operators: &[("global_avg_pool2d", parse)],
    joins: &[],
    kernels: &[&FORWARD],
    #[cfg(feature = "harness")]
    adapters: cases::ADAPTERS,
};

/// The average of a whole map.
#[doc = include_str!("global_avg_pool2d.en.md")]
#[derive(Clone, Debug, PartialEq)]
pub struct GlobalAvgPool2d;

/// A `global_avg_pool2d` layer has no fields.
///
/// # Errors
/// None of its own.
pub fn parse(_fields: &mut Fields<'_>) -> Result<Rc<dyn Operator>, SpecError> {
    Ok(Rc::new(GlobalAvgPool2d))
}

/// One window over the whole map.
fn pooling(graph: &Graph, node: &Node) -> AvgPool2dParams {
    let (x, y) = (graph.shape(node.inputs[0]), graph.shape(node.outputs[0]));
    let [_, _, height, width] = x.nchw();
    AvgPool2dParams::new(x, y, Window { kernel_size: [height, width], ..Window::POINT })
}

impl Operator for GlobalAvgPool2d {
    fn name(&self) -> &'static str {
        "global_avg_pool2d"
    }

    fn short_name(&self) -> &'static str {
        "pool"
    }

    fn infer(&self, node: &str, inputs: &[&Shape]) -> Result<Vec<OutputSpec>, ShapeError> {
        let [n, c, _, _] = super::rank_4(node, inputs[0])?;
        Ok(vec![OutputSpec::floats(&[n, c, 1, 1])])
    }

    fn window(&self) -> Option<Window> {
        None
    }

    fn forward(&self, graph: &mut Graph, node: &Node) {
        let params = pooling(graph, node);
        graph.call(&node.name, &FORWARD, bytemuck::bytes_of(&params), &[node.inputs[0], node.outputs[0]]);
    }

    // y = mean of x    dx = dy / (h w) at every pixel    keeps nothing
    fn backward(&self, graph: &mut Graph, node: &Node, dy: ValueId, wants: &[bool]) -> Result<Vec<Option<ValueId>>, ShapeError> {
        let params = pooling(graph, node);
        Ok(vec![wants[0].then(|| avg_pool2d::gradient(graph, node, dy, &params))])
    }
}

/// x -> y. On the CPU a window like any other; on the GPU a workgroup shares it.
pub static FORWARD: Kernel = Kernel {
    name: "global_avg_pool2d.forward",
    bindings: &[Read, Write],
    scalar: reference(scalar::forward::<f32>),
    scalar_f64: double(scalar::forward::<f64>),
    simd: Some(|mut args| {
        let p: AvgPool2dParams = args.params();
        let [x, y] = args.take();
        simd::forward(&p, x.read(), y.write());
    }),
    wgsl: &[PRELUDE, SUMS, avg_pool2d::PARAMS, crate::core::wgsl::wgsl!("global_avg_pool2d.wgsl")],
    passes: &[Pass { entry: "forward", workgroups }],
    ..Kernel::BASE
};

/// One workgroup for four channels of a sample.
fn workgroups(bytes: &[u8]) -> u64 {
    let p: AvgPool2dParams = params(bytes);
    u64::from(p.batch) * u64::from(p.channel_stride / 4)
}
