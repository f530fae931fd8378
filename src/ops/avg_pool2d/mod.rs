//! Two-dimensional average pooling, and the kernels of all averages over windows.

#[cfg(feature = "harness")]
mod cases;
pub mod params;
pub(super) mod scalar;
pub(super) mod simd;

use std::rc::Rc;

use self::params::AvgPool2dParams;
use super::Family;
use crate::core::error::{Part, ShapeError, SpecError};
use crate::core::fields::Fields;
use crate::core::kernel::{Binding::*, Kernel, Pass, double, params, reference};
use crate::core::shape::Shape;
use crate::core::wgsl::PRELUDE;
use crate::ir::graph::{Graph, Node, ValueId};
use crate::ir::operator::{Operator, OutputSpec, Window};

/// What this folder has to offer.
pub static FAMILY: Family = Family {
    operators: &[("avg_pool2d", parse)],
    joins: &[],
    kernels: &[&FORWARD, &BACKWARD],
    #[cfg(feature = "harness")]
    adapters: cases::ADAPTERS,
};

/// Average pooling.
#[doc = include_str!("avg_pool2d.en.md")]
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "the names are the field's")]
pub struct AvgPool2d {
    /// Its dilation is 1: average pooling has none.
    pub window: Window,
    pub ceil_mode: bool,
    pub count_include_pad: bool,
    pub divisor_override: Option<usize>,
}

/// Reads the fields of an `avg_pool2d` layer: `kernel_size`, and optionally `stride` (as the kernel), `padding` 0, `ceil_mode` false,
/// `count_include_pad` true, `divisor_override`.
///
/// # Errors
/// A field that is missing or has an impossible value.
pub fn parse(fields: &mut Fields<'_>) -> Result<Rc<dyn Operator>, SpecError> {
    let kernel_size = fields.pair("kernel_size", 1, None)?;
    Ok(Rc::new(AvgPool2d::read(fields, kernel_size)?))
}

impl AvgPool2d {
    /// The fields besides the kernel's size.
    pub(crate) fn read(fields: &mut Fields<'_>, kernel_size: [usize; 2]) -> Result<Self, SpecError> {
        let (stride, padding) = (fields.pair_or("stride", 1, kernel_size)?, fields.pair("padding", 0, Some(0))?);
        let divisor = fields.positive_or("divisor_override", 0)?;
        Ok(Self {
            window: Window { kernel_size, stride, padding, dilation: [1; 2] },
            ceil_mode: fields.flag_or("ceil_mode", false)?,
            count_include_pad: fields.flag_or("count_include_pad", true)?,
            divisor_override: (divisor > 0).then_some(divisor),
        })
    }

    fn params(&self, x: &Shape, y: &Shape) -> AvgPool2dParams {
        AvgPool2dParams {
            divisor: self.divisor_override.unwrap_or(0) as u32,
            count_include_pad: self.count_include_pad.into(),
            ..AvgPool2dParams::new(x, y, self.window)
        }
    }
}

impl Operator for AvgPool2d {
    fn name(&self) -> &'static str {
        "avg_pool2d"
    }

    fn short_name(&self) -> &'static str {
        "pool"
    }

    fn infer(&self, node: &str, inputs: &[&Shape]) -> Result<Vec<OutputSpec>, ShapeError> {
        let [n, c, height, width] = super::rank_4(node, inputs[0])?;
        let [kernel_height, kernel_width] = self.window.kernel_size;
        if kernel_height.checked_mul(kernel_width).is_none_or(|size| size > i32::MAX as usize) {
            return Err(ShapeError::SizeOverflow { node: node.to_owned(), what: Part::Window });
        }
        let [out_height, out_width] = self.window.pooled_size(node, [height, width], self.ceil_mode)?;
        Ok(vec![OutputSpec::floats(&[n, c, out_height, out_width])])
    }

    fn window(&self) -> Option<Window> {
        Some(self.window)
    }

    fn forward(&self, graph: &mut Graph, node: &Node) {
        let params = self.params(graph.shape(node.inputs[0]), graph.shape(node.outputs[0]));
        graph.call(&node.name, &FORWARD, bytemuck::bytes_of(&params), &[node.inputs[0], node.outputs[0]]);
    }

    // y = sum of x over the window / divisor    dx = sum over the windows that hold it of dy / divisor    keeps nothing
    fn backward(&self, graph: &mut Graph, node: &Node, dy: ValueId, wants: &[bool]) -> Result<Vec<Option<ValueId>>, ShapeError> {
        let params = self.params(graph.shape(node.inputs[0]), graph.shape(node.outputs[0]));
        Ok(vec![wants[0].then(|| gradient(graph, node, dy, &params))])
    }
}

/// Adds the gradient of an average over windows.
pub(super) fn gradient(graph: &mut Graph, node: &Node, dy: ValueId, params: &AvgPool2dParams) -> ValueId {
    let dx = graph.gradient_of(node.inputs[0]);
    graph.call(&node.name, &BACKWARD, bytemuck::bytes_of(params), &[dy, dx]);
    dx
}

/// The params of the averaging kernels, for WGSL.
pub(super) const PARAMS: &str = crate::core::wgsl::wgsl!("params.wgsl");

const WGSL: &[&str] = &[PRELUDE, PARAMS, crate::core::wgsl::wgsl!("avg_pool2d.wgsl")];

/// x -> y
pub static FORWARD: Kernel = Kernel {
    name: "avg_pool2d.forward",
    bindings: &[Read, Write],
    scalar: reference(scalar::forward::<f32>),
    scalar_f64: double(scalar::forward::<f64>),
    simd: Some(|mut args| {
        let p: AvgPool2dParams = args.params();
        let [x, y] = args.take();
        simd::forward(&p, x.read(), y.write());
    }),
    wgsl: WGSL,
    passes: &[Pass { entry: "forward", workgroups: forward_workgroups }],
    ..Kernel::BASE
};

/// dy -> dx
pub static BACKWARD: Kernel = Kernel {
    name: "avg_pool2d.backward",
    bindings: &[Read, Write],
    scalar: reference(scalar::backward::<f32>),
    scalar_f64: double(scalar::backward::<f64>),
    simd: Some(|mut args| {
        let p: AvgPool2dParams = args.params();
        let [dy, dx] = args.take();
        simd::backward(&p, dy.read(), dx.write());
    }),
    wgsl: WGSL,
    passes: &[Pass { entry: "backward", workgroups: backward_workgroups }],
    ..Kernel::BASE
};

/// One thread for four channels of an output pixel.
fn forward_workgroups(bytes: &[u8]) -> u64 {
    let p: AvgPool2dParams = params(bytes);
    threads(&p, p.output).div_ceil(64)
}

/// One thread for four channels of an input pixel.
fn backward_workgroups(bytes: &[u8]) -> u64 {
    let p: AvgPool2dParams = params(bytes);
    threads(&p, p.input).div_ceil(64)
}

fn threads(p: &AvgPool2dParams, [height, width]: [u32; 2]) -> u64 {
    u64::from(p.batch) * u64::from(height) * u64::from(width) * u64::from(p.channel_stride / 4)
}
