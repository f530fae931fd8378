//! Gradient clipping by the norm of all gradients together.

use super::hyper::{MAX_NORM, SCALE, StepParams};
use crate::core::kernel::{Args, Binding::*, Kernel, Pass, Real, double, params, reference};
use crate::core::simd::{F32x4, LANES};
use crate::core::sum::{Columns, sum_of};
use crate::core::wgsl::{PRELUDE, SUMS};

/// gradients, hyper. The coefficient of `torch.nn.utils.clip_grad_norm_` (Pascanu, Mikolov and Bengio 2013, algorithm 1):
/// `scale = min(1, max_norm / (norm + 1e-6))`, where norm is the L2 norm of all gradients. Reads `max_norm` from hyper and writes `scale` there
/// for the step that follows; the gradients stay as they are. Pad lanes are zero and add nothing.
///
/// Departs from Pascanu: the scale goes through 1 without a jump, and 1e-6 keeps it finite. A norm that is not a number makes the scale NaN.
pub static NORM: Kernel = Kernel {
    name: "clip.norm",
    bindings: &[Read, ReadWrite],
    scalar: reference(norm::<f32>),
    scalar_f64: double(norm::<f64>),
    simd: Some(norm_simd),
    wgsl: &[PRELUDE, SUMS, crate::core::wgsl::wgsl!("clip.wgsl")],
    passes: &[Pass { entry: "sum_shares", workgroups: |bytes| shares(bytes) as u64 }, Pass { entry: "scale", workgroups: |_| 1 }],
    wgsl_scratch: shares,
    ..Kernel::BASE
};

/// Vectors that the SIMD kernel adds in single precision.
const BLOCK: usize = 64;

/// Floats of a workgroup's share on a GPU.
const SHARE: usize = 4096;

/// Workgroups of the first level on a GPU; past the largest number each takes more.
fn shares(bytes: &[u8]) -> usize {
    let p: StepParams = params(bytes);
    (p.len as usize).div_ceil(SHARE).clamp(1, 1024)
}

fn norm<T: Real>(mut args: Args<'_, T>) {
    let [gradients, hyper] = args.take();
    write_scale(hyper.write(), sum_of(gradients.read().iter().map(|&g| g * g)));
}

fn norm_simd(mut args: Args<'_, f32>) {
    let [gradients, hyper] = args.take();
    let mut squares = Columns::default();
    for block in gradients.read().chunks(BLOCK * LANES) {
        squares.add(block.chunks_exact(LANES).map(F32x4::load).fold(F32x4::ZERO, |sum, g| g.mul_add(g, sum)));
    }
    write_scale(hyper.write(), squares.total());
}

fn write_scale<T: Real>(hyper: &mut [T], squares: T) {
    let scale = hyper[MAX_NORM] / (squares.sqrt() + T::of(1e-6));
    // Not `min`, which would hide a NaN.
    hyper[SCALE] = if scale > T::one() { T::one() } else { scale };
}
