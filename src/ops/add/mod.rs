//! Elementwise sum: autodiff's join where a value is read by several nodes.

use bytemuck::{Pod, Zeroable};

use super::PRELUDE;
use crate::graph::{Graph, ValueId};
use crate::kernel::{Args, Binding::*, Kernel, Pass, Real, params};

/// How many floats there are; the same bytes as `struct AddParams` in `add.wgsl`.
#[repr(C)]
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
pub struct AddParams {
    /// Stored floats, pad lanes included: a multiple of four.
    pub len: u32,
    /// Uniform structs are multiples of 16 bytes.
    pub unused: [u32; 3],
}

/// Adds the call `a + b` for two gradients of one value and returns the sum.
pub fn sum_gradients(graph: &mut Graph, node: &str, a: ValueId, b: ValueId) -> ValueId {
    // Named and laid out as the later gradient: the earlier one may be a seed, whose memory is the host's or a constant's.
    let value = graph.value(b).clone();
    let len = value.layout.stored_len(&value.shape) as u32;
    let sum = graph.temporary(value.name, value.shape);
    graph.call(node, &FORWARD, bytemuck::bytes_of(&AddParams { len, unused: [0; 3] }), &[a, b, sum]);
    sum
}

/// a, b -> y
pub static FORWARD: Kernel = Kernel {
    name: "add.forward",
    bindings: &[Read, Read, Write],
    scalar: forward::<f32>,
    scalar_f64: forward::<f64>,
    wgsl: &[PRELUDE, include_str!("add.wgsl")],
    passes: &[Pass { entry: "forward", workgroups }],
    ..Kernel::BASE
};

/// One thread for four floats.
fn workgroups(bytes: &[u8]) -> u64 {
    let p: AddParams = params(bytes);
    u64::from(p.len).div_ceil(4 * 64)
}

fn forward<T: Real>(mut args: Args<'_, T>) {
    let [a, b, y] = args.take();
    for ((y, &a), &b) in y.write().iter_mut().zip(a.read()).zip(b.read()) {
        *y = a + b;
    }
}
