//! Batch normalization of maps.

#[cfg(feature = "harness")]
mod cases;
pub mod params;
mod scalar;
mod simd;

use std::rc::Rc;

use self::params::BatchNorm2dParams;
use super::{Family, Operator, OutputSpec, PRELUDE, ParameterSpec, StatisticSpec};
use crate::error::{ShapeError, SpecError};
use crate::graph::{Graph, Node, Role, ValueId};
use crate::kernel::{Binding::*, Kernel, Pass, double, params, reference};
use crate::layout::{Layout, channel_stride};
use crate::network::fields::Fields;
use crate::shape::Shape;

/// What this folder has to offer.
pub static FAMILY: Family = Family {
    operators: &[("batch_norm2d", parse)],
    kernels: &[&BATCH_STATISTICS, &RUNNING_STATISTICS, &NORMALIZE, &PARAMETER_GRADIENTS, &INPUT_GRADIENT],
    #[cfg(feature = "harness")]
    adapters: cases::ADAPTERS,
};

/// Batch normalization.
#[doc = include_str!("batch_norm2d.en.md")]
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "the names are the field's")]
pub struct BatchNorm2d {
    pub eps: f64,
    pub momentum: f64,
    pub affine: bool,
}

/// Reads the fields of a `batch_norm2d` layer, all optional: `eps` 1e-5, `momentum` 0.1, `affine` true.
///
/// # Errors
/// A field that has an impossible value.
pub fn parse(fields: &mut Fields<'_>) -> Result<Rc<dyn Operator>, SpecError> {
    Ok(Rc::new(BatchNorm2d {
        eps: fields.number_or("eps", 1e-12, 1.0, 1e-5)?,
        momentum: fields.number_or("momentum", 0.0, 1.0, 0.1)?,
        affine: fields.flag_or("affine", true)?,
    }))
}

impl BatchNorm2d {
    fn params(&self, x: &Shape, training: bool) -> BatchNorm2dParams {
        let [n, c, h, w] = x.nchw();
        BatchNorm2dParams {
            pixels: (n * h * w) as u32,
            channels: c as u32,
            channel_stride: channel_stride(c) as u32,
            training: training.into(),
            eps: self.eps as f32,
            momentum: self.momentum as f32,
            relu: 0,
            unused: 0,
        }
    }

    /// gamma and beta: the node's parameters, or constants that stand for them.
    fn factors(&self, graph: &mut Graph, node: &Node) -> [ValueId; 2] {
        if let [gamma, beta] = *node.parameters {
            return [gamma, beta];
        }
        let channels = Shape::new(&[graph.shape(node.inputs[0]).nchw()[1]]);
        let mut constant =
            |name: &str, fill| graph.add(format!("{} {name}", node.name), channels.clone(), Layout::Channels, false, Role::Constant(fill));
        [constant("ones", 1.0), constant("zeros", 0.0)]
    }
}

impl Operator for BatchNorm2d {
    fn name(&self) -> &'static str {
        "batch_norm2d"
    }

    fn short_name(&self) -> &'static str {
        "bn"
    }

    fn infer(&self, node: &str, inputs: &[&Shape]) -> Result<Vec<OutputSpec>, ShapeError> {
        let [_, c, _, _] = super::rank_4(node, inputs[0])?;
        let statistics = OutputSpec { what: "statistics", ..OutputSpec::floats(&[2, c]) };
        Ok(vec![OutputSpec::floats(inputs[0].dims()), statistics])
    }

    fn parameters(&self, inputs: &[&Shape]) -> Vec<ParameterSpec> {
        let [_, c, _, _] = inputs[0].nchw();
        let parameter = |role| ParameterSpec { role, shape: Shape::new(&[c]), layout: Layout::Channels, fan_in: 1 };
        if self.affine { vec![parameter("gamma"), parameter("beta")] } else { Vec::new() }
    }

    fn statistics(&self, inputs: &[&Shape]) -> Vec<StatisticSpec> {
        let [_, c, _, _] = inputs[0].nchw();
        let statistic = |role, fill| StatisticSpec { role, shape: Shape::new(&[c]), layout: Layout::Channels, fill };
        vec![statistic("running_mean", 0.0), statistic("running_var", 1.0)]
    }

    fn check_training(&self, node: &str, inputs: &[&Shape]) -> Result<(), ShapeError> {
        let [n, _, h, w] = inputs[0].nchw();
        if n * h * w == 1 {
            return Err(ShapeError::SingleValue { node: node.to_owned(), shape: inputs[0].to_string() });
        }
        Ok(())
    }

    fn forward(&self, graph: &mut Graph, node: &Node) {
        let (x, y, statistics) = (node.inputs[0], node.outputs[0], node.outputs[1]);
        let [running_mean, running_var] = [node.statistics[0], node.statistics[1]];
        let params = self.params(graph.shape(x), node.training);
        let params = bytemuck::bytes_of(&params);
        if node.training {
            graph.call(&node.name, &BATCH_STATISTICS, params, &[x, statistics, running_mean, running_var]);
        } else {
            graph.call(&node.name, &RUNNING_STATISTICS, params, &[running_mean, running_var, statistics]);
        }
        let [gamma, beta] = self.factors(graph, node);
        graph.call(&node.name, &NORMALIZE, params, &[x, statistics, gamma, beta, y]);
    }

    // y = gamma xhat + beta, xhat = (x - mean) / deviation
    // dgamma = sum of dy xhat    dbeta = sum of dy
    // dx = gamma / deviation (dy - (dbeta + xhat dgamma) / n), in evaluation gamma / deviation dy    keeps x and the statistics
    fn backward(&self, graph: &mut Graph, node: &Node, dy: ValueId, wants: &[bool]) -> Result<Vec<Option<ValueId>>, ShapeError> {
        let (x, statistics) = (node.inputs[0], node.outputs[1]);
        let params = self.params(graph.shape(x), node.training);
        let params = bytemuck::bytes_of(&params);
        let factors = self.factors(graph, node);
        let mut gradients = vec![None; 1 + node.parameters.len()];
        let wanted = wants[1..].contains(&true);
        let mut sums = [statistics; 2];
        if wanted || node.training {
            sums = factors.map(|factor| graph.gradient_of(factor));
            graph.call(&node.name, &PARAMETER_GRADIENTS, params, &[dy, x, statistics, sums[0], sums[1]]);
        }
        if wanted {
            gradients[1..].iter_mut().zip(sums).for_each(|(gradient, sum)| *gradient = Some(sum));
        }
        if wants[0] {
            let dx = graph.gradient_of(x);
            graph.call(&node.name, &INPUT_GRADIENT, params, &[dy, x, statistics, factors[0], sums[0], sums[1], dx]);
            gradients[0] = Some(dx);
        }
        Ok(gradients)
    }
}

const WGSL: &[&str] = &[PRELUDE, crate::wgsl::wgsl!("batch_norm2d.wgsl")];

fn set_relu(bytes: &mut [u8], relu: u32) {
    let mut p: BatchNorm2dParams = params(bytes);
    p.relu = relu;
    bytes.copy_from_slice(bytemuck::bytes_of(&p));
}

/// x -> statistics; running_mean and running_var move
pub static BATCH_STATISTICS: Kernel = Kernel {
    name: "batch_norm2d.batch_statistics",
    bindings: &[Read, Write, ReadWrite, ReadWrite],
    scalar: reference(scalar::batch_statistics::<f32>),
    scalar_f64: double(scalar::batch_statistics::<f64>),
    simd: Some(|mut args| {
        let p: BatchNorm2dParams = args.params();
        let [x, statistics, running_mean, running_var] = args.take();
        simd::batch_statistics(&p, x.read(), statistics.write(), [running_mean.write(), running_var.write()], args.scratch);
    }),
    simd_scratch: |bytes| simd::scratch_len(&params(bytes)),
    wgsl: WGSL,
    passes: &[
        Pass { entry: "share_statistics", workgroups: share_workgroups },
        Pass { entry: "combine_statistics", workgroups: channel_workgroups },
    ],
    wgsl_scratch: share_scratch,
    ..Kernel::BASE
};

/// running_mean, running_var -> statistics
pub static RUNNING_STATISTICS: Kernel = Kernel {
    name: "batch_norm2d.running_statistics",
    bindings: &[Read, Read, Write],
    scalar: scalar::running_statistics::<f32>,
    scalar_f64: double(scalar::running_statistics::<f64>),
    wgsl: WGSL,
    passes: &[Pass { entry: "running_statistics", workgroups: channel_workgroups }],
    ..Kernel::BASE
};

/// x, statistics, gamma, beta -> y
pub static NORMALIZE: Kernel = Kernel {
    name: "batch_norm2d.normalize",
    bindings: &[Read, Read, Read, Read, Write],
    scalar: reference(scalar::normalize::<f32>),
    scalar_f64: double(scalar::normalize::<f64>),
    simd: Some(|mut args| {
        let p: BatchNorm2dParams = args.params();
        let [x, statistics, gamma, beta, y] = args.take();
        simd::normalize(&p, x.read(), statistics.read(), gamma.read(), beta.read(), y.write());
    }),
    wgsl: WGSL,
    passes: &[Pass { entry: "normalize_pixels", workgroups: pixel_workgroups }],
    fuse_relu: Some(set_relu),
    ..Kernel::BASE
};

/// dy, x, statistics -> dgamma, dbeta
pub static PARAMETER_GRADIENTS: Kernel = Kernel {
    name: "batch_norm2d.parameter_gradients",
    bindings: &[Read, Read, Read, Write, Write],
    scalar: reference(scalar::parameter_gradients::<f32>),
    scalar_f64: double(scalar::parameter_gradients::<f64>),
    simd: Some(|mut args| {
        let p: BatchNorm2dParams = args.params();
        let [dy, x, statistics, dgamma, dbeta] = args.take();
        simd::parameter_gradients(&p, dy.read(), x.read(), statistics.read(), [dgamma.write(), dbeta.write()], args.scratch);
    }),
    simd_scratch: |bytes| simd::scratch_len(&params(bytes)),
    wgsl: WGSL,
    passes: &[
        Pass { entry: "share_gradients", workgroups: share_workgroups },
        Pass { entry: "add_gradients", workgroups: channel_workgroups },
    ],
    wgsl_scratch: share_scratch,
    ..Kernel::BASE
};

/// dy, x, statistics, gamma, dgamma, dbeta (any buffer for these two in evaluation) -> dx
pub static INPUT_GRADIENT: Kernel = Kernel {
    name: "batch_norm2d.input_gradient",
    bindings: &[Read, Read, Read, Read, Read, Read, Write],
    scalar: reference(scalar::input_gradient::<f32>),
    scalar_f64: double(scalar::input_gradient::<f64>),
    simd: Some(|mut args| {
        let p: BatchNorm2dParams = args.params();
        let [dy, x, statistics, gamma, dgamma, dbeta, dx] = args.take();
        let channels = simd::Channels { statistics: statistics.read(), gamma: gamma.read(), dgamma: dgamma.read(), dbeta: dbeta.read() };
        simd::input_gradient(&p, dy.read(), x.read(), channels, dx.write());
    }),
    wgsl: WGSL,
    passes: &[Pass { entry: "input_gradient", workgroups: pixel_workgroups }],
    ..Kernel::BASE
};

/// One thread for four channels.
fn channel_workgroups(bytes: &[u8]) -> u64 {
    let p: BatchNorm2dParams = params(bytes);
    u64::from(p.channel_stride / 4).div_ceil(64)
}

/// One thread for four channels of a pixel.
fn pixel_workgroups(bytes: &[u8]) -> u64 {
    let p: BatchNorm2dParams = params(bytes);
    (u64::from(p.pixels) * u64::from(p.channel_stride / 4)).div_ceil(64)
}

/// Into how many shares the pixels are split: some thousand threads, each with 16 pixels at least.
fn shares(p: &BatchNorm2dParams) -> u32 {
    (4096 / (p.channel_stride / 4)).clamp(1, p.pixels.div_ceil(16))
}

/// One thread for four channels of a share.
fn share_workgroups(bytes: &[u8]) -> u64 {
    let p: BatchNorm2dParams = params(bytes);
    (u64::from(shares(&p)) * u64::from(p.channel_stride / 4)).div_ceil(64)
}

/// Two rows of channels for every share.
fn share_scratch(bytes: &[u8]) -> usize {
    let p: BatchNorm2dParams = params(bytes);
    2 * shares(&p) as usize * p.channel_stride as usize
}
