//! A factor and a summand for every channel.

#[cfg(feature = "harness")]
mod cases;
mod scalar;
mod simd;

use std::rc::Rc;

use bytemuck::{Pod, Zeroable};

use super::Family;
use crate::core::error::{Fix, ShapeError, SpecError};
use crate::core::fields::Fields;
use crate::core::kernel::{Binding::*, Kernel, Pass, double, params, reference};
use crate::core::layout::{Layout, channel_stride};
use crate::core::shape::Shape;
use crate::core::wgsl::{PRELUDE, SUMS};
use crate::ir::graph::{Graph, Node, ValueId};
use crate::ir::operator::{Operator, OutputSpec, ParameterSpec};

/// What this folder has to offer.
pub static FAMILY: Family = Family {
    operators: &[("channel_affine", parse)],
    joins: &[],
    kernels: &[&FORWARD, &INPUT_GRADIENT, &PARAMETER_GRADIENTS],
    #[cfg(feature = "harness")]
    adapters: cases::ADAPTERS,
};

/// A factor and a summand for every channel.
#[doc = include_str!("channel_affine.en.md")]
#[derive(Clone, Debug, PartialEq)]
pub struct ChannelAffine;

/// A `channel_affine` layer has no fields.
///
/// # Errors
/// None of its own.
pub fn parse(_fields: &mut Fields<'_>) -> Result<Rc<dyn Operator>, SpecError> {
    Ok(Rc::new(ChannelAffine))
}

/// Geometry; the same bytes as `struct ChannelAffineParams` in `channel_affine.wgsl`.
#[repr(C)]
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
pub struct ChannelAffineParams {
    /// Positions: batch times height times width.
    pub pixels: u32,
    /// Channels of a position.
    pub channels: u32,
    /// Floats from one position to the next.
    pub channel_stride: u32,
    /// 1 when a ReLU is folded in.
    pub relu: u32,
}

fn kernel_params(x: &Shape) -> ChannelAffineParams {
    let [n, c, h, w] = x.nchw();
    ChannelAffineParams { pixels: (n * h * w) as u32, channels: c as u32, channel_stride: channel_stride(c) as u32, relu: 0 }
}

impl Operator for ChannelAffine {
    fn name(&self) -> &'static str {
        "channel_affine"
    }

    fn short_name(&self) -> &'static str {
        "affine"
    }

    fn infer(&self, node: &str, inputs: &[&Shape]) -> Result<Vec<OutputSpec>, ShapeError> {
        if !matches!(inputs[0].rank(), 2 | 4) {
            let (node, shape) = (node.to_owned(), inputs[0].to_string());
            return Err(ShapeError::RankMismatch { node, needed: 4, also: Some(2), shape, fix: Fix::AfterChannels });
        }
        Ok(vec![OutputSpec::floats(inputs[0].dims())])
    }

    fn parameters(&self, inputs: &[&Shape]) -> Vec<ParameterSpec> {
        let channels = inputs[0].nchw()[1];
        ["weight", "bias"].map(|role| ParameterSpec { role, shape: Shape::new(&[channels]), layout: Layout::Channels, fan_in: 1 }).to_vec()
    }

    fn forward(&self, graph: &mut Graph, node: &Node) {
        let (x, y) = (node.inputs[0], node.outputs[0]);
        let params = kernel_params(graph.shape(x));
        graph.call(&node.name, &FORWARD, bytemuck::bytes_of(&params), &[x, node.parameters[0], node.parameters[1], y]);
    }

    // y = weight x + bias    dx = weight dy    dweight[c] = sum of dy x over the pixels    dbias[c] = sum of dy    keeps x and weight
    fn backward(&self, graph: &mut Graph, node: &Node, dy: ValueId, wants: &[bool]) -> Result<Vec<Option<ValueId>>, ShapeError> {
        let (x, weight, bias) = (node.inputs[0], node.parameters[0], node.parameters[1]);
        let params = kernel_params(graph.shape(x));
        let params = bytemuck::bytes_of(&params);
        let mut gradients = vec![None; 3];
        if wants[1] || wants[2] {
            let (dweight, dbias) = (graph.gradient_of(weight), graph.gradient_of(bias));
            graph.call(&node.name, &PARAMETER_GRADIENTS, params, &[dy, x, dweight, dbias]);
            gradients[1..].copy_from_slice(&[Some(dweight), Some(dbias)]);
        }
        if wants[0] {
            let dx = graph.gradient_of(x);
            graph.call(&node.name, &INPUT_GRADIENT, params, &[dy, weight, dx]);
            gradients[0] = Some(dx);
        }
        Ok(gradients)
    }
}

const WGSL: &[&str] = &[PRELUDE, SUMS, crate::core::wgsl::wgsl!("channel_affine.wgsl")];

fn set_relu(bytes: &mut [u8], relu: u32) {
    let mut p: ChannelAffineParams = params(bytes);
    p.relu = relu;
    bytes.copy_from_slice(bytemuck::bytes_of(&p));
}

/// x, weight, bias -> y
pub static FORWARD: Kernel = Kernel {
    name: "channel_affine.forward",
    bindings: &[Read, Read, Read, Write],
    scalar: reference(scalar::forward::<f32>),
    scalar_f64: double(scalar::forward::<f64>),
    simd: Some(|mut args| {
        let p: ChannelAffineParams = args.params();
        let [x, weight, bias, y] = args.take();
        simd::forward(&p, x.read(), weight.read(), bias.read(), y.write());
    }),
    wgsl: WGSL,
    passes: &[Pass { entry: "forward", workgroups: pixel_workgroups }],
    fuse_relu: Some(set_relu),
    ..Kernel::BASE
};

/// dy, weight -> dx
pub static INPUT_GRADIENT: Kernel = Kernel {
    name: "channel_affine.input_gradient",
    bindings: &[Read, Read, Write],
    scalar: reference(scalar::input_gradient::<f32>),
    scalar_f64: double(scalar::input_gradient::<f64>),
    simd: Some(|mut args| {
        let p: ChannelAffineParams = args.params();
        let [dy, weight, dx] = args.take();
        simd::input_gradient(&p, dy.read(), weight.read(), dx.write());
    }),
    wgsl: WGSL,
    passes: &[Pass { entry: "input_gradient", workgroups: pixel_workgroups }],
    ..Kernel::BASE
};

/// dy, x -> dweight, dbias
pub static PARAMETER_GRADIENTS: Kernel = Kernel {
    name: "channel_affine.parameter_gradients",
    bindings: &[Read, Read, Write, Write],
    scalar: reference(scalar::parameter_gradients::<f32>),
    scalar_f64: double(scalar::parameter_gradients::<f64>),
    simd: Some(|mut args| {
        let p: ChannelAffineParams = args.params();
        let [dy, x, dweight, dbias] = args.take();
        simd::parameter_gradients(&p, dy.read(), x.read(), dweight.write(), dbias.write());
    }),
    wgsl: WGSL,
    passes: &[Pass {
        entry: "parameter_gradients",
        workgroups: |bytes| u64::from(params::<ChannelAffineParams>(bytes).channel_stride / 4),
    }],
    ..Kernel::BASE
};

/// One thread for four channels of a pixel.
fn pixel_workgroups(bytes: &[u8]) -> u64 {
    let p: ChannelAffineParams = params(bytes);
    (u64::from(p.pixels) * u64::from(p.channel_stride / 4)).div_ceil(64)
}
