//! Numbers that are none stop a run in the step where they arise, also where an operator hides them from the loss and the gradients.

use receptive::backend::Device;
use receptive::backend::cpu::Kernels;

use crate::support::not_finite;

#[test]
fn the_scalar_kernels_find_what_operators_hide() {
    pollster::block_on(not_finite::check(|| Device::Cpu(Kernels::Scalar)));
}

#[test]
fn the_simd_kernels_find_what_operators_hide() {
    pollster::block_on(not_finite::check(|| Device::Cpu(Kernels::Simd)));
}
