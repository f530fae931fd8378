//! Dropout and stochastic depth: random masks, redrawn in every training step.

#[cfg(feature = "harness")]
mod cases;

use std::rc::Rc;

use bytemuck::{Pod, Zeroable};

use super::Family;
use crate::core::error::{Fix, Operands, ShapeError, SpecError};
use crate::core::fields::Fields;
use crate::core::kernel::{Args, Binding::*, Kernel, Pass, Real, double, params};
use crate::core::rng::{draw, hash, step_key, threshold};
use crate::core::shape::Shape;
use crate::core::wgsl::{HASH, PRELUDE};
use crate::ir::graph::{Graph, Node, ValueId};
use crate::ir::operator::{Operator, OutputSpec};

/// What this folder has to offer.
pub static FAMILY: Family = Family {
    operators: &[("dropout", parse), ("stochastic_depth", parse_stochastic_depth)],
    joins: &[],
    kernels: &[&MASK, &APPLY, &COPY],
    #[cfg(feature = "harness")]
    adapters: cases::ADAPTERS,
};

/// What is kept or dropped together.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Unit {
    /// Every value by itself: dropout.
    Value,
    /// All values of a sample: stochastic depth of a residual branch.
    Sample,
}

/// Where the mask comes from.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Source {
    /// Drawn from the run's seed, the step and the layer.
    Drawn,
    /// The second input: for comparing with others' numbers.
    Given,
}

/// Dropout, and with [`Unit::Sample`] stochastic depth.
#[doc = include_str!("dropout.en.md")]
#[doc = include_str!("stochastic_depth.en.md")]
#[derive(Clone, Debug, PartialEq)]
pub struct Dropout {
    /// The probability to drop, from 0 to below 1.
    pub p: f64,
    /// What is dropped together.
    pub unit: Unit,
    /// Where the mask comes from.
    pub source: Source,
}

fn read_p(fields: &mut Fields<'_>) -> Result<f64, SpecError> {
    fields.number_or("p", 0.0, 0.999, 0.5)
}

/// Reads the field of a `dropout` layer: `p` 0.5.
///
/// # Errors
/// An impossible value.
pub fn parse(fields: &mut Fields<'_>) -> Result<Rc<dyn Operator>, SpecError> {
    Ok(Rc::new(Dropout { p: read_p(fields)?, unit: Unit::Value, source: Source::Drawn }))
}

/// Reads the field of a `stochastic_depth` layer: `p` 0.5.
///
/// # Errors
/// An impossible value.
pub fn parse_stochastic_depth(fields: &mut Fields<'_>) -> Result<Rc<dyn Operator>, SpecError> {
    Ok(Rc::new(Dropout { p: read_p(fields)?, unit: Unit::Sample, source: Source::Drawn }))
}

/// The numbers of a mask; the same bytes as `struct DropoutParams` in `dropout.wgsl`.
#[repr(C)]
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
pub struct DropoutParams {
    /// Stored floats, pad lanes included: a multiple of four.
    pub len: u32,
    /// Stored floats that share a random number.
    pub unit: u32,
    /// Random numbers below this drop.
    pub threshold: u32,
    /// Tells layers apart.
    pub layer: u32,
    /// What is kept is multiplied by this.
    pub scale: f32,
    /// Uniform structs are multiples of 16 bytes.
    pub unused: [u32; 3],
}

impl Dropout {
    fn params(&self, graph: &Graph, node: &Node) -> DropoutParams {
        let value = graph.value(node.inputs[0]);
        let len = value.layout.stored_len(&value.shape);
        DropoutParams {
            len: len as u32,
            unit: match self.unit {
                Unit::Value => 1,
                Unit::Sample => (len / value.shape.dims().first().copied().unwrap_or(1).max(1)) as u32,
            },
            threshold: threshold(self.p),
            // Nodes of a plan's programs have the same names, and so the same masks.
            layer: node.name.bytes().fold(0, |layer, byte| hash(layer ^ u32::from(byte))),
            scale: match node.training {
                false => 1.0,
                // With p = 1 nothing is kept: zero, as in PyTorch, and not infinity times zero.
                true if self.p >= 1.0 => 0.0,
                true => (1.0 / (1.0 - self.p)) as f32,
            },
            unused: [0; 3],
        }
    }
}

impl Operator for Dropout {
    fn name(&self) -> &'static str {
        match self.unit {
            Unit::Value => "dropout",
            Unit::Sample => "stochastic_depth",
        }
    }

    fn short_name(&self) -> &'static str {
        match self.unit {
            Unit::Value => "dropout",
            Unit::Sample => "depth",
        }
    }

    fn infer(&self, node: &str, inputs: &[&Shape]) -> Result<Vec<OutputSpec>, ShapeError> {
        if let [x, mask] = inputs
            && x != mask
        {
            return Err(ShapeError::ShapesDiffer { node: node.to_owned(), left: x.to_string(), right: mask.to_string() });
        }
        let output = OutputSpec::floats(inputs[0].dims());
        Ok(vec![output.clone(), OutputSpec { what: "mask", ..output }])
    }

    fn check_training(&self, node: &str, inputs: &[&Shape]) -> Result<(), ShapeError> {
        if self.source == Source::Given && inputs.len() < 2 {
            let (op, what, found) = (self.name(), Operands::ActivationAndMask, inputs.len());
            return Err(ShapeError::WrongInputs { node: node.to_owned(), op, needed: 2, what, found, fix: Fix::GiveMask });
        }
        Ok(())
    }

    fn forward(&self, graph: &mut Graph, node: &Node) {
        let (x, y) = (node.inputs[0], node.outputs[0]);
        let params = self.params(graph, node);
        let params = bytemuck::bytes_of(&params);
        let mask = match (node.training, self.source) {
            (false, _) => return graph.call(&node.name, &COPY, params, &[x, y]),
            (true, Source::Given) => node.inputs[1],
            (true, Source::Drawn) => {
                let random = graph.random();
                graph.call(&node.name, &MASK, params, &[random, node.outputs[1]]);
                node.outputs[1]
            }
        };
        graph.call(&node.name, &APPLY, params, &[x, mask, y]);
    }

    // y = x mask / (1 - p)    dx = dy mask / (1 - p)    keeps the mask
    fn backward(&self, graph: &mut Graph, node: &Node, dy: ValueId, wants: &[bool]) -> Result<Vec<Option<ValueId>>, ShapeError> {
        let mut gradients = vec![None; node.inputs.len()];
        if wants[0] {
            let params = self.params(graph, node);
            let params = bytemuck::bytes_of(&params);
            let dx = graph.gradient_of(node.inputs[0]);
            match (node.training, self.source) {
                (false, _) => graph.call(&node.name, &COPY, params, &[dy, dx]),
                (true, Source::Given) => graph.call(&node.name, &APPLY, params, &[dy, node.inputs[1], dx]),
                (true, Source::Drawn) => graph.call(&node.name, &APPLY, params, &[dy, node.outputs[1], dx]),
            }
            gradients[0] = Some(dx);
        }
        Ok(gradients)
    }
}

const WGSL: &[&str] = &[PRELUDE, HASH, crate::core::wgsl::wgsl!("dropout.wgsl")];

/// random state -> mask
pub static MASK: Kernel = Kernel {
    name: "dropout.mask",
    bindings: &[ReadWords, Write],
    scalar: mask::<f32>,
    scalar_f64: double(mask::<f64>),
    wgsl: WGSL,
    passes: &[Pass { entry: "mask", workgroups }],
    ..Kernel::BASE
};

/// x, mask -> y
pub static APPLY: Kernel = Kernel {
    name: "dropout.apply",
    bindings: &[Read, Read, Write],
    scalar: apply::<f32>,
    scalar_f64: double(apply::<f64>),
    wgsl: WGSL,
    passes: &[Pass { entry: "apply", workgroups }],
    ..Kernel::BASE
};

/// x -> y, in evaluation
pub static COPY: Kernel = Kernel {
    name: "dropout.copy",
    bindings: &[Read, Write],
    scalar: copy::<f32>,
    scalar_f64: double(copy::<f64>),
    wgsl: WGSL,
    passes: &[Pass { entry: "copy", workgroups }],
    ..Kernel::BASE
};

/// One thread for four floats.
fn workgroups(bytes: &[u8]) -> u64 {
    let p: DropoutParams = params(bytes);
    u64::from(p.len).div_ceil(4 * 64)
}

fn mask<T: Real>(mut args: Args<'_, T>) {
    let p: DropoutParams = args.params();
    let [random, mask] = args.take();
    let key = step_key(p.layer, random.read_words());
    // Pad lanes get a number too; what they are multiplied with is zero.
    for (i, mask) in mask.write().iter_mut().enumerate() {
        let drawn = draw(key, i as u32 / p.unit);
        *mask = if drawn < p.threshold { T::zero() } else { T::one() };
    }
}

fn apply<T: Real>(mut args: Args<'_, T>) {
    let p: DropoutParams = args.params();
    let [x, mask, y] = args.take();
    for ((y, &x), &mask) in y.write().iter_mut().zip(x.read()).zip(mask.read()) {
        *y = x * mask * T::of(p.scale.into());
    }
}

fn copy<T: Real>(mut args: Args<'_, T>) {
    let [x, y] = args.take();
    y.write().copy_from_slice(x.read());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::kernel::Slot;

    fn drawn(random: [u32; 4], p: f64, unit: u32) -> Vec<f32> {
        let params = DropoutParams { len: 40_000, unit, threshold: threshold(p), layer: 7, scale: 1.0, unused: [0; 3] };
        let mut made = vec![f32::NAN; 40_000];
        let mut slots: [Slot<'_, f32>; crate::core::kernel::MAX_BINDINGS] = Default::default();
        slots[0] = Slot::ReadWords(&random);
        slots[1] = Slot::Write(&mut made);
        mask(Args { params: bytemuck::bytes_of(&params), slots, scratch: &mut [] });
        made
    }

    #[test]
    fn a_mask_keeps_its_share_and_changes_with_seed_and_step() {
        for p in [0.0, 0.1, 0.5, 0.9] {
            let kept = drawn([1, 0, 3, 0], p, 1).iter().sum::<f32>() / 40_000.0;
            assert!((f64::from(kept) - (1.0 - p)).abs() < 0.01, "{p}: {kept}");
        }
        let agree = |a: &[f32], b: &[f32]| a.iter().zip(b).filter(|(a, b)| a == b).count();
        let one = drawn([1, 0, 3, 0], 0.5, 1);
        assert_eq!(one, drawn([1, 0, 3, 0], 0.5, 1));
        for other in [[2, 0, 3, 0], [1, 0, 4, 0], [1, 1, 3, 0], [1, 0, 3, 1]] {
            let same = agree(&one, &drawn(other, 0.5, 1));
            assert!((19_400..20_600).contains(&same), "{other:?}: {same}");
        }
    }

    #[test]
    fn stochastic_depth_keeps_or_drops_a_whole_sample() {
        let mask = drawn([1, 0, 3, 0], 0.5, 100);
        assert!(mask.chunks(100).all(|sample| sample.iter().all(|value| *value == sample[0])));
        let kept = mask.chunks(100).filter(|sample| sample[0] == 1.0).count();
        assert!((150..250).contains(&kept), "{kept} of 400");
    }
}
