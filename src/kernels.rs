//! The list of all kernels, for the checks of declarations and shaders.

use crate::core::kernel::Kernel;
use crate::ops;

/// Kernels that are not operators'.
static OTHER_KERNELS: &[&Kernel] = &[
    &crate::data::augment::displacement::DISPLACEMENT,
    &crate::data::augment::warp::WARP,
    &crate::data::clutter::CLUTTER,
    &crate::data::gather::GATHER,
    &crate::programs::guard::CHECK,
    &crate::programs::metrics::ACCUMULATE,
    &crate::optim::adam::STEP,
    &crate::optim::adam::STEP_AMSGRAD,
    &crate::optim::clip::NORM,
    &crate::optim::rmsprop::STEP,
    &crate::optim::rmsprop::STEP_CENTERED,
    &crate::optim::sgd::STEP,
];

/// Every kernel there is.
pub fn kernels() -> impl Iterator<Item = &'static Kernel> {
    ops::REGISTRY.iter().flat_map(|family| family.kernels).chain(OTHER_KERNELS).copied()
}
