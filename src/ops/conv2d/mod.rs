//! Two-dimensional convolution.

#[cfg(feature = "harness")]
mod cases;
pub mod connections;
pub mod params;
mod scalar;
pub(crate) mod simd;

use std::rc::Rc;

use self::connections::{ConnectedConv2d, Connections};
use self::params::Conv2dParams;
use super::{Family, GRADIENT, RECTIFIED_GRADIENT, relu};
use crate::core::error::{ChannelsOf, Expected, ShapeError, SpecError};
use crate::core::fields::Fields;
use crate::core::kernel::{Binding::*, Kernel, Pass, double, params, reference};
use crate::core::layout::{Layout, channel_stride};
use crate::core::shape::Shape;
use crate::core::wgsl::{PRELUDE, SUMS};
use crate::ir::graph::{Graph, Node, ValueId};
use crate::ir::operator::{Operator, OutputSpec, ParameterSpec, Window};

/// What this folder has to offer.
pub static FAMILY: Family = Family {
    operators: &[("conv2d", parse)],
    joins: &[],
    kernels: &[&FORWARD, &INPUT_GRADIENT, &INPUT_GRADIENT_RELU, &WEIGHT_GRADIENT, &PARAMETER_GRADIENTS, &BIAS_GRADIENT, &connections::MASK],
    #[cfg(feature = "harness")]
    adapters: cases::ADAPTERS,
};

/// Two-dimensional convolution. With `connections` it is a [`ConnectedConv2d`].
#[doc = include_str!("conv2d.en.md")]
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "the names are the field's")]
pub struct Conv2d {
    pub out_channels: usize,
    pub window: Window,
    pub groups: usize,
    pub bias: bool,
}

/// Reads the fields of a `conv2d` layer: `out_channels`, `kernel_size`, and optionally `stride` 1, `padding` 0, `dilation` 1,
/// `groups` 1, `bias` true, and `connections` (all): `"lenet5"`, or for each output channel a list of the input channels that it sees.
///
/// # Errors
/// A field that is missing or has an impossible value.
pub fn parse(fields: &mut Fields<'_>) -> Result<Rc<dyn Operator>, SpecError> {
    let out_channels = fields.positive("out_channels")?;
    let kernel_size = fields.pair("kernel_size", 1, None)?;
    let window = Window::read(fields, kernel_size, [1, 1])?;
    let (groups, bias) = (fields.positive_or("groups", 1)?, fields.flag_or("bias", true)?);
    let Some(connections) = fields.get("connections") else {
        return Ok(Rc::new(Conv2d { out_channels, window, groups, bias }));
    };
    if groups != 1 {
        let (path, expected) = (format!("{}.groups", fields.path()), Expected::Ungrouped);
        return Err(SpecError::InvalidValue { path, found: groups.to_string(), expected });
    }
    let connections = Connections::from_json(&format!("{}.connections", fields.path()), connections, out_channels)?;
    Ok(Rc::new(ConnectedConv2d { connections, window, bias }))
}

/// Refuses channels, of the input and of the output, that groups do not divide.
///
/// # Errors
/// [`ShapeError::ChannelsNotDivisible`].
pub(super) fn check_groups(node: &str, [inputs, outputs]: [usize; 2], groups: usize) -> Result<(), ShapeError> {
    for (which, channels) in [(ChannelsOf::Input, inputs), (ChannelsOf::Output, outputs)] {
        if channels % groups != 0 {
            return Err(ShapeError::ChannelsNotDivisible { node: node.to_owned(), which, channels, groups });
        }
    }
    Ok(())
}

impl Conv2d {
    /// The kernels' params for an input and an output of these shapes.
    pub(super) fn params(&self, x: &Shape, y: &Shape) -> Conv2dParams {
        let ([batch, in_channels, in_height, in_width], [_, out_channels, out_height, out_width]) = (x.nchw(), y.nchw());
        let Window { kernel_size, stride, padding, dilation } = self.window;
        Conv2dParams {
            batch: batch as u32,
            in_channels: in_channels as u32,
            in_height: in_height as u32,
            in_width: in_width as u32,
            in_stride: channel_stride(in_channels) as u32,
            out_channels: out_channels as u32,
            out_height: out_height as u32,
            out_width: out_width as u32,
            out_stride: channel_stride(out_channels) as u32,
            kernel_height: kernel_size[0] as u32,
            kernel_width: kernel_size[1] as u32,
            stride_height: stride[0] as u32,
            stride_width: stride[1] as u32,
            padding_height: padding[0] as u32,
            padding_width: padding[1] as u32,
            dilation_height: dilation[0] as u32,
            dilation_width: dilation[1] as u32,
            groups: self.groups as u32,
            has_bias: self.bias.into(),
            relu: 0,
        }
    }
}

impl Operator for Conv2d {
    fn name(&self) -> &'static str {
        "conv2d"
    }

    fn short_name(&self) -> &'static str {
        "conv"
    }

    fn infer(&self, node: &str, inputs: &[&Shape]) -> Result<Vec<OutputSpec>, ShapeError> {
        let [n, in_channels, height, width] = super::rank_4(node, inputs[0])?;
        check_groups(node, [in_channels, self.out_channels], self.groups)?;
        let [out_height, out_width] = self.window.output_size(node, [height, width])?;
        Ok(vec![OutputSpec::floats(&[n, self.out_channels, out_height, out_width])])
    }

    fn parameters(&self, inputs: &[&Shape]) -> Vec<ParameterSpec> {
        let [_, in_channels, ..] = inputs[0].nchw();
        let in_per_group = in_channels / self.groups;
        let [kernel_height, kernel_width] = self.window.kernel_size;
        let fan_in = in_per_group.saturating_mul(kernel_height).saturating_mul(kernel_width);
        let weight = ParameterSpec {
            role: "weight",
            shape: Shape::new(&[self.out_channels, in_per_group, kernel_height, kernel_width]),
            layout: Layout::ConvWeight,
            fan_in,
        };
        let bias = ParameterSpec { role: "bias", shape: Shape::new(&[self.out_channels]), layout: Layout::Channels, fan_in };
        if self.bias { vec![weight, bias] } else { vec![weight] }
    }

    fn macs(&self, inputs: &[&Shape], output: &Shape) -> u64 {
        let [_, in_channels, ..] = inputs[0].nchw();
        let [kernel_height, kernel_width] = self.window.kernel_size;
        [output.count(), in_channels / self.groups, kernel_height, kernel_width]
            .iter()
            .fold(1, |macs: u64, &n| macs.saturating_mul(n as u64))
    }

    fn window(&self) -> Option<Window> {
        Some(self.window)
    }

    fn forward(&self, graph: &mut Graph, node: &Node) {
        let (x, y, weight) = (node.inputs[0], node.outputs[0], node.parameters[0]);
        let bias = node.parameters.get(1).copied().unwrap_or(weight);
        let params = self.params(graph.shape(x), graph.shape(y));
        graph.call(&node.name, &FORWARD, bytemuck::bytes_of(&params), &[x, weight, bias, y]);
    }

    // y = conv(x, weight) + bias        dx = conv_transpose(dy, weight), same stride, padding, dilation
    // dweight[o,i,r,s] = sum over n,h,w of dy[n,o,h,w] * x[n,i, h*stride+r*dilation-padding, w*stride+s*dilation-padding]
    // dbias[o]         = sum over n,h,w of dy[n,o,h,w]                              keeps x and weight
    fn backward(&self, graph: &mut Graph, node: &Node, dy: ValueId, wants: &[bool]) -> Result<Vec<Option<ValueId>>, ShapeError> {
        let (x, weight) = (node.inputs[0], node.parameters[0]);
        let params = self.params(graph.shape(x), graph.shape(node.outputs[0]));
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

const WGSL: &str = crate::core::wgsl::wgsl!("conv2d.wgsl");
const TILES_WGSL: &str = crate::core::wgsl::wgsl!("tiles.wgsl");
const WEIGHT_GRADIENT_WGSL: &str = crate::core::wgsl::wgsl!("weight_gradient.wgsl");
const WEIGHT_GRADIENT_TILES_WGSL: &str = crate::core::wgsl::wgsl!("weight_gradient_tiles.wgsl");

fn set_relu(bytes: &mut [u8], relu: u32) {
    let mut p: Conv2dParams = params(bytes);
    p.relu = relu;
    bytes.copy_from_slice(bytemuck::bytes_of(&p));
}

/// x, weight, bias (any buffer when `has_bias` is 0) -> y
pub static FORWARD: Kernel = Kernel {
    name: "conv2d.forward",
    bindings: &[Read, Read, Read, Write],
    scalar: reference(scalar::forward::<f32>),
    scalar_f64: double(scalar::forward::<f64>),
    simd: Some(|mut args| {
        let p: Conv2dParams = args.params();
        let [x, weight, bias, y] = args.take();
        simd::forward(&p, x.read(), weight.read(), bias.read(), y.write(), args.scratch);
    }),
    simd_scratch: |bytes| simd::forward_scratch_len(&params(bytes)),
    wgsl: &[PRELUDE, WGSL, crate::core::wgsl::wgsl!("forward.wgsl"), TILES_WGSL, crate::core::wgsl::wgsl!("forward_tiles.wgsl")],
    passes: &[
        Pass { entry: "forward_vectors", workgroups: |bytes| forward_workgroups(bytes, Way::Vectors) },
        Pass { entry: "forward_scalars", workgroups: |bytes| forward_workgroups(bytes, Way::Scalars) },
        Pass { entry: "forward_grouped", workgroups: |bytes| forward_workgroups(bytes, Way::Grouped) },
    ],
    chip_passes: &[Pass { entry: "forward_tiles", workgroups: forward_tiles_workgroups }],
    fuse_relu: Some(set_relu),
    ..Kernel::BASE
};

/// dy, weight -> dx
pub static INPUT_GRADIENT: Kernel = Kernel {
    name: "conv2d.input_gradient",
    bindings: &[Read, Read, Write],
    scalar: reference(scalar::input_gradient::<f32>),
    scalar_f64: double(scalar::input_gradient::<f64>),
    simd: Some(|mut args| {
        let p: Conv2dParams = args.params();
        let [dy, weight, dx] = args.take();
        simd::input_gradient(&p, dy.read(), weight.read(), dx.write(), args.scratch);
    }),
    simd_scratch: |bytes| simd::input_gradient_scratch_len(&params(bytes)),
    wgsl: &[PRELUDE, WGSL, GRADIENT, INPUT_GRADIENT_WGSL, TILES_WGSL, INPUT_GRADIENT_TILES_WGSL],
    passes: INPUT_GRADIENT_PASSES,
    chip_passes: INPUT_GRADIENT_CHIP_PASSES,
    with_relu: Some(&INPUT_GRADIENT_RELU),
    ..Kernel::BASE
};

const INPUT_GRADIENT_WGSL: &str = crate::core::wgsl::wgsl!("input_gradient.wgsl");
const INPUT_GRADIENT_TILES_WGSL: &str = crate::core::wgsl::wgsl!("input_gradient_tiles.wgsl");
const INPUT_GRADIENT_CHIP_PASSES: &[Pass] = &[Pass { entry: "input_gradient_tiles", workgroups: input_gradient_tiles_workgroups }];

const INPUT_GRADIENT_PASSES: &[Pass] = &[
    Pass { entry: "input_gradient", workgroups: input_gradient_workgroups },
    Pass { entry: "input_gradient_grouped", workgroups: input_gradient_grouped_workgroups },
];

/// dy, weight, x -> dx where x, a ReLU's output, is positive.
pub static INPUT_GRADIENT_RELU: Kernel = Kernel {
    name: "conv2d.input_gradient_relu",
    bindings: &[Read, Read, Read, Write],
    scalar: reference(|args| relu::masked(args, scalar::input_gradient::<f32>)),
    scalar_f64: double(|args| relu::masked(args, scalar::input_gradient::<f64>)),
    simd: Some(|mut args| {
        let p: Conv2dParams = args.params();
        let [dy, weight, x, dx] = args.take();
        let dx = dx.write();
        simd::input_gradient(&p, dy.read(), weight.read(), dx, args.scratch);
        relu::simd::mask(dx, x.read());
    }),
    simd_scratch: |bytes| simd::input_gradient_scratch_len(&params(bytes)),
    wgsl: &[PRELUDE, WGSL, RECTIFIED_GRADIENT, INPUT_GRADIENT_WGSL, TILES_WGSL, INPUT_GRADIENT_TILES_WGSL],
    passes: INPUT_GRADIENT_PASSES,
    chip_passes: INPUT_GRADIENT_CHIP_PASSES,
    ..Kernel::BASE
};

const WEIGHT_GRADIENT_PASSES: &[Pass] = &[
    Pass { entry: "weight_gradient_vectors", workgroups: |bytes| weight_gradient_workgroups(bytes, Way::Vectors) },
    Pass { entry: "weight_gradient_scalars", workgroups: |bytes| weight_gradient_workgroups(bytes, Way::Scalars) },
    Pass { entry: "weight_gradient_grouped", workgroups: |bytes| weight_gradient_workgroups(bytes, Way::Grouped) },
    Pass { entry: "reduce", workgroups: weight_reduce_workgroups },
];

const WEIGHT_GRADIENT_CHIP_PASSES: &[Pass] = &[
    Pass { entry: "weight_gradient_tiles", workgroups: weight_gradient_tiles_workgroups },
    Pass { entry: "reduce", workgroups: weight_reduce_workgroups },
];

/// x, dy -> dweight
pub static WEIGHT_GRADIENT: Kernel = Kernel {
    name: "conv2d.weight_gradient",
    bindings: &[Read, Read, Write],
    scalar: reference(scalar::weight_gradient::<f32>),
    scalar_f64: double(scalar::weight_gradient::<f64>),
    simd: Some(|mut args| {
        let p: Conv2dParams = args.params();
        let [x, dy, dweight] = args.take();
        simd::weight_gradient(&p, x.read(), dy.read(), dweight.write(), args.scratch);
    }),
    simd_scratch: |bytes| simd::weight_gradient_scratch_len(&params(bytes)),
    wgsl: &[PRELUDE, SUMS, WGSL, crate::core::wgsl::wgsl!("no_bias_row.wgsl"), WEIGHT_GRADIENT_WGSL, WEIGHT_GRADIENT_TILES_WGSL],
    passes: WEIGHT_GRADIENT_PASSES,
    chip_passes: WEIGHT_GRADIENT_CHIP_PASSES,
    wgsl_scratch: weight_gradient_scratch::<0>,
    ..Kernel::BASE
};

/// x, dy -> dweight, dbias: both in the same dispatches.
pub static PARAMETER_GRADIENTS: Kernel = Kernel {
    name: "conv2d.parameter_gradients",
    bindings: &[Read, Read, Write, Write],
    scalar: reference(scalar::parameter_gradients::<f32>),
    scalar_f64: double(scalar::parameter_gradients::<f64>),
    simd: Some(|mut args| {
        let p: Conv2dParams = args.params();
        let [x, dy, dweight, dbias] = args.take();
        let dy = dy.read();
        simd::weight_gradient(&p, x.read(), dy, dweight.write(), args.scratch);
        simd::bias_gradient(&p, dy, dbias.write());
    }),
    simd_scratch: |bytes| simd::weight_gradient_scratch_len(&params(bytes)),
    wgsl: &[PRELUDE, SUMS, WGSL, crate::core::wgsl::wgsl!("bias_row.wgsl"), WEIGHT_GRADIENT_WGSL, WEIGHT_GRADIENT_TILES_WGSL],
    passes: WEIGHT_GRADIENT_PASSES,
    chip_passes: WEIGHT_GRADIENT_CHIP_PASSES,
    wgsl_scratch: weight_gradient_scratch::<1>,
    ..Kernel::BASE
};

/// dy -> dbias
pub static BIAS_GRADIENT: Kernel = Kernel {
    name: "conv2d.bias_gradient",
    bindings: &[Read, Write],
    scalar: reference(scalar::bias_gradient::<f32>),
    scalar_f64: double(scalar::bias_gradient::<f64>),
    simd: Some(|mut args| {
        let p: Conv2dParams = args.params();
        let [dy, dbias] = args.take();
        simd::bias_gradient(&p, dy.read(), dbias.write());
    }),
    wgsl: &[PRELUDE, SUMS, WGSL, crate::core::wgsl::wgsl!("bias_gradient.wgsl")],
    passes: &[
        Pass { entry: "bias_gradient", workgroups: bias_gradient_workgroups },
        Pass { entry: "reduce", workgroups: bias_reduce_workgroups },
    ],
    wgsl_scratch: bias_gradient_scratch,
    ..Kernel::BASE
};

// What follows lays the WGSL kernels out. Of a kernel's passes only those have workgroups that suit the geometry.

/// Threads of a workgroup, as in the prelude.
const THREADS: u64 = 64;

/// How the tiled kernels can go through a convolution's channels.
#[derive(Clone, Copy, Eq, PartialEq)]
enum Way {
    /// Eight output channels at a time, x in vectors of four channels.
    Vectors,
    /// The same, x channel by channel: groups do not have a multiple of four input channels.
    Scalars,
    /// Not at all: eight output channels can lie in different groups.
    Grouped,
}

impl Way {
    fn of(p: &Conv2dParams) -> Self {
        let in_one_group = p.groups == 1 || (p.out_channels / p.groups).is_multiple_of(8);
        match (in_one_group, (p.in_channels / p.groups).is_multiple_of(4)) {
            (true, true) => Self::Vectors,
            (true, false) => Self::Scalars,
            (false, _) => Self::Grouped,
        }
    }
}

/// Whether eight input channels and the output vectors they gather from lie in one group.
fn input_tiled(p: &Conv2dParams) -> bool {
    p.groups == 1 || ((p.in_channels / p.groups).is_multiple_of(8) && (p.out_channels / p.groups).is_multiple_of(4))
}

/// Vectors of output channels, and pairs of them.
fn out_vectors(p: &Conv2dParams) -> [u64; 2] {
    let vectors = u64::from(p.out_stride / 4);
    [vectors, vectors.div_ceil(2)]
}

fn pixels(p: &Conv2dParams) -> u64 {
    u64::from(p.out_height) * u64::from(p.out_width)
}

/// Fewer workgroups with tiles in their memory (tiles.wgsl) would leave most of a chip idle.
const FEWEST_TILES: u64 = 16;
/// The narrowest tile, of 16 channels, is then more than half full.
const TILED_CHANNELS: u32 = 9;

/// Tiles of 8 C channels, in vectors, by 512 / C rows: pixels, or vectors of the weight's rows; C is the columns of threads.
fn tiles(vectors: u64, rows: u64) -> u64 {
    let columns = match vectors {
        0..=4 => 2,
        5..=8 => 4,
        _ => 8,
    };
    vectors.div_ceil(2 * columns) * rows.div_ceil(512 / columns)
}

/// Workgroups that go from pixels of `from` channels to so many pixels of `to` channels; none where that leaves much of a tile or of a chip idle.
fn tiles_workgroups(p: &Conv2dParams, from: u32, to: u32, pixels: u64) -> u64 {
    let tiles = tiles(u64::from(to.div_ceil(4)), u64::from(p.batch) * pixels);
    if p.groups == 1 && from > 2 && to >= TILED_CHANNELS && tiles >= FEWEST_TILES { tiles } else { 0 }
}

fn forward_tiles_workgroups(bytes: &[u8]) -> u64 {
    let p: Conv2dParams = params(bytes);
    tiles_workgroups(&p, p.in_channels, p.out_channels, pixels(&p))
}

/// Where the stride is 1: otherwise most taps reach nothing.
fn input_gradient_tiles_workgroups(bytes: &[u8]) -> u64 {
    let p: Conv2dParams = params(bytes);
    let pixels = u64::from(p.in_height) * u64::from(p.in_width);
    if p.stride_height * p.stride_width == 1 { tiles_workgroups(&p, p.out_channels, p.in_channels, pixels) } else { 0 }
}

/// Where a round of eight samples and a tile of 32 channels are mostly full.
fn weight_gradient_tiles_workgroups(bytes: &[u8]) -> u64 {
    let p: Conv2dParams = params(bytes);
    let suits =
        p.groups == 1 && p.in_channels.is_multiple_of(4) && p.out_channels >= 2 * TILED_CHANNELS && p.batch >= 8 && weight_rows(&p) >= 64;
    let (vectors, shares) = (out_vectors(&p)[0], weight_gradient_shares(&p));
    if suits { tiles(vectors, weight_rows(&p)) * shares + (vectors * shares).div_ceil(THREADS) } else { 0 }
}

/// One thread for two vectors of two pixels in four samples; grouped, for one vector of one pixel.
fn forward_workgroups(bytes: &[u8], way: Way) -> u64 {
    let p: Conv2dParams = params(bytes);
    let [vectors, pairs] = out_vectors(&p);
    let threads = match way {
        _ if way != Way::of(&p) => 0,
        Way::Grouped => u64::from(p.batch) * pixels(&p) * vectors,
        _ => u64::from(p.batch.div_ceil(4)) * u64::from(p.out_height) * u64::from(p.out_width.div_ceil(2)) * pairs,
    };
    threads.div_ceil(THREADS)
}

/// One thread for two vectors of two input pixels, a stride apart, in four samples.
fn input_gradient_workgroups(bytes: &[u8]) -> u64 {
    let p: Conv2dParams = params(bytes);
    let columns = u64::from(p.in_width).div_ceil(2 * u64::from(p.stride_width)) * u64::from(p.stride_width);
    let threads = u64::from(p.batch.div_ceil(4)) * u64::from(p.in_height) * columns * u64::from((p.in_stride / 4).div_ceil(2));
    if input_tiled(&p) { threads.div_ceil(THREADS) } else { 0 }
}

/// One thread for a vector of an input pixel.
fn input_gradient_grouped_workgroups(bytes: &[u8]) -> u64 {
    let p: Conv2dParams = params(bytes);
    let threads = u64::from(p.batch) * u64::from(p.in_height) * u64::from(p.in_width) * u64::from(p.in_stride / 4);
    if input_tiled(&p) { 0 } else { threads.div_ceil(THREADS) }
}

/// Threads of the weight gradient for one share of the pixels: one for eight rows of the weight and two vectors; grouped, for one row
/// and one vector.
fn weight_tiles(p: &Conv2dParams) -> u64 {
    let [vectors, pairs] = out_vectors(p);
    match Way::of(p) {
        Way::Vectors | Way::Scalars => weight_rows(p).div_ceil(8) * pairs,
        Way::Grouped => weight_rows(p) * vectors,
    }
}

/// Rows of the weight as a matrix: taps times input channels of a group.
fn weight_rows(p: &Conv2dParams) -> u64 {
    u64::from(p.kernel_height) * u64::from(p.kernel_width) * u64::from(p.in_channels / p.groups)
}

/// Into how many shares the pixels are split: enough to occupy a GPU, few enough that adding them up is cheap.
fn weight_gradient_shares(p: &Conv2dParams) -> u64 {
    let (threads_wanted, most) = (8192, 256);
    let wanted = (threads_wanted / weight_tiles(p)).clamp(1, most).min(pixels(p));
    // Shares of equal length may be fewer than wanted; none must be empty.
    pixels(p).div_ceil(pixels(p).div_ceil(wanted))
}

/// `BIAS_ROWS`: 1 where the bias is one more row of the weight, else 0.
fn weight_gradient_scratch<const BIAS_ROWS: u64>(bytes: &[u8]) -> usize {
    let p: Conv2dParams = params(bytes);
    (weight_gradient_shares(&p) * (weight_rows(&p) + BIAS_ROWS)) as usize * p.out_stride as usize
}

/// The threads of the weight, and one for four channels of a bias in each share, which has nothing to do where there is none.
fn weight_gradient_workgroups(bytes: &[u8], way: Way) -> u64 {
    let p: Conv2dParams = params(bytes);
    let threads = (weight_tiles(&p) + out_vectors(&p)[0]) * weight_gradient_shares(&p);
    if way == Way::of(&p) { threads.div_ceil(THREADS) } else { 0 }
}

/// One thread for four weights, and for four channels of a bias.
fn weight_reduce_workgroups(bytes: &[u8]) -> u64 {
    let p: Conv2dParams = params(bytes);
    ((weight_rows(&p) + 1) * u64::from(p.out_stride / 4)).div_ceil(THREADS)
}

fn bias_gradient_shares(p: &Conv2dParams) -> u64 {
    (u64::from(p.batch) * pixels(p)).min(256)
}

fn bias_gradient_scratch(bytes: &[u8]) -> usize {
    let p: Conv2dParams = params(bytes);
    bias_gradient_shares(&p) as usize * p.out_stride as usize
}

/// One thread for four channels of a share of the pixels.
fn bias_gradient_workgroups(bytes: &[u8]) -> u64 {
    let p: Conv2dParams = params(bytes);
    (bias_gradient_shares(&p) * u64::from(p.out_stride / 4)).div_ceil(THREADS)
}

/// One thread for four channels.
fn bias_reduce_workgroups(bytes: &[u8]) -> u64 {
    let p: Conv2dParams = params(bytes);
    u64::from(p.out_stride / 4).div_ceil(THREADS)
}
