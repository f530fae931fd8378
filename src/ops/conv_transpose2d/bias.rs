//! The bias of every channel, added to what the adjoint convolution made.

use bytemuck::{Pod, Zeroable};

use crate::core::kernel::{Args, Binding::*, Kernel, Pass, Real, double, params};
use crate::core::layout::channel_stride;
use crate::core::shape::Shape;
use crate::core::wgsl::PRELUDE;

/// The map's size; the same bytes as `struct BiasParams` in `bias.wgsl`.
#[repr(C)]
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
pub struct BiasParams {
    /// Floats of the map, pad lanes included: a multiple of `stride`.
    pub len: u32,
    /// Floats from one pixel to the next: a multiple of four.
    pub stride: u32,
    /// Uniform structs are multiples of 16 bytes.
    pub unused: [u32; 2],
}

impl BiasParams {
    /// For a map of this shape.
    pub(super) fn new(y: &Shape) -> Self {
        let [batch, channels, height, width] = y.nchw();
        let stride = channel_stride(channels);
        Self { len: (batch * height * width * stride) as u32, stride: stride as u32, unused: [0; 2] }
    }
}

/// bias -> added to y. The pad lanes of a bias are zero, and so those of y stay zero.
pub static BIAS: Kernel = Kernel {
    name: "conv_transpose2d.bias",
    bindings: &[Read, ReadWrite],
    scalar: add_bias::<f32>,
    scalar_f64: double(add_bias::<f64>),
    wgsl: &[PRELUDE, crate::core::wgsl::wgsl!("bias.wgsl")],
    passes: &[Pass { entry: "add_bias", workgroups }],
    ..Kernel::BASE
};

/// One thread for four floats.
fn workgroups(bytes: &[u8]) -> u64 {
    let p: BiasParams = params(bytes);
    u64::from(p.len).div_ceil(4 * 64)
}

fn add_bias<T: Real>(mut args: Args<'_, T>) {
    let p: BiasParams = args.params();
    let [bias, y] = args.take();
    let bias = &bias.read()[..p.stride as usize];
    for pixel in y.write().chunks_exact_mut(bias.len()) {
        for (y, &bias) in pixel.iter_mut().zip(bias) {
            *y += bias;
        }
    }
}
