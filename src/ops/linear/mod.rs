//! The fully connected layer.

#[cfg(feature = "harness")]
mod cases;
pub mod params;
mod scalar;
mod simd;

use std::rc::Rc;

use self::params::LinearParams;
use super::{Family, GRADIENT, RECTIFIED_GRADIENT, relu};
use crate::core::error::{Fix, ShapeError, SpecError};
use crate::core::fields::Fields;
use crate::core::kernel::{Binding::*, Kernel, Pass, double, params, reference};
use crate::core::layout::{Layout, channel_stride};
use crate::core::shape::Shape;
use crate::core::wgsl::{PRELUDE, SUMS};
use crate::ir::graph::{Graph, Node, ValueId};
use crate::ir::operator::{Operator, OutputSpec, ParameterSpec, Window};

/// What this folder has to offer.
pub static FAMILY: Family = Family {
    operators: &[("linear", parse)],
    joins: &[],
    kernels: &[&FORWARD, &INPUT_GRADIENT, &INPUT_GRADIENT_RELU, &WEIGHT_GRADIENT, &PARAMETER_GRADIENTS],
    #[cfg(feature = "harness")]
    adapters: cases::ADAPTERS,
};

/// The fully connected layer.
#[doc = include_str!("linear.en.md")]
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "the names are the field's")]
pub struct Linear {
    pub out_features: usize,
    pub bias: bool,
}

/// Reads the fields of a `linear` layer: `out_features`, and optionally `bias` true.
///
/// # Errors
/// A field that is missing or has an impossible value.
pub fn parse(fields: &mut Fields<'_>) -> Result<Rc<dyn Operator>, SpecError> {
    Ok(Rc::new(Linear { out_features: fields.positive("out_features")?, bias: fields.flag_or("bias", true)? }))
}

impl Linear {
    fn params(&self, x: &Shape) -> LinearParams {
        let [batch, in_features, ..] = x.nchw();
        LinearParams {
            batch: batch as u32,
            in_features: in_features as u32,
            in_stride: channel_stride(in_features) as u32,
            out_features: self.out_features as u32,
            out_stride: channel_stride(self.out_features) as u32,
            has_bias: self.bias.into(),
            relu: 0,
            unused: 0,
        }
    }
}

impl Operator for Linear {
    fn name(&self) -> &'static str {
        "linear"
    }

    fn short_name(&self) -> &'static str {
        "fc"
    }

    fn infer(&self, node: &str, inputs: &[&Shape]) -> Result<Vec<OutputSpec>, ShapeError> {
        let [n, _] = *inputs[0].dims() else {
            let (node, shape) = (node.to_owned(), inputs[0].to_string());
            return Err(ShapeError::RankMismatch { node, needed: 2, also: None, shape, fix: Fix::FlattenBefore });
        };
        Ok(vec![OutputSpec::floats(&[n, self.out_features])])
    }

    fn parameters(&self, inputs: &[&Shape]) -> Vec<ParameterSpec> {
        let [_, in_features, ..] = inputs[0].nchw();
        let weight = ParameterSpec {
            role: "weight",
            shape: Shape::new(&[self.out_features, in_features]),
            layout: Layout::LinearWeight,
            fan_in: in_features,
        };
        let bias = ParameterSpec { role: "bias", shape: Shape::new(&[self.out_features]), layout: Layout::Channels, fan_in: in_features };
        if self.bias { vec![weight, bias] } else { vec![weight] }
    }

    fn macs(&self, inputs: &[&Shape], _output: &Shape) -> u64 {
        (inputs[0].count() as u64).saturating_mul(self.out_features as u64)
    }

    fn window(&self) -> Option<Window> {
        None
    }

    fn forward(&self, graph: &mut Graph, node: &Node) {
        let (x, y, weight) = (node.inputs[0], node.outputs[0], node.parameters[0]);
        let bias = node.parameters.get(1).copied().unwrap_or(weight);
        let params = self.params(graph.shape(x));
        graph.call(&node.name, &FORWARD, bytemuck::bytes_of(&params), &[x, weight, bias, y]);
    }

    // y = x weight^T + bias    dx = dy weight    dweight = dy^T x    dbias[o] = sum over n of dy[n,o]    keeps x and weight
    fn backward(&self, graph: &mut Graph, node: &Node, dy: ValueId, wants: &[bool]) -> Result<Vec<Option<ValueId>>, ShapeError> {
        let (x, weight) = (node.inputs[0], node.parameters[0]);
        let params = self.params(graph.shape(x));
        let params = bytemuck::bytes_of(&params);
        let mut gradients = vec![None; 1 + node.parameters.len()];
        if wants[1] {
            let dweight = graph.gradient_of(weight);
            gradients[1] = Some(dweight);
            if self.bias {
                let dbias = graph.gradient_of(node.parameters[1]);
                gradients[2] = Some(dbias);
                graph.call(&node.name, &PARAMETER_GRADIENTS, params, &[x, dy, dweight, dbias]);
            } else {
                graph.call(&node.name, &WEIGHT_GRADIENT, params, &[x, dy, dweight]);
            }
        }
        if wants[0] {
            let dx = graph.gradient_of(x);
            graph.call(&node.name, &INPUT_GRADIENT, params, &[dy, weight, dx]);
            gradients[0] = Some(dx);
        }
        Ok(gradients)
    }
}

const PARAMS: &str = crate::core::wgsl::wgsl!("params.wgsl");
const WGSL: &[&str] = &[PRELUDE, SUMS, PARAMS, crate::core::wgsl::wgsl!("linear.wgsl")];
const INPUT_GRADIENT_WGSL: &str = crate::core::wgsl::wgsl!("input_gradient.wgsl");

fn set_relu(bytes: &mut [u8], relu: u32) {
    let mut p: LinearParams = params(bytes);
    p.relu = relu;
    bytes.copy_from_slice(bytemuck::bytes_of(&p));
}

/// x, weight, bias (any buffer when `has_bias` is 0) -> y
pub static FORWARD: Kernel = Kernel {
    name: "linear.forward",
    bindings: &[Read, Read, Read, Write],
    scalar: reference(scalar::forward::<f32>),
    scalar_f64: double(scalar::forward::<f64>),
    simd: Some(|mut args| {
        let p: LinearParams = args.params();
        let [x, weight, bias, y] = args.take();
        simd::forward(&p, x.read(), weight.read(), bias.read(), y.write(), args.scratch);
    }),
    simd_scratch: |bytes| simd::forward_scratch_len(&params(bytes)),
    wgsl: WGSL,
    passes: &[Pass { entry: "forward", workgroups: forward_workgroups }],
    fuse_relu: Some(set_relu),
    ..Kernel::BASE
};

/// dy, weight -> dx
pub static INPUT_GRADIENT: Kernel = Kernel {
    name: "linear.input_gradient",
    bindings: &[Read, Read, Write],
    scalar: reference(scalar::input_gradient::<f32>),
    scalar_f64: double(scalar::input_gradient::<f64>),
    simd: Some(|mut args| {
        let p: LinearParams = args.params();
        let [dy, weight, dx] = args.take();
        simd::input_gradient(&p, dy.read(), weight.read(), dx.write(), args.scratch);
    }),
    simd_scratch: |bytes| simd::input_gradient_scratch_len(&params(bytes)),
    wgsl: &[PRELUDE, PARAMS, GRADIENT, INPUT_GRADIENT_WGSL],
    passes: &[Pass { entry: "input_gradient", workgroups: input_gradient_workgroups }],
    with_relu: Some(&INPUT_GRADIENT_RELU),
    ..Kernel::BASE
};

/// dy, weight, x -> dx where x, a ReLU's output, is positive.
pub static INPUT_GRADIENT_RELU: Kernel = Kernel {
    name: "linear.input_gradient_relu",
    bindings: &[Read, Read, Read, Write],
    scalar: reference(|args| relu::masked(args, scalar::input_gradient::<f32>)),
    scalar_f64: double(|args| relu::masked(args, scalar::input_gradient::<f64>)),
    simd: Some(|mut args| {
        let p: LinearParams = args.params();
        let [dy, weight, x, dx] = args.take();
        let dx = dx.write();
        simd::input_gradient(&p, dy.read(), weight.read(), dx, args.scratch);
        relu::simd::mask(dx, x.read());
    }),
    simd_scratch: |bytes| simd::input_gradient_scratch_len(&params(bytes)),
    wgsl: &[PRELUDE, PARAMS, RECTIFIED_GRADIENT, INPUT_GRADIENT_WGSL],
    passes: &[Pass { entry: "input_gradient", workgroups: input_gradient_workgroups }],
    ..Kernel::BASE
};

/// x, dy -> dweight
pub static WEIGHT_GRADIENT: Kernel = Kernel {
    name: "linear.weight_gradient",
    bindings: &[Read, Read, Write],
    scalar: reference(scalar::weight_gradient::<f32>),
    scalar_f64: double(scalar::weight_gradient::<f64>),
    simd: Some(|mut args| {
        let p: LinearParams = args.params();
        let [x, dy, dweight] = args.take();
        simd::weight_gradient(&p, x.read(), dy.read(), dweight.write(), args.scratch);
    }),
    simd_scratch: |bytes| simd::weight_gradient_scratch_len(&params(bytes)),
    wgsl: WGSL,
    passes: &[Pass { entry: "weight_gradient", workgroups: weight_gradient_workgroups }],
    ..Kernel::BASE
};

/// x, dy -> dweight, dbias: both in the same dispatch.
pub static PARAMETER_GRADIENTS: Kernel = Kernel {
    name: "linear.parameter_gradients",
    bindings: &[Read, Read, Write, Write],
    scalar: reference(scalar::parameter_gradients::<f32>),
    scalar_f64: double(scalar::parameter_gradients::<f64>),
    simd: Some(|mut args| {
        let p: LinearParams = args.params();
        let [x, dy, dweight, dbias] = args.take();
        let dy = dy.read();
        simd::weight_gradient(&p, x.read(), dy, dweight.write(), args.scratch);
        simd::bias_gradient(&p, dy, dbias.write());
    }),
    simd_scratch: |bytes| simd::weight_gradient_scratch_len(&params(bytes)),
    wgsl: WGSL,
    passes: &[Pass { entry: "parameter_gradients", workgroups: parameter_gradients_workgroups }],
    ..Kernel::BASE
};

/// One thread for four output features of four samples.
fn forward_workgroups(bytes: &[u8]) -> u64 {
    let p: LinearParams = params(bytes);
    (u64::from(p.batch.div_ceil(4)) * u64::from(p.out_stride / 4)).div_ceil(64)
}

/// One thread for four input features of four samples.
fn input_gradient_workgroups(bytes: &[u8]) -> u64 {
    let p: LinearParams = params(bytes);
    (u64::from(p.batch.div_ceil(4)) * u64::from(p.in_stride / 4)).div_ceil(64)
}

/// One thread for four input features of eight output features.
fn weight_gradient_threads(p: &LinearParams) -> u64 {
    u64::from(p.in_stride / 4) * u64::from((p.out_stride / 4).div_ceil(2))
}

fn weight_gradient_workgroups(bytes: &[u8]) -> u64 {
    weight_gradient_threads(&params(bytes)).div_ceil(64)
}

/// The same, and one thread for four output features.
fn parameter_gradients_workgroups(bytes: &[u8]) -> u64 {
    let p: LinearParams = params(bytes);
    (weight_gradient_threads(&p) + u64::from(p.out_stride / 4)).div_ceil(64)
}
