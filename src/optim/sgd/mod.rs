//! Stochastic gradient descent with momentum.

mod simd;

use bytemuck::{Pod, Zeroable};
use serde_json::Value;

use crate::error::SpecError;
use crate::kernel::{Args, Binding::*, Kernel, Pass, Real, params};
use crate::network::fields::Fields;
use crate::ops::PRELUDE;

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
    /// Reads `{"type": "sgd", learning_rate, momentum, dampening, weight_decay, nesterov}`, all optional.
    ///
    /// # Errors
    /// A value that is not possible; Nesterov without momentum or with dampening.
    pub fn from_json(json: &Value) -> Result<Self, SpecError> {
        let default = Self::default();
        let mut fields = Fields::new("training.optimizer", json)?;
        fields.choice_or("type", &[("sgd", ())], ())?;
        let sgd = Self {
            learning_rate: fields.number_or("learning_rate", 0.0, 1e3, default.learning_rate)?,
            momentum: fields.number_or("momentum", 0.0, 1.0, default.momentum)?,
            dampening: fields.number_or("dampening", 0.0, 1.0, default.dampening)?,
            weight_decay: fields.number_or("weight_decay", 0.0, 1e3, default.weight_decay)?,
            nesterov: fields.flag_or("nesterov", default.nesterov)?,
        };
        fields.finish()?;
        if sgd.nesterov && (sgd.momentum == 0.0 || sgd.dampening != 0.0) {
            return Err(SpecError::InvalidValue {
                path: "training.optimizer.nesterov".into(),
                found: "true".into(),
                expected: "false, or a momentum above 0 with no dampening".into(),
            });
        }
        Ok(sgd)
    }

    /// What the kernel reads in one step; `first` is true in the first step after a start.
    pub fn hyper(&self, first: bool) -> [f32; HYPER_LEN] {
        let flag = |on: bool| if on { 1.0 } else { 0.0 };
        [
            self.learning_rate as f32,
            self.momentum as f32,
            // The first step sets v = g: nothing of v is kept, and all of g goes in.
            if first { 0.0 } else { self.dampening as f32 },
            self.weight_decay as f32,
            flag(self.nesterov),
            flag(first),
            0.0,
            0.0,
        ]
    }
}

/// Floats in the buffer of hyperparameters: learning_rate, momentum, dampening, weight_decay, nesterov, first, 0, 0.
pub const HYPER_LEN: usize = 8;

/// How much there is; the same bytes as `struct SgdParams` in `sgd.wgsl`.
#[repr(C)]
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
pub struct SgdParams {
    /// Floats in the arena: a multiple of four.
    pub len: u32,
    /// Uniform structs are multiples of 16 bytes.
    pub unused: [u32; 3],
}

/// gradients, hyper, parameters, velocity. The rates are in a buffer, not in the params, so that changing one rebuilds nothing.
pub static STEP: Kernel = Kernel {
    name: "sgd.step",
    bindings: &[Read, Read, ReadWrite, ReadWrite],
    scalar: step::<f32>,
    scalar_f64: step::<f64>,
    simd: Some(|mut args| {
        let [gradients, hyper, parameters, velocity] = args.take();
        simd::step(gradients.read(), hyper.read(), parameters.write(), velocity.write());
    }),
    wgsl: &[PRELUDE, include_str!("sgd.wgsl")],
    passes: &[Pass { entry: "step", workgroups }],
    ..Kernel::BASE
};

/// One thread for four floats.
fn workgroups(bytes: &[u8]) -> u64 {
    let p: SgdParams = params(bytes);
    u64::from(p.len).div_ceil(4 * 64)
}

fn step<T: Real>(mut args: Args<'_, T>) {
    let [gradients, hyper, parameters, velocity] = args.take();
    let [learning_rate, momentum, dampening, weight_decay, nesterov, first, ..] = *hyper.read() else { return };
    let places = parameters.write().iter_mut().zip(velocity.write()).zip(gradients.read());
    for ((parameter, velocity), &gradient) in places {
        let mut g = gradient + weight_decay * *parameter;
        if momentum != T::zero() {
            // A velocity left from an earlier start may be anything, even NaN: the first step does not multiply by it.
            let kept = if first == T::one() { T::zero() } else { momentum * *velocity };
            *velocity = kept + (T::one() - dampening) * g;
            g = if nesterov == T::one() { g + momentum * *velocity } else { *velocity };
        }
        *parameter -= learning_rate * g;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nesterov_needs_momentum_and_no_dampening() {
        let read = |json: &str| Sgd::from_json(&serde_json::from_str(json).unwrap());
        assert!(read(r#"{"nesterov": true, "momentum": 0.9}"#).is_ok());
        assert!(read(r#"{"nesterov": true, "momentum": 0}"#).is_err());
        assert!(read(r#"{"nesterov": true, "dampening": 0.5}"#).is_err());
        assert!(read(r#"{"type": "adam"}"#).is_err());
        assert!(read(r#"{"learning_rate": -1}"#).is_err());
    }
}
