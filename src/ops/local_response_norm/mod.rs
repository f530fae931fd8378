//! Local response normalization.

#[cfg(feature = "harness")]
mod cases;
pub mod params;
mod scalar;
mod simd;

use std::rc::Rc;

use self::params::LocalResponseNormParams;
use super::Family;
use crate::core::error::{ShapeError, SpecError};
use crate::core::fields::Fields;
use crate::core::kernel::{Binding::*, Kernel, Pass, double, params, reference};
use crate::core::layout::channel_stride;
use crate::core::shape::Shape;
use crate::core::wgsl::PRELUDE;
use crate::ir::graph::{Graph, Node, ValueId};
use crate::ir::operator::{Operator, OutputSpec};

/// What this folder has to offer.
pub static FAMILY: Family = Family {
    operators: &[("local_response_norm", parse)],
    joins: &[],
    kernels: &[&FORWARD, &BACKWARD],
    #[cfg(feature = "harness")]
    adapters: cases::ADAPTERS,
};

/// Local response normalization across channels.
#[doc = include_str!("local_response_norm.en.md")]
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "the names are the field's")]
pub struct LocalResponseNorm {
    pub size: usize,
    pub alpha: f64,
    pub beta: f64,
    pub k: f64,
    pub alpha_over_size: bool,
}

impl LocalResponseNorm {
    /// Reads the fields: `size`, and optionally, with PyTorch's defaults, `alpha` 1e-4, `beta` 0.75, `k` 1, `alpha_over_size` true.
    ///
    /// # Errors
    /// A field that is missing or has an impossible value.
    pub fn read(fields: &mut Fields<'_>) -> Result<Self, SpecError> {
        Ok(Self {
            size: fields.positive("size")?,
            alpha: fields.number_or("alpha", 0.0, 1e3, 1e-4)?,
            beta: fields.number_or("beta", 0.0, 10.0, 0.75)?,
            // Not 0, by which a pixel of zeros would be divided.
            k: fields.number_or("k", 1e-3, 1e3, 1.0)?,
            alpha_over_size: fields.flag_or("alpha_over_size", true)?,
        })
    }

    fn params(&self, x: &Shape) -> LocalResponseNormParams {
        let [n, c, h, w] = x.nchw();
        let scale = if self.alpha_over_size { self.alpha / self.size as f64 } else { self.alpha };
        LocalResponseNormParams {
            pixels: (n * h * w) as u32,
            channels: c as u32,
            channel_stride: channel_stride(c) as u32,
            before: (self.size / 2).min(c) as u32,
            after: ((self.size - 1) / 2).min(c) as u32,
            scale: scale as f32,
            beta: self.beta as f32,
            k: self.k as f32,
        }
    }
}

/// Reads a `local_response_norm` layer.
///
/// # Errors
/// As [`LocalResponseNorm::read`].
pub fn parse(fields: &mut Fields<'_>) -> Result<Rc<dyn Operator>, SpecError> {
    Ok(Rc::new(LocalResponseNorm::read(fields)?))
}

impl Operator for LocalResponseNorm {
    fn name(&self) -> &'static str {
        "local_response_norm"
    }

    fn short_name(&self) -> &'static str {
        "lrn"
    }

    fn infer(&self, node: &str, inputs: &[&Shape]) -> Result<Vec<OutputSpec>, ShapeError> {
        let dims = super::rank_4(node, inputs[0])?;
        let output = OutputSpec::floats(&dims);
        let denominator = OutputSpec { what: "denominator", ..output.clone() };
        Ok(vec![output, denominator])
    }

    fn forward(&self, graph: &mut Graph, node: &Node) {
        let (x, y, denominator) = (node.inputs[0], node.outputs[0], node.outputs[1]);
        let params = self.params(graph.shape(x));
        graph.call(&node.name, &FORWARD, bytemuck::bytes_of(&params), &[x, y, denominator]);
    }

    // y[c] = x[c] d[c]^-beta, d[c] = k + s * sum of x^2 over the window of c
    // dx[c] = dy[c] d[c]^-beta - 2 s beta x[c] * sum of dy[j] x[j] d[j]^(-beta - 1) over those j whose window holds c    keeps x and d
    fn backward(&self, graph: &mut Graph, node: &Node, dy: ValueId, wants: &[bool]) -> Result<Vec<Option<ValueId>>, ShapeError> {
        if !wants[0] {
            return Ok(vec![None]);
        }
        let (x, denominator) = (node.inputs[0], node.outputs[1]);
        let params = self.params(graph.shape(x));
        let dx = graph.gradient_of(x);
        graph.call(&node.name, &BACKWARD, bytemuck::bytes_of(&params), &[dy, x, denominator, dx]);
        Ok(vec![Some(dx)])
    }
}

const WGSL: &[&str] = &[PRELUDE, crate::core::wgsl::wgsl!("local_response_norm.wgsl")];

/// x -> y, denominator
pub static FORWARD: Kernel = Kernel {
    name: "local_response_norm.forward",
    bindings: &[Read, Write, Write],
    scalar: reference(scalar::forward::<f32>),
    scalar_f64: double(scalar::forward::<f64>),
    simd: Some(|mut args| {
        let p: LocalResponseNormParams = args.params();
        let [x, y, denominator] = args.take();
        simd::forward(&p, x.read(), y.write(), denominator.write(), args.scratch);
    }),
    simd_scratch: |bytes| simd::scratch_len(&params(bytes)),
    wgsl: WGSL,
    passes: &[Pass { entry: "forward", workgroups }],
    ..Kernel::BASE
};

/// dy, x, denominator -> dx
pub static BACKWARD: Kernel = Kernel {
    name: "local_response_norm.backward",
    bindings: &[Read, Read, Read, Write],
    scalar: reference(scalar::backward::<f32>),
    scalar_f64: double(scalar::backward::<f64>),
    simd: Some(|mut args| {
        let p: LocalResponseNormParams = args.params();
        let [dy, x, denominator, dx] = args.take();
        simd::backward(&p, dy.read(), x.read(), denominator.read(), dx.write(), args.scratch);
    }),
    simd_scratch: |bytes| simd::scratch_len(&params(bytes)),
    wgsl: WGSL,
    passes: &[Pass { entry: "backward", workgroups }],
    ..Kernel::BASE
};

/// One thread for four channels of a pixel.
fn workgroups(bytes: &[u8]) -> u64 {
    let p: LocalResponseNormParams = params(bytes);
    (u64::from(p.pixels) * u64::from(p.channel_stride / 4)).div_ceil(64)
}
