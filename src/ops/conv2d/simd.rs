//! Convolution on the CPU: direct, channels last, in register tiles of positions x 8 output channels.
//!
//! Forward and input gradient are the same walk ([`gather`]): every position of the map being written is a sum over the
//! taps that fall inside the map being read. The border needs no zeros: positions with the same set of taps are computed
//! together ([`axis`]). The weight gradient ([`weights`]) sums outer products over positions. A convolution with one input
//! and one output channel a group runs over channels instead ([`depthwise`]). A 3x3 convolution with enough channels needs fewer
//! multiplications in Winograd's tiles ([`winograd`]).

mod axis;
mod depthwise;
mod gather;
mod pack;
#[cfg(test)]
mod tests;
mod weights;
mod winograd;

use super::params::Conv2dParams;
use crate::core::simd::{F32x4, LANES};
use crate::core::sum::Columns;

use self::axis::Axis;
use self::gather::Gather;
use self::winograd::weights::WeightGradient;
use self::winograd::{Kernel, Winograd};

/// The numbers of [`Conv2dParams`] as `usize`, per group where that is what the kernels count in.
#[derive(Clone, Copy, Debug)]
struct Geometry {
    batch: usize,
    groups: usize,
    /// Channels of one group.
    group_in: usize,
    group_out: usize,
    in_stride: usize,
    out_stride: usize,
    input: [usize; 2],
    output: [usize; 2],
    kernel: [usize; 2],
    stride: [usize; 2],
    padding: [usize; 2],
    dilation: [usize; 2],
}

impl Geometry {
    fn new(p: &Conv2dParams) -> Geometry {
        let pair = |height: u32, width: u32| [height as usize, width as usize];
        let groups = p.groups.max(1) as usize;
        Geometry {
            batch: p.batch as usize,
            groups,
            group_in: p.in_channels as usize / groups,
            group_out: p.out_channels as usize / groups,
            in_stride: p.in_stride as usize,
            out_stride: p.out_stride as usize,
            input: pair(p.in_height, p.in_width),
            output: pair(p.out_height, p.out_width),
            kernel: pair(p.kernel_height, p.kernel_width),
            stride: pair(p.stride_height, p.stride_width),
            padding: pair(p.padding_height, p.padding_width),
            dilation: pair(p.dilation_height, p.dilation_width),
        }
    }

    /// Rows and columns of the walk that writes the output, or (transposed) the input's gradient.
    fn axes(&self, transposed: bool) -> [Axis; 2] {
        core::array::from_fn(|i| Axis {
            kernel: self.kernel[i],
            written: if transposed { self.input[i] } else { self.output[i] },
            read: if transposed { self.output[i] } else { self.input[i] },
            stride: self.stride[i],
            padding: self.padding[i],
            dilation: self.dilation[i],
            transposed,
        })
    }

    fn taps(&self) -> usize {
        self.kernel[0] * self.kernel[1]
    }

    fn is_depthwise(&self) -> bool {
        self.groups > 1 && self.group_in == 1 && self.group_out == 1
    }
}

/// `y = conv(x, weight) + bias`, then ReLU where asked for. `bias` is not read without one.
pub fn forward(p: &Conv2dParams, x: &[f32], weight: &[f32], bias: &[f32], y: &mut [f32], scratch: &mut [f32]) {
    let geometry = Geometry::new(p);
    let bias = if p.has_bias == 0 { &[] } else { &bias[..geometry.out_stride] };
    if geometry.is_depthwise() {
        return depthwise::forward(&geometry, x, weight, bias, p.relu, y);
    }
    if let Some(walk) = Winograd::forward(&geometry, p.relu) {
        return walk.run(&Kernel::forward(&geometry, weight), x, bias, y, scratch);
    }
    let walk = Gather::forward(&geometry, p.relu);
    for group in 0..geometry.groups {
        pack::forward(&geometry, group, weight, &mut scratch[..walk.panel_len()]);
        walk.run(group, x, bias, y, scratch);
    }
}

/// Floats of scratch [`forward`] needs.
pub fn forward_scratch_len(p: &Conv2dParams) -> usize {
    let geometry = Geometry::new(p);
    Winograd::forward(&geometry, p.relu).map_or_else(|| Gather::forward(&geometry, p.relu).scratch_len(), |walk| walk.scratch_len())
}

/// `dx = conv_transpose(dy, weight)`: the sum, for every input, over the taps that read it.
pub fn input_gradient(p: &Conv2dParams, dy: &[f32], weight: &[f32], dx: &mut [f32], scratch: &mut [f32]) {
    let geometry = Geometry::new(p);
    if geometry.is_depthwise() {
        return depthwise::input_gradient(&geometry, dy, weight, dx);
    }
    if let Some(walk) = Winograd::input_gradient(&geometry) {
        return walk.run(&Kernel::turned(&geometry, weight), dy, &[], dx, scratch);
    }
    let walk = Gather::input_gradient(&geometry);
    for group in 0..geometry.groups {
        pack::transposed(&geometry, group, weight, &mut scratch[..walk.panel_len()]);
        walk.run(group, dy, &[], dx, scratch);
    }
}

/// Floats of scratch [`input_gradient`] needs.
pub fn input_gradient_scratch_len(p: &Conv2dParams) -> usize {
    let geometry = Geometry::new(p);
    Winograd::input_gradient(&geometry).map_or_else(|| Gather::input_gradient(&geometry).scratch_len(), |walk| walk.scratch_len())
}

/// `dweight[r][s][i][o] = sum over n, h, w of x[n][h*stride + r*dilation - padding][..][i] * dy[n][h][w][o]`.
pub fn weight_gradient(p: &Conv2dParams, x: &[f32], dy: &[f32], dweight: &mut [f32], scratch: &mut [f32]) {
    let geometry = Geometry::new(p);
    if geometry.is_depthwise() {
        return depthwise::weight_gradient(&geometry, x, dy, dweight);
    }
    match WeightGradient::new(&geometry) {
        Some(walk) => walk.run(x, dy, dweight, scratch),
        None => weights::run(&geometry, x, dy, dweight, scratch),
    }
}

/// Floats of scratch [`weight_gradient`] needs.
pub fn weight_gradient_scratch_len(p: &Conv2dParams) -> usize {
    let geometry = Geometry::new(p);
    WeightGradient::new(&geometry).map_or_else(|| weights::scratch_len(&geometry), |walk| walk.scratch_len())
}

/// `dbias[o] = sum over n, h, w of dy[n][h][w][o]`.
pub fn bias_gradient(p: &Conv2dParams, dy: &[f32], dbias: &mut [f32]) {
    let positions = p.batch as usize * p.out_height as usize * p.out_width as usize;
    let stride = p.out_stride as usize;
    column_sums(&dy[..positions * stride], stride, &mut dbias[..stride]);
}

/// Sums rows of `stride` floats, `stride` a multiple of four. Four accumulators a column hide the latency of the additions.
fn column_sums(rows: &[f32], stride: usize, sums: &mut [f32]) {
    const CHAINS: usize = 4;
    /// Rows that are added in single precision.
    const BLOCK: usize = 64 * CHAINS;
    for column in (0..stride).step_by(LANES) {
        let mut sum = Columns::default();
        for rows in rows.chunks(BLOCK * stride) {
            let mut acc = [F32x4::ZERO; CHAINS];
            let mut blocks = rows.chunks_exact(CHAINS * stride);
            for block in &mut blocks {
                for (chain, row) in block.chunks_exact(stride).enumerate() {
                    acc[chain] = acc[chain] + F32x4::load(&row[column..]);
                }
            }
            for row in blocks.remainder().chunks_exact(stride) {
                acc[0] = acc[0] + F32x4::load(&row[column..]);
            }
            sum.add((acc[0] + acc[1]) + (acc[2] + acc[3]));
        }
        sum.rounded().store(&mut sums[column..]);
    }
}
