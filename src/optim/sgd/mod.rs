//! Stochastic gradient descent with momentum.

mod simd;

use super::hyper::{self, Common, Hyper, hyper};
use crate::core::error::{Expected, SpecError};
use crate::core::fields::Fields;
use crate::core::kernel::{Args, Binding::*, Kernel, Pass, Real, double, reference};
use crate::core::wgsl::PRELUDE;

/// SGD with momentum (Sutskever et al. 2013, in PyTorch's form): `g += weight_decay p`; `v = momentum v + (1 - dampening) g`, in the first
/// step `v = g`; with `nesterov` `g += momentum v`, else `g = v`; `p -= learning_rate g`. Without momentum `p -= learning_rate g`.
///
/// Departs from Sutskever: the learning rate stands outside the velocity, which matters when it changes.
#[derive(Clone, Copy, Debug, PartialEq)]
#[expect(missing_docs, reason = "the names are the field's")]
pub struct Sgd {
    pub learning_rate: f64,
    pub momentum: f64,
    pub dampening: f64,
    pub weight_decay: f64,
    pub nesterov: bool,
}

impl Default for Sgd {
    fn default() -> Self {
        Self { learning_rate: 0.02, momentum: 0.9, dampening: 0.0, weight_decay: 0.0, nesterov: false }
    }
}

impl Sgd {
    /// Reads `learning_rate`, `momentum`, `dampening`, `weight_decay` and `nesterov`, all optional.
    ///
    /// # Errors
    /// A value that is not possible; Nesterov without momentum or with dampening.
    pub fn read(fields: &mut Fields<'_>) -> Result<Self, SpecError> {
        let default = Self::default();
        let sgd = Self {
            learning_rate: fields.number_or("learning_rate", 0.0, 1e3, default.learning_rate)?,
            momentum: fields.number_or("momentum", 0.0, 1.0, default.momentum)?,
            dampening: fields.number_or("dampening", 0.0, 1.0, default.dampening)?,
            weight_decay: fields.number_or("weight_decay", 0.0, 1e3, default.weight_decay)?,
            nesterov: fields.flag_or("nesterov", default.nesterov)?,
        };
        if sgd.nesterov && (sgd.momentum == 0.0 || sgd.dampening != 0.0) {
            return Err(SpecError::InvalidValue {
                path: format!("{}.nesterov", fields.path()),
                found: "true".into(),
                expected: Expected::NoNesterov,
            });
        }
        Ok(sgd)
    }

    /// What the kernel reads in one step; `first` is true in the first step after a start.
    pub fn hyper(&self, first: bool) -> Hyper {
        // The first step sets v = g: nothing of v is kept, and all of g goes in.
        let taken = if first { 1.0 } else { 1.0 - self.dampening };
        let nesterov = if self.nesterov { 1.0 } else { 0.0 };
        hyper(self.learning_rate, self.weight_decay, 1.0, first, [self.momentum, taken, nesterov, 0.0, 0.0, 0.0, 0.0, 0.0])
    }
}

/// gradients, hyper, undecayed, parameters, velocity. The rule's own in hyper: momentum, taken, nesterov.
pub static STEP: Kernel = Kernel {
    name: "sgd.step",
    bindings: &[Read, Read, ReadWords, ReadWrite, ReadWrite],
    scalar: reference(step::<f32>),
    scalar_f64: double(step::<f64>),
    simd: Some(|mut args| {
        let [gradients, hyper, undecayed, parameters, velocity] = args.take();
        simd::step(gradients.read(), hyper.read(), undecayed.read_words(), parameters.write(), velocity.write());
    }),
    wgsl: &[PRELUDE, hyper::WGSL, crate::core::wgsl::wgsl!("sgd.wgsl")],
    passes: &[Pass { entry: "step", workgroups: hyper::workgroups }],
    ..Kernel::BASE
};

fn step<T: Real>(mut args: Args<'_, T>) {
    let [gradients, hyper, undecayed, parameters, velocity] = args.take();
    let (common, [momentum, taken, nesterov, ..]) = Common::read(hyper.read());
    if common.stopped {
        return;
    }
    let (gradients, undecayed, velocity) = (gradients.read(), undecayed.read_words(), velocity.write());
    for (i, parameter) in parameters.write().iter_mut().enumerate() {
        let common = common.of_block(undecayed[i / hyper::BLOCK]);
        let mut g = common.gradient(gradients[i], *parameter);
        if momentum != T::zero() {
            velocity[i] = momentum * common.held(velocity[i]) + taken * g;
            g = if nesterov == T::one() { g + momentum * velocity[i] } else { velocity[i] };
        }
        *parameter -= common.learning_rate * g;
    }
}
