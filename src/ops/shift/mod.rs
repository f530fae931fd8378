//! Maps moved along channels, height and width, cut off at the edges and filled up with zeros: what padding, cropping and taking a slice of
//! the channels have in common, and each is the others' gradient.

mod scalar;
pub(super) mod simd;

use bytemuck::{Pod, Zeroable};

use super::Family;
use crate::core::kernel::{Binding::*, Kernel, Pass, double, params, reference};
use crate::core::layout::channel_stride;
use crate::core::shape::Shape;
use crate::core::wgsl::PRELUDE;
use crate::ir::graph::{Graph, ValueId};

/// What this folder has to offer.
pub static FAMILY: Family = Family {
    operators: &[],
    joins: &[],
    kernels: &[&FORWARD],
    #[cfg(feature = "harness")]
    adapters: &[],
};

/// How far the input's first channel, row and column lie from the output's; negative where the output begins later.
pub type Offset = [isize; 3];

/// Geometry of one shift; the same bytes as `struct ShiftParams` in `shift.wgsl`.
#[repr(C)]
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[expect(missing_docs, reason = "the names are the field's")]
pub struct ShiftParams {
    pub batch: u32,
    pub in_channels: u32,
    pub in_height: u32,
    pub in_width: u32,
    pub out_channels: u32,
    pub out_height: u32,
    pub out_width: u32,
    pub front: i32,
    pub top: i32,
    pub left: i32,
    /// Uniform structs are multiples of 16 bytes.
    pub unused: [u32; 2],
}

impl ShiftParams {
    /// For these shapes, which passed inference.
    pub fn new(x: &Shape, y: &Shape, [front, top, left]: Offset) -> Self {
        let ([batch, in_channels, in_height, in_width], [_, out_channels, out_height, out_width]) = (x.nchw(), y.nchw());
        Self {
            batch: batch as u32,
            in_channels: in_channels as u32,
            in_height: in_height as u32,
            in_width: in_width as u32,
            out_channels: out_channels as u32,
            out_height: out_height as u32,
            out_width: out_width as u32,
            front: front as i32,
            top: top as i32,
            left: left as i32,
            unused: [0; 2],
        }
    }
}

/// Adds the call `y[n,c,h,w] = x[n, c - front, h - top, w - left]`, zero where `x` has no such place.
pub fn call(graph: &mut Graph, node: &str, x: ValueId, y: ValueId, offset: Offset) {
    let params = ShiftParams::new(graph.shape(x), graph.shape(y), offset);
    graph.call(node, &FORWARD, bytemuck::bytes_of(&params), &[x, y]);
}

/// Adds the gradient of [`call`] with the same `offset`: the shift back.
pub fn gradient(graph: &mut Graph, node: &str, dy: ValueId, x: ValueId, offset: Offset) -> ValueId {
    let dx = graph.gradient_of(x);
    call(graph, node, dy, dx, offset.map(|by| -by));
    dx
}

/// x -> y
pub static FORWARD: Kernel = Kernel {
    name: "shift.forward",
    bindings: &[Read, Write],
    scalar: reference(scalar::forward::<f32>),
    scalar_f64: double(scalar::forward::<f64>),
    simd: Some(|mut args| {
        let p: ShiftParams = args.params();
        let [x, y] = args.take();
        simd::forward(&p, x.read(), y.write());
    }),
    wgsl: &[PRELUDE, crate::core::wgsl::wgsl!("../shared/lanes.wgsl"), crate::core::wgsl::wgsl!("shift.wgsl")],
    passes: &[Pass { entry: "forward", workgroups }],
    ..Kernel::BASE
};

/// One thread for four channels of an output pixel.
fn workgroups(bytes: &[u8]) -> u64 {
    let p: ShiftParams = params(bytes);
    let vectors = channel_stride(p.out_channels as usize) as u64 / 4;
    (u64::from(p.batch) * u64::from(p.out_height) * u64::from(p.out_width) * vectors).div_ceil(64)
}
