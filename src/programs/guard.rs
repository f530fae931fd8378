//! Numbers that are none: found on the device in the step where they arise, before they reach the parameters.
//!
//! What is looked at: the loss; all gradients of parameters; and the inputs of operators that may hide an infinity
//! ([`hides_infinity`](crate::ir::operator::Operator::hides_infinity)). Everything else passes what is not finite on to one of these; a ReLU does so because it
//! is [strict](crate::ops::relu::STRICT) in training.

use crate::core::kernel::{self, Args, Binding::*, Kernel, Pass, Real, double, reference};
use crate::core::simd::{F32x4, LANES};
use crate::core::wgsl::PRELUDE;
use crate::optim::hyper::{STOPPED, StepParams};

/// The word of the metrics' sums that is 1 once a loss, a gradient or an activation that is looked at was not finite.
pub const FLAG: usize = 5;

/// gradients, or activations whose infinities an operator would hide; sums, hyper. Sets the flag of the sums when one is infinite or not a number,
/// and tells the optimizer to do nothing once it is set, by whichever kernel: the parameters stay what they were before that step, until the host
/// has read the sums and written hyper anew.
pub static CHECK: Kernel = Kernel {
    name: "guard.check",
    bindings: &[Read, ReadWriteWords, ReadWrite],
    scalar: reference(check::<f32>),
    scalar_f64: double(check::<f64>),
    simd: Some(|mut args| {
        let [gradients, sums, hyper] = args.take();
        // A finite number times zero is zero; of the others it is NaN, and stays it.
        let rest = gradients.read().chunks_exact(LANES).map(F32x4::load).fold(F32x4::ZERO, |sum, g| g.mul_add(F32x4::ZERO, sum));
        report(rest.to_array().iter().all(|lane| *lane == 0.0), sums.write_words(), hyper.write());
    }),
    wgsl: &[PRELUDE, crate::core::wgsl::wgsl!("guard.wgsl")],
    passes: &[Pass { entry: "check", workgroups }, Pass { entry: "stop", workgroups: stop_workgroups }],
    ..Kernel::BASE
};

/// What a check of so many floats gets. On a GPU the last of a step's tells the optimizer of what all of them found.
pub fn params(len: usize, last: bool) -> StepParams {
    StepParams { len: len as u32, unused: [u32::from(!last), 0, 0] }
}

fn stop_workgroups(bytes: &[u8]) -> u64 {
    let p: StepParams = kernel::params(bytes);
    u64::from(p.unused[0] == 0)
}

/// A thread for four floats; past this many workgroups each takes more.
fn workgroups(bytes: &[u8]) -> u64 {
    let p: StepParams = kernel::params(bytes);
    u64::from(p.len).div_ceil(4 * 64).min(1024)
}

fn check<T: Real>(mut args: Args<'_, T>) {
    let [gradients, sums, hyper] = args.take();
    report(gradients.read().iter().all(|g| g.is_finite()), sums.write_words(), hyper.write());
}

fn report<T: Real>(finite: bool, sums: &mut [u32], hyper: &mut [T]) {
    sums[FLAG] |= u32::from(!finite);
    if sums[FLAG] != 0 {
        hyper[STOPPED] = T::one();
    }
}
