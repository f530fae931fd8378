//! What the host tells the optimizer's kernels before a step. It lies in a buffer, not in the params, so that changing a rate rebuilds nothing.

use bytemuck::{Pod, Zeroable};

use crate::core::kernel::{Real, params};

/// Floats in the buffer of hyperparameters.
pub const LEN: usize = 16;

/// Eight that every rule has: learning_rate, weight_decay (added to the gradient), kept (the factor that AdamW's decay leaves of a parameter),
/// first (1 while the state holds nothing), scale of the gradients, max_norm, stopped, 0; then eight of the rule's own.
pub type Hyper = [f32; LEN];

/// Where the scale of the gradients lies: 1 from the host, or what [`super::clip::NORM`] found.
pub const SCALE: usize = 4;

/// Where the largest norm lies.
pub const MAX_NORM: usize = 5;

/// Where it says that the step must change nothing: 0 from the host, 1 once [`crate::programs::guard::CHECK`] found a number that is none.
pub const STOPPED: usize = 6;

/// Floats of the arena that share a word of the table of parameters without decay: what parameters are aligned to.
pub const BLOCK: usize = 64;

/// A step's bindings before the state: gradients, hyper, undecayed, parameters.
pub const BINDINGS: usize = 4;

/// WGSL that every step's source begins with, after the prelude.
pub const WGSL: &str = crate::core::wgsl::wgsl!("step.wgsl");

/// How much there is; the same bytes as `struct StepParams` in `step.wgsl`.
#[repr(C)]
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
pub struct StepParams {
    /// Floats in the arena: a multiple of [`BLOCK`].
    pub len: u32,
    /// Uniform structs are multiples of 16 bytes.
    pub unused: [u32; 3],
}

/// One thread for four floats.
pub fn workgroups(bytes: &[u8]) -> u64 {
    let p: StepParams = params(bytes);
    u64::from(p.len).div_ceil(4 * 64)
}

/// Puts the eight common values before a rule's own.
pub(super) fn hyper(learning_rate: f64, weight_decay: f64, kept: f64, first: bool, own: [f64; 8]) -> Hyper {
    let first = if first { 1.0 } else { 0.0 };
    let [a, b, c, d, e, f, g, h] = own;
    [learning_rate, weight_decay, kept, first, 1.0, 0.0, 0.0, 0.0, a, b, c, d, e, f, g, h].map(|value| value as f32)
}

/// The common values, read back by a scalar or SIMD kernel.
#[derive(Clone, Copy, Debug)]
pub(super) struct Common<T> {
    pub learning_rate: T,
    pub weight_decay: T,
    pub kept: T,
    pub first: bool,
    pub scale: T,
    pub stopped: bool,
}

impl<T: Real> Common<T> {
    /// Splits the buffer into the common values and the rule's own.
    pub fn read(hyper: &[T]) -> (Self, [T; 8]) {
        let [learning_rate, weight_decay, kept, first, scale] = std::array::from_fn(|i| hyper[i]);
        (
            Self { learning_rate, weight_decay, kept, first: first == T::one(), scale, stopped: hyper[STOPPED] != T::zero() },
            std::array::from_fn(|i| hyper[8 + i]),
        )
    }

    /// The same for a block of the arena: without decay where its word in the table is not 0.
    pub fn of_block(self, undecayed: u32) -> Self {
        if undecayed == 0 { self } else { Self { weight_decay: T::zero(), kept: T::one(), ..self } }
    }

    /// The gradient as the rule gets it: scaled, and with the L2 penalty's.
    pub fn gradient(&self, gradient: T, parameter: T) -> T {
        self.scale * gradient + self.weight_decay * parameter
    }

    /// What the state held, or nothing: state left from an earlier run may be anything, even NaN, and is not multiplied by.
    pub fn held(&self, state: T) -> T {
        if self.first { T::zero() } else { state }
    }
}
