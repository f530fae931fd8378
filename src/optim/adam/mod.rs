//! Adam, AMSGrad and AdamW.

mod simd;

use super::hyper::{self, Common, Hyper, hyper};
use crate::core::error::{Expected, SpecError};
use crate::core::fields::{Fields, brief};
use crate::core::kernel::{Args, Binding::*, Kernel, Pass, Real, double, reference};
use crate::core::wgsl::PRELUDE;

/// Adam (Kingma and Ba 2015, algorithm 1): `g += weight_decay p`; `m = beta1 m + (1 - beta1) g`; `v = beta2 v + (1 - beta2) g^2`;
/// `p -= learning_rate (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + eps)` with t from 1. With `amsgrad` (Reddi et al. 2018) the largest `v`
/// so far takes the place of `v`. With `decoupled_weight_decay` it is AdamW (Loshchilov and Hutter 2019, algorithm 2, in PyTorch's form): no
/// `g += weight_decay p`, but first `p *= 1 - learning_rate weight_decay`.
///
/// As in PyTorch the corrections are of the step's number and the present betas. `t` restarts with the run.
#[derive(Clone, Copy, Debug, PartialEq)]
#[expect(missing_docs, reason = "the names are the field's")]
pub struct Adam {
    pub learning_rate: f64,
    pub betas: [f64; 2],
    pub eps: f64,
    pub weight_decay: f64,
    pub amsgrad: bool,
    pub decoupled_weight_decay: bool,
}

impl Default for Adam {
    fn default() -> Self {
        Self { learning_rate: 1e-3, betas: [0.9, 0.999], eps: 1e-8, weight_decay: 0.0, amsgrad: false, decoupled_weight_decay: false }
    }
}

/// The smallest eps: above what `f32` and WGSL take for zero, so that places without any gradient divide zero by something.
pub(super) const LEAST_EPS: f64 = 1e-20;

impl Adam {
    /// PyTorch's defaults for AdamW.
    pub const ADAMW: Self =
        Self { learning_rate: 1e-3, betas: [0.9, 0.999], eps: 1e-8, weight_decay: 1e-2, amsgrad: false, decoupled_weight_decay: true };

    /// Reads `learning_rate`, `betas`, `eps`, `weight_decay` and `amsgrad`, all optional.
    ///
    /// # Errors
    /// A value that is not possible.
    pub fn read(fields: &mut Fields<'_>, default: Self) -> Result<Self, SpecError> {
        Ok(Self {
            learning_rate: fields.number_or("learning_rate", 0.0, 1e3, default.learning_rate)?,
            betas: read_betas(fields, default.betas)?,
            eps: fields.number_or("eps", LEAST_EPS, 1.0, default.eps)?,
            weight_decay: fields.number_or("weight_decay", 0.0, 1e3, default.weight_decay)?,
            amsgrad: fields.flag_or("amsgrad", default.amsgrad)?,
            ..default
        })
    }

    /// What the kernel reads in step `step` (from 0). The corrections are computed here, in double precision.
    pub fn hyper(&self, step: u64, first: bool) -> Hyper {
        let [beta1, beta2] = self.betas;
        let correction = |beta: f64| 1.0 - beta.powf((step + 1) as f64);
        let (added, kept) = match self.decoupled_weight_decay {
            true => (0.0, 1.0 - self.learning_rate * self.weight_decay),
            false => (self.weight_decay, 1.0),
        };
        let own = [beta1, 1.0 - beta1, beta2, 1.0 - beta2, self.eps, correction(beta2).sqrt().recip(), 0.0, 0.0];
        hyper(self.learning_rate / correction(beta1), added, kept, first, own)
    }
}

fn read_betas(fields: &mut Fields<'_>, default: [f64; 2]) -> Result<[f64; 2], SpecError> {
    let Some(value) = fields.get("betas") else { return Ok(default) };
    let numbers: Option<Vec<f64>> = value.as_array().and_then(|items| items.iter().map(serde_json::Value::as_f64).collect());
    match numbers.as_deref() {
        Some(&[beta1, beta2]) if [beta1, beta2].iter().all(|beta| (0.0..1.0).contains(beta)) => Ok([beta1, beta2]),
        _ => Err(SpecError::InvalidValue { path: format!("{}.betas", fields.path()), found: brief(value), expected: Expected::Betas }),
    }
}

/// gradients, hyper, undecayed, parameters, m, v. In hyper: learning_rate is that of the step over `1 - beta1^t`; the rule's own are beta1,
/// 1 - beta1, beta2, 1 - beta2, eps, `1 / sqrt(1 - beta2^t)`.
pub static STEP: Kernel = Kernel {
    name: "adam.step",
    bindings: &[Read, Read, ReadWords, ReadWrite, ReadWrite, ReadWrite],
    scalar: reference(plain::<f32>),
    scalar_f64: double(plain::<f64>),
    simd: Some(|mut args| {
        let [gradients, hyper, undecayed, parameters, m, v] = args.take();
        simd::step(gradients.read(), hyper.read(), undecayed.read_words(), parameters.write(), m.write(), v.write());
    }),
    wgsl: &[PRELUDE, hyper::WGSL, crate::core::wgsl::wgsl!("adam.wgsl"), crate::core::wgsl::wgsl!("plain.wgsl")],
    passes: &[Pass { entry: "step", workgroups: hyper::workgroups }],
    ..Kernel::BASE
};

/// As [`STEP`], and then the largest v.
pub static STEP_AMSGRAD: Kernel = Kernel {
    name: "adam.step_amsgrad",
    bindings: &[Read, Read, ReadWords, ReadWrite, ReadWrite, ReadWrite, ReadWrite],
    scalar: reference(amsgrad::<f32>),
    scalar_f64: double(amsgrad::<f64>),
    simd: Some(|mut args| {
        let [gradients, hyper, undecayed, parameters, m, v, largest] = args.take();
        let (parameters, states) = (parameters.write(), [m.write(), v.write(), largest.write()]);
        simd::step_amsgrad(gradients.read(), hyper.read(), undecayed.read_words(), parameters, states);
    }),
    wgsl: &[PRELUDE, hyper::WGSL, crate::core::wgsl::wgsl!("adam.wgsl"), crate::core::wgsl::wgsl!("amsgrad.wgsl")],
    passes: &[Pass { entry: "step", workgroups: hyper::workgroups }],
    ..Kernel::BASE
};

fn plain<T: Real>(mut args: Args<'_, T>) {
    let [gradients, hyper, undecayed, parameters, m, v] = args.take();
    step(gradients.read(), hyper.read(), undecayed.read_words(), parameters.write(), m.write(), v.write(), None);
}

fn amsgrad<T: Real>(mut args: Args<'_, T>) {
    let [gradients, hyper, undecayed, parameters, m, v, largest] = args.take();
    let largest = Some(largest.write());
    step(gradients.read(), hyper.read(), undecayed.read_words(), parameters.write(), m.write(), v.write(), largest);
}

fn step<T: Real>(
    gradients: &[T],
    hyper: &[T],
    undecayed: &[u32],
    parameters: &mut [T],
    m: &mut [T],
    v: &mut [T],
    mut largest: Option<&mut [T]>,
) {
    let (common, [beta1, taken1, beta2, taken2, eps, correction, ..]) = Common::read(hyper);
    if common.stopped {
        return;
    }
    for (i, parameter) in parameters.iter_mut().enumerate() {
        let common = common.of_block(undecayed[i / hyper::BLOCK]);
        let g = common.gradient(gradients[i], *parameter);
        m[i] = beta1 * common.held(m[i]) + taken1 * g;
        v[i] = beta2 * common.held(v[i]) + taken2 * g * g;
        let mut second = v[i];
        if let Some(largest) = &mut largest {
            let before = common.held(largest[i]);
            // A NaN wins, whichever it is.
            largest[i] = if second > before || second.is_nan() { second } else { before };
            second = largest[i];
        }
        *parameter = common.kept * *parameter - common.learning_rate * m[i] / (second.sqrt() * correction + eps);
    }
}
