//! RMSprop.

mod simd;

use super::adam::LEAST_EPS;
use super::hyper::{self, Common, Hyper, hyper};
use crate::core::error::SpecError;
use crate::core::fields::Fields;
use crate::core::kernel::{Args, Binding::*, Kernel, Pass, Real, double, reference};
use crate::core::wgsl::PRELUDE;

/// RMSprop (Tieleman and Hinton 2012, lecture 6.5, in PyTorch's form): `g += weight_decay p`; `v = alpha v + (1 - alpha) g^2`; with `centered`
/// (Graves 2013, equations 38 to 45) `a = alpha a + (1 - alpha) g` and `v - a^2` in place of `v`; `b = momentum b + g / (sqrt(v) + eps)`;
/// `p -= learning_rate b`.
///
/// Departs from PyTorch: the momentum's buffer is kept when momentum is 0 too, so that it can change during a run; and where rounding makes
/// `v - a^2` negative, which has no root, it counts as 0.
#[derive(Clone, Copy, Debug, PartialEq)]
#[expect(missing_docs, reason = "the names are the field's")]
pub struct RmsProp {
    pub learning_rate: f64,
    pub alpha: f64,
    pub eps: f64,
    pub weight_decay: f64,
    pub momentum: f64,
    pub centered: bool,
}

impl Default for RmsProp {
    fn default() -> Self {
        Self { learning_rate: 1e-2, alpha: 0.99, eps: 1e-8, weight_decay: 0.0, momentum: 0.0, centered: false }
    }
}

impl RmsProp {
    /// Reads `learning_rate`, `alpha`, `eps`, `weight_decay`, `momentum` and `centered`, all optional.
    ///
    /// # Errors
    /// A value that is not possible.
    pub fn read(fields: &mut Fields<'_>) -> Result<Self, SpecError> {
        let default = Self::default();
        Ok(Self {
            learning_rate: fields.number_or("learning_rate", 0.0, 1e3, default.learning_rate)?,
            alpha: fields.number_or("alpha", 0.0, 1.0, default.alpha)?,
            eps: fields.number_or("eps", LEAST_EPS, 1.0, default.eps)?,
            weight_decay: fields.number_or("weight_decay", 0.0, 1e3, default.weight_decay)?,
            momentum: fields.number_or("momentum", 0.0, 1.0, default.momentum)?,
            centered: fields.flag_or("centered", default.centered)?,
        })
    }

    /// What the kernel reads in one step; `first` is true in the first step after a start.
    pub fn hyper(&self, first: bool) -> Hyper {
        let own = [self.alpha, 1.0 - self.alpha, self.eps, self.momentum, 0.0, 0.0, 0.0, 0.0];
        hyper(self.learning_rate, self.weight_decay, 1.0, first, own)
    }
}

/// gradients, hyper, undecayed, parameters, v, b. The rule's own in hyper: alpha, 1 - alpha, eps, momentum.
pub static STEP: Kernel = Kernel {
    name: "rmsprop.step",
    bindings: &[Read, Read, ReadWords, ReadWrite, ReadWrite, ReadWrite],
    scalar: reference(plain::<f32>),
    scalar_f64: double(plain::<f64>),
    simd: Some(|mut args| {
        let [gradients, hyper, undecayed, parameters, v, b] = args.take();
        simd::step(gradients.read(), hyper.read(), undecayed.read_words(), parameters.write(), v.write(), b.write());
    }),
    wgsl: &[PRELUDE, hyper::WGSL, crate::core::wgsl::wgsl!("rmsprop.wgsl"), crate::core::wgsl::wgsl!("plain.wgsl")],
    passes: &[Pass { entry: "step", workgroups: hyper::workgroups }],
    ..Kernel::BASE
};

/// As [`STEP`], and then a.
pub static STEP_CENTERED: Kernel = Kernel {
    name: "rmsprop.step_centered",
    bindings: &[Read, Read, ReadWords, ReadWrite, ReadWrite, ReadWrite, ReadWrite],
    scalar: reference(centered::<f32>),
    scalar_f64: double(centered::<f64>),
    simd: Some(|mut args| {
        let [gradients, hyper, undecayed, parameters, v, b, mean] = args.take();
        let (parameters, states) = (parameters.write(), [v.write(), b.write(), mean.write()]);
        simd::step_centered(gradients.read(), hyper.read(), undecayed.read_words(), parameters, states);
    }),
    wgsl: &[PRELUDE, hyper::WGSL, crate::core::wgsl::wgsl!("rmsprop.wgsl"), crate::core::wgsl::wgsl!("centered.wgsl")],
    passes: &[Pass { entry: "step", workgroups: hyper::workgroups }],
    ..Kernel::BASE
};

fn plain<T: Real>(mut args: Args<'_, T>) {
    let [gradients, hyper, undecayed, parameters, v, b] = args.take();
    step(gradients.read(), hyper.read(), undecayed.read_words(), parameters.write(), v.write(), b.write(), None);
}

fn centered<T: Real>(mut args: Args<'_, T>) {
    let [gradients, hyper, undecayed, parameters, v, b, mean] = args.take();
    let mean = Some(mean.write());
    step(gradients.read(), hyper.read(), undecayed.read_words(), parameters.write(), v.write(), b.write(), mean);
}

fn step<T: Real>(
    gradients: &[T],
    hyper: &[T],
    undecayed: &[u32],
    parameters: &mut [T],
    v: &mut [T],
    b: &mut [T],
    mut mean: Option<&mut [T]>,
) {
    let (common, [alpha, taken, eps, momentum, ..]) = Common::read(hyper);
    if common.stopped {
        return;
    }
    for (i, parameter) in parameters.iter_mut().enumerate() {
        let common = common.of_block(undecayed[i / hyper::BLOCK]);
        let g = common.gradient(gradients[i], *parameter);
        v[i] = alpha * common.held(v[i]) + taken * g * g;
        let mut spread = v[i];
        if let Some(mean) = &mut mean {
            mean[i] = alpha * common.held(mean[i]) + taken * g;
            let variance = spread - mean[i] * mean[i];
            spread = if variance < T::zero() { T::zero() } else { variance };
        }
        b[i] = momentum * common.held(b[i]) + g / (spread.sqrt() + eps);
        *parameter -= common.learning_rate * b[i];
    }
}
