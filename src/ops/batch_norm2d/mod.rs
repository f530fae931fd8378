//! Batch normalization of maps.

#[cfg(feature = "harness")]
mod cases;
pub mod params;
mod scalar;
mod simd;

use std::rc::Rc;

use self::params::BatchNorm2dParams;
use super::Family;
use crate::core::error::{ShapeError, SpecError};
use crate::core::fields::Fields;
use crate::core::kernel::{Binding::*, Kernel, Pass, double, params, reference};
use crate::core::layout::{Layout, channel_stride};
use crate::core::shape::Shape;
use crate::core::wgsl::{PRELUDE, SUMS};
use crate::ir::graph::{Graph, Node, Role, ValueId};
use crate::ir::operator::{Operator, OutputSpec, ParameterSpec, StatisticSpec};

/// What this folder has to offer.
pub static FAMILY: Family = Family {
    operators: &[("batch_norm2d", parse)],
    joins: &[],
    kernels: &[&NORMALIZE_BATCH, &BATCH_GRADIENTS, &RUNNING_STATISTICS, &NORMALIZE, &PARAMETER_GRADIENTS, &INPUT_GRADIENT],
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
        let statistics = OutputSpec { what: "statistics", ..OutputSpec::floats(&[3, c]) };
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
        let [gamma, beta] = self.factors(graph, node);
        if node.training {
            graph.call(&node.name, &NORMALIZE_BATCH, params, &[x, gamma, beta, running_mean, running_var, statistics, y]);
        } else {
            graph.call(&node.name, &RUNNING_STATISTICS, params, &[running_mean, running_var, statistics]);
            graph.call(&node.name, &NORMALIZE, params, &[x, statistics, gamma, beta, y]);
        }
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
        if node.training && wants[0] {
            sums = factors.map(|factor| graph.gradient_of(factor));
            let dx = graph.gradient_of(x);
            graph.call(&node.name, &BATCH_GRADIENTS, params, &[dy, x, statistics, factors[0], sums[0], sums[1], dx]);
            gradients[0] = Some(dx);
        } else if wanted {
            sums = factors.map(|factor| graph.gradient_of(factor));
            graph.call(&node.name, &PARAMETER_GRADIENTS, params, &[dy, x, statistics, sums[0], sums[1]]);
        }
        if wanted {
            gradients[1..].iter_mut().zip(sums).for_each(|(gradient, sum)| *gradient = Some(sum));
        }
        if wants[0] && !node.training {
            let dx = graph.gradient_of(x);
            graph.call(&node.name, &INPUT_GRADIENT, params, &[dy, x, statistics, factors[0], sums[0], sums[1], dx]);
            gradients[0] = Some(dx);
        }
        Ok(gradients)
    }
}

const PARAMS: &str = crate::core::wgsl::wgsl!("params.wgsl");
const BATCH: &str = crate::core::wgsl::wgsl!("batch.wgsl");
const WGSL: &[&str] = &[PRELUDE, SUMS, PARAMS, crate::core::wgsl::wgsl!("batch_norm2d.wgsl")];

/// Makes a [`NORMALIZE_BATCH`] forget what it gathered: where the running statistics are 0 they become the batch's own.
pub fn forget(bytes: &mut [u8]) {
    let p: BatchNorm2dParams = params(bytes);
    bytes.copy_from_slice(bytemuck::bytes_of(&BatchNorm2dParams { momentum: 1.0, ..p }));
}

fn set_relu(bytes: &mut [u8], relu: u32) {
    let mut p: BatchNorm2dParams = params(bytes);
    p.relu = relu;
    bytes.copy_from_slice(bytemuck::bytes_of(&p));
}

/// x, gamma, beta -> running_mean and running_var, which move; statistics; y
pub static NORMALIZE_BATCH: Kernel = Kernel {
    name: "batch_norm2d.normalize_batch",
    bindings: &[Read, Read, Read, ReadWrite, ReadWrite, Write, Write],
    scalar: reference(scalar::normalize_batch::<f32>),
    scalar_f64: double(scalar::normalize_batch::<f64>),
    simd: Some(|mut args| {
        let p: BatchNorm2dParams = args.params();
        let [x, gamma, beta, running_mean, running_var, statistics, y] = args.take();
        let (x, statistics) = (x.read(), statistics.write());
        simd::batch_statistics(&p, x, statistics, [running_mean.write(), running_var.write()], args.scratch);
        simd::normalize(&p, x, statistics, gamma.read(), beta.read(), y.write());
    }),
    simd_scratch: |bytes| simd::statistics_scratch_len(&params(bytes)),
    wgsl: &[PRELUDE, SUMS, PARAMS, BATCH, crate::core::wgsl::wgsl!("normalize_batch.wgsl")],
    passes: &[
        Pass { entry: "share_statistics", workgroups: share_workgroups },
        Pass { entry: "normalize_batch", workgroups: tile_workgroups },
    ],
    rereads: &[0],
    wgsl_scratch: share_scratch::<3>,
    fuse_relu: Some(set_relu),
    ..Kernel::BASE
};

/// dy, x, statistics, gamma -> dgamma, dbeta, dx, with the batch's statistics
pub static BATCH_GRADIENTS: Kernel = Kernel {
    name: "batch_norm2d.batch_gradients",
    bindings: &[Read, Read, Read, Read, Write, Write, Write],
    scalar: reference(scalar::batch_gradients::<f32>),
    scalar_f64: double(scalar::batch_gradients::<f64>),
    simd: Some(|mut args| {
        let p: BatchNorm2dParams = args.params();
        let [dy, x, statistics, gamma, dgamma, dbeta, dx] = args.take();
        let (dy, x, statistics, dgamma, dbeta) = (dy.read(), x.read(), statistics.read(), dgamma.write(), dbeta.write());
        simd::parameter_gradients(&p, dy, x, statistics, [&mut *dgamma, &mut *dbeta], args.scratch);
        simd::input_gradient(&p, dy, x, simd::Channels { statistics, gamma: gamma.read(), dgamma, dbeta }, dx.write());
    }),
    simd_scratch: |bytes| simd::gradients_scratch_len(&params(bytes)),
    wgsl: &[PRELUDE, SUMS, PARAMS, BATCH, crate::core::wgsl::wgsl!("batch_gradients.wgsl")],
    passes: &[
        Pass { entry: "share_gradients", workgroups: share_workgroups },
        Pass { entry: "batch_gradients", workgroups: tile_workgroups },
    ],
    rereads: &[0, 1, 2],
    wgsl_scratch: share_scratch::<2>,
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
    simd_scratch: |bytes| simd::gradients_scratch_len(&params(bytes)),
    wgsl: WGSL,
    passes: &[
        Pass { entry: "share_gradients", workgroups: |bytes| thread_shares(&params(bytes)) },
        Pass { entry: "add_gradients", workgroups: channel_workgroups },
    ],
    wgsl_scratch: |bytes| 2 * shares_of_threads(&params(bytes)) as usize * params::<BatchNorm2dParams>(bytes).channel_stride as usize,
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

/// Vectors of channels that a workgroup has in training, a power of two; its threads for each of them; and how many workgroups have all channels.
fn layout_of(p: &BatchNorm2dParams) -> [u32; 3] {
    let vectors = p.channel_stride / 4;
    let width = vectors.next_power_of_two().min(16);
    [width, 64 / width, vectors.div_ceil(width)]
}

/// Into how many shares the pixels are split: few enough that every workgroup can add them up, each with sixteen pixels a thread at least.
fn shares(p: &BatchNorm2dParams) -> u32 {
    let [_, lanes, _] = layout_of(p);
    let len = p.pixels.div_ceil((p.pixels / (16 * lanes)).clamp(1, 64));
    p.pixels.div_ceil(len)
}

/// One workgroup for a share.
fn share_workgroups(bytes: &[u8]) -> u64 {
    let p: BatchNorm2dParams = params(bytes);
    u64::from(shares(&p)) * u64::from(layout_of(&p)[2])
}

/// One workgroup for 32 pixels a thread.
fn tile_workgroups(bytes: &[u8]) -> u64 {
    let p: BatchNorm2dParams = params(bytes);
    let [_, lanes, chunks] = layout_of(&p);
    u64::from(p.pixels.div_ceil(32 * lanes)) * u64::from(chunks)
}

/// So many rows of channels for every share.
fn share_scratch<const ROWS: usize>(bytes: &[u8]) -> usize {
    let p: BatchNorm2dParams = params(bytes);
    ROWS * shares(&p) as usize * p.channel_stride as usize
}

/// In evaluation a share is a thread's: some thousand, each with 16 pixels at least.
fn shares_of_threads(p: &BatchNorm2dParams) -> u32 {
    (4096 / (p.channel_stride / 4)).clamp(1, p.pixels.div_ceil(16))
}

/// One thread for four channels of a share.
fn thread_shares(p: &BatchNorm2dParams) -> u64 {
    (u64::from(shares_of_threads(p)) * u64::from(p.channel_stride / 4)).div_ceil(64)
}
