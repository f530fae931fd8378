//! The Dice loss of segmentation.

#[cfg(feature = "harness")]
mod cases;

use std::rc::Rc;

use bytemuck::{Pod, Zeroable};

use super::Family;
use super::softmax::{self, Softmax};
use crate::core::error::{Fix, ShapeError, SpecError};
use crate::core::fields::Fields;
use crate::core::kernel::{Args, Binding::*, Kernel, Map, MapMut, Pass, Real, double, params};
use crate::core::layout::channel_stride;
use crate::core::shape::Shape;
use crate::core::sum::sum_of;
use crate::core::wgsl::PRELUDE;
use crate::core::wgsl::SUMS as SUMS_WGSL;
use crate::ir::graph::{Graph, Node, ValueId};
use crate::ir::operator::{Operator, OutputSpec};
use crate::ops::softmax_cross_entropy::IGNORE_INDEX;

/// What this folder has to offer.
pub static FAMILY: Family = Family {
    operators: &[],
    joins: &[],
    kernels: &[&SUMS, &FORWARD, &BACKWARD],
    #[cfg(feature = "harness")]
    adapters: cases::ADAPTERS,
};

/// The Dice loss of segmentation.
#[doc = include_str!("dice_loss.en.md")]
#[derive(Clone, Debug, PartialEq)]
pub struct DiceLoss {
    /// Added above and below.
    pub smooth: f64,
    /// The label of pixels that do not count.
    pub ignore_index: i32,
}

impl DiceLoss {
    /// Reads the fields of a `dice_loss`, both optional: `smooth` 1, `ignore_index` -100.
    ///
    /// # Errors
    /// A field that has an impossible value.
    pub fn read(fields: &mut Fields<'_>) -> Result<Self, SpecError> {
        Ok(Self {
            smooth: fields.number_or("smooth", 1e-6, 1e6, 1.0)?,
            ignore_index: fields.number_or("ignore_index", i32::MIN.into(), i32::MAX.into(), IGNORE_INDEX.into())? as i32,
        })
    }

    fn params(&self, logits: &Shape) -> DiceParams {
        let [n, c, h, w] = logits.nchw();
        DiceParams {
            rows: (n * h * w) as u32,
            channels: c as u32,
            channel_stride: channel_stride(c) as u32,
            ignore_index: self.ignore_index as u32,
            smooth: self.smooth as f32,
            unused: [0; 3],
        }
    }
}

/// Reads a `dice_loss`.
///
/// # Errors
/// As [`DiceLoss::read`].
pub fn parse(fields: &mut Fields<'_>) -> Result<Rc<dyn Operator>, SpecError> {
    Ok(Rc::new(DiceLoss::read(fields)?))
}

/// Geometry; the same bytes as `struct DiceParams` in `dice_loss.wgsl`.
#[repr(C)]
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
pub struct DiceParams {
    /// Pixels of the batch.
    pub rows: u32,
    /// Classes.
    pub channels: u32,
    /// Floats from one pixel to the next.
    pub channel_stride: u32,
    /// The label of pixels that do not count, as a word.
    pub ignore_index: u32,
    /// Added above and below.
    pub smooth: f32,
    /// Uniform structs are multiples of 16 bytes.
    pub unused: [u32; 3],
}

impl Operator for DiceLoss {
    fn name(&self) -> &'static str {
        "dice_loss"
    }

    fn short_name(&self) -> &'static str {
        "dice"
    }

    fn infer(&self, node: &str, inputs: &[&Shape]) -> Result<Vec<OutputSpec>, ShapeError> {
        let expected = match *inputs[0].dims() {
            [n, _, h, w] => vec![n, h, w],
            [n, _] => vec![n],
            _ => {
                let (node, shape) = (node.to_owned(), inputs[0].to_string());
                return Err(ShapeError::RankMismatch { node, needed: 4, also: Some(2), shape, fix: Fix::GiveMapOfLogits });
            }
        };
        if inputs[1].dims() != expected {
            let (left, right) = (inputs[1].to_string(), Shape::new(&expected).to_string());
            return Err(ShapeError::ShapesDiffer { node: node.to_owned(), left, right });
        }
        Ok(vec![
            OutputSpec::floats(&[1]),
            OutputSpec { what: "probabilities", ..OutputSpec::floats(inputs[0].dims()) },
            OutputSpec { what: "sums", ..OutputSpec::floats(&[3, inputs[0].nchw()[1]]) },
        ])
    }

    fn forward(&self, graph: &mut Graph, node: &Node) {
        let (logits, labels) = (node.inputs[0], node.inputs[1]);
        let [loss, probabilities, sums] = [node.outputs[0], node.outputs[1], node.outputs[2]];
        let softmax = Softmax { logarithm: false }.params(graph.shape(logits));
        graph.call(&node.name, &softmax::FORWARD, bytemuck::bytes_of(&softmax), &[logits, probabilities]);
        let params = self.params(graph.shape(logits));
        graph.call(&node.name, &SUMS, bytemuck::bytes_of(&params), &[probabilities, labels, sums]);
        graph.call(&node.name, &FORWARD, bytemuck::bytes_of(&params), &[sums, loss]);
    }

    // dp = -2 dloss / classes (g size - p overlap) / size^2, size = sum of p^2 + sum of g^2 + smooth, overlap = 2 sum of p g + smooth
    // then through the softmax    keeps probabilities and sums
    fn backward(&self, graph: &mut Graph, node: &Node, dy: ValueId, wants: &[bool]) -> Result<Vec<Option<ValueId>>, ShapeError> {
        if !wants[0] {
            return Ok(vec![None, None]);
        }
        let (logits, labels, probabilities, sums) = (node.inputs[0], node.inputs[1], node.outputs[1], node.outputs[2]);
        let (params, softmax) = (self.params(graph.shape(logits)), Softmax { logarithm: false }.params(graph.shape(logits)));
        let dprobabilities = graph.gradient_of(probabilities);
        graph.call(&node.name, &BACKWARD, bytemuck::bytes_of(&params), &[dy, probabilities, labels, sums, dprobabilities]);
        let dlogits = graph.gradient_of(logits);
        graph.call(&node.name, &softmax::BACKWARD, bytemuck::bytes_of(&softmax), &[dprobabilities, probabilities, dlogits]);
        Ok(vec![Some(dlogits), None])
    }
}

const WGSL: &[&str] = &[PRELUDE, SUMS_WGSL, crate::core::wgsl::wgsl!("dice_loss.wgsl")];

/// probabilities, labels -> sums
pub static SUMS: Kernel = Kernel {
    name: "dice_loss.sums",
    bindings: &[Read, ReadWords, Write],
    scalar: sums::<f32>,
    scalar_f64: double(sums::<f64>),
    wgsl: WGSL,
    passes: &[Pass { entry: "class_sums", workgroups: |bytes| params::<DiceParams>(bytes).channel_stride.into() }],
    ..Kernel::BASE
};

/// sums -> loss
pub static FORWARD: Kernel = Kernel {
    name: "dice_loss.forward",
    bindings: &[Read, Write],
    scalar: forward::<f32>,
    scalar_f64: double(forward::<f64>),
    wgsl: WGSL,
    passes: &[Pass { entry: "forward", workgroups: |_| 1 }],
    ..Kernel::BASE
};

/// dloss, probabilities, labels, sums -> dprobabilities
pub static BACKWARD: Kernel = Kernel {
    name: "dice_loss.backward",
    bindings: &[Read, Read, ReadWords, Read, Write],
    scalar: backward::<f32>,
    scalar_f64: double(backward::<f64>),
    wgsl: WGSL,
    passes: &[Pass { entry: "backward", workgroups }],
    ..Kernel::BASE
};

/// One thread for a probability.
fn workgroups(bytes: &[u8]) -> u64 {
    let p: DiceParams = params(bytes);
    (u64::from(p.rows) * u64::from(p.channel_stride)).div_ceil(64)
}

fn sums<T: Real>(mut args: Args<'_, T>) {
    let p: DiceParams = args.params();
    let [probabilities, labels, sums] = args.take();
    let (probabilities, mut sums) = (Map::new(probabilities.read(), p.channels, 1, 1), MapMut::zeroed(sums.write(), p.channels, 1, 1));
    let labels = &labels.read_words()[..p.rows as usize];
    // A label that is no class makes the loss NaN, as with cross-entropy.
    let no_class = labels.iter().any(|&label| label >= p.channels && label != p.ignore_index);
    let start = if no_class { T::nan() } else { T::zero() };
    for c in 0..p.channels as usize {
        let counted = labels.iter().enumerate().filter(|(_, label)| **label != p.ignore_index);
        let of_class = counted.clone().filter(|(_, label)| **label as usize == c);
        *sums.at(0, c, 0, 0) = start + sum_of(of_class.clone().map(|(row, _)| probabilities.at(row, c, 0, 0)));
        *sums.at(1, c, 0, 0) = sum_of(counted.map(|(row, _)| probabilities.at(row, c, 0, 0)).map(|q| q * q));
        *sums.at(2, c, 0, 0) = T::of(of_class.count() as f64);
    }
}

/// `2 sum of p g + smooth` and `sum of p^2 + sum of g^2 + smooth` of a class.
fn parts<T: Real>(p: &DiceParams, sums: Map<'_, T>, class: usize) -> (T, T) {
    let (two, smooth) = (T::of(2.0), T::of(p.smooth.into()));
    (two * sums.at(0, class, 0, 0) + smooth, sums.at(1, class, 0, 0) + sums.at(2, class, 0, 0) + smooth)
}

fn forward<T: Real>(mut args: Args<'_, T>) {
    let p: DiceParams = args.params();
    let [sums, loss] = args.take();
    let sums = Map::new(sums.read(), p.channels, 1, 1);
    let total = (0..p.channels as usize).map(|c| parts(&p, sums, c)).map(|(overlap, size)| overlap / size).sum::<T>();
    let loss = loss.write();
    loss.fill(T::zero());
    loss[0] = T::one() - total / T::of(p.channels.into());
}

fn backward<T: Real>(mut args: Args<'_, T>) {
    let p: DiceParams = args.params();
    let [dloss, probabilities, labels, sums, dprobabilities] = args.take();
    let (probabilities, sums) = (Map::new(probabilities.read(), p.channels, 1, 1), Map::new(sums.read(), p.channels, 1, 1));
    let mut dprobabilities = MapMut::zeroed(dprobabilities.write(), p.channels, 1, 1);
    let scale = T::of(-2.0 / f64::from(p.channels)) * dloss.read()[0];
    for (row, &label) in labels.read_words().iter().enumerate().take(p.rows as usize).filter(|(_, label)| **label != p.ignore_index) {
        for c in 0..p.channels as usize {
            let (overlap, size) = parts(&p, sums, c);
            let g = if label as usize == c { T::one() } else { T::zero() };
            *dprobabilities.at(row, c, 0, 0) = scale * (g * size - probabilities.at(row, c, 0, 0) * overlap) / (size * size);
        }
    }
}
