//! Maps brought together along their channels.

#[cfg(feature = "harness")]
mod cases;
mod simd;

use std::rc::Rc;

use bytemuck::{Pod, Zeroable};

use super::{Family, shift};
use crate::core::error::{Expected, Fix, Part, ShapeError, SpecError};
use crate::core::fields::Fields;
use crate::core::kernel::{Args, Binding::*, Kernel, Pass, Real, double, params, reference};
use crate::core::layout::channel_stride;
use crate::core::shape::Shape;
use crate::core::wgsl::PRELUDE;
use crate::ir::graph::{Graph, Node, ValueId};
use crate::ir::operator::{Operator, OutputSpec};

/// What this folder has to offer.
pub static FAMILY: Family = Family {
    operators: &[],
    joins: &[("concat", parse)],
    kernels: &[&PLACE],
    #[cfg(feature = "harness")]
    adapters: cases::ADAPTERS,
};

/// The channels of every input one after the other, in the order of the inputs.
#[doc = include_str!("concat.en.md")]
#[derive(Clone, Debug, PartialEq)]
pub struct Concat;

/// Reads the fields of a `concat` layer: optionally `dim`, which must be 1.
///
/// # Errors
/// Another `dim`.
pub fn parse(fields: &mut Fields<'_>) -> Result<Rc<dyn Operator>, SpecError> {
    fields.only("dim", 1, Expected::ConcatDim)?;
    Ok(Rc::new(Concat))
}

/// Where an input goes; the same bytes as `struct ConcatParams` in `concat.wgsl`.
#[repr(C)]
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
pub struct ConcatParams {
    /// Pixels of the whole batch.
    pub pixels: u32,
    /// Channels of the input.
    pub in_channels: u32,
    /// Channels of the output.
    pub out_channels: u32,
    /// The output's channel that the input's first one becomes.
    pub first: u32,
}

/// The inputs of a node, each with the output's channel that it begins at.
fn placed(graph: &Graph, node: &Node) -> Vec<(ValueId, usize)> {
    let mut first = 0;
    let place = |&id: &ValueId| {
        let here = first;
        first += graph.shape(id).nchw()[1];
        (id, here)
    };
    node.inputs.iter().map(place).collect()
}

impl Operator for Concat {
    fn name(&self) -> &'static str {
        "concat"
    }

    fn short_name(&self) -> &'static str {
        "concat"
    }

    fn joins(&self) -> bool {
        true
    }

    fn infer(&self, node: &str, inputs: &[&Shape]) -> Result<Vec<OutputSpec>, ShapeError> {
        let first = inputs[0];
        if !matches!(first.rank(), 2 | 4) {
            let (node, shape) = (node.to_owned(), first.to_string());
            return Err(ShapeError::RankMismatch { node, needed: 4, also: Some(2), shape, fix: Fix::AfterSeveralMaps });
        }
        let mut dims = first.dims().to_vec();
        for other in &inputs[1..] {
            let same = other.rank() == first.rank() && other.dims()[0] == dims[0] && other.dims()[2..] == dims[2..];
            if !same {
                return Err(ShapeError::BranchesDiffer { node: node.to_owned(), first: first.to_string(), other: other.to_string() });
            }
            let overflow = || ShapeError::SizeOverflow { node: node.to_owned(), what: Part::Channels };
            dims[1] = dims[1].checked_add(other.dims()[1]).ok_or_else(overflow)?;
        }
        Ok(vec![OutputSpec::floats(&dims)])
    }

    fn forward(&self, graph: &mut Graph, node: &Node) {
        let y = node.outputs[0];
        for (x, first) in placed(graph, node) {
            let ([n, in_channels, h, w], [_, out_channels, ..]) = (graph.shape(x).nchw(), graph.shape(y).nchw());
            let params = ConcatParams {
                pixels: (n * h * w) as u32,
                in_channels: in_channels as u32,
                out_channels: out_channels as u32,
                first: first as u32,
            };
            graph.call(&node.name, &PLACE, bytemuck::bytes_of(&params), &[x, y]);
        }
    }

    // y[first_i + c] = x_i[c]    dx_i[c] = dy[first_i + c]    keeps nothing
    fn backward(&self, graph: &mut Graph, node: &Node, dy: ValueId, wants: &[bool]) -> Result<Vec<Option<ValueId>>, ShapeError> {
        let inputs = placed(graph, node).into_iter().zip(wants);
        Ok(inputs.map(|((x, first), &wanted)| wanted.then(|| shift::gradient(graph, &node.name, dy, x, [first as isize, 0, 0]))).collect())
    }
}

/// x -> its channels of y. The inputs are placed in order: each call leaves the channels before its own as they are, and zeros in the rest
/// of its last four, which the next input fills or the pad lanes are.
pub static PLACE: Kernel = Kernel {
    name: "concat.place",
    bindings: &[Read, ReadWrite],
    scalar: reference(place::<f32>),
    scalar_f64: double(place::<f64>),
    simd: Some(|mut args| {
        let p: ConcatParams = args.params();
        let [x, y] = args.take();
        simd::place(&p, x.read(), y.write());
    }),
    wgsl: &[PRELUDE, crate::core::wgsl::wgsl!("../shared/lanes.wgsl"), crate::core::wgsl::wgsl!("concat.wgsl")],
    passes: &[Pass { entry: "place", workgroups }],
    ..Kernel::BASE
};

/// One thread for four channels of an output pixel, as far as the input reaches.
fn workgroups(bytes: &[u8]) -> u64 {
    let p: ConcatParams = params(bytes);
    (u64::from(p.pixels) * u64::from((p.first % 4 + p.in_channels).div_ceil(4))).div_ceil(64)
}

fn place<T: Real>(mut args: Args<'_, T>) {
    let p: ConcatParams = args.params();
    let (channels, first) = (p.in_channels as usize, p.first as usize);
    let (in_stride, out_stride) = (channel_stride(channels), channel_stride(p.out_channels as usize));
    let [x, y] = args.take();
    let pixels = x.read().chunks_exact(in_stride).zip(y.write().chunks_exact_mut(out_stride));
    for (x, y) in pixels.take(p.pixels as usize) {
        let end = first + channels;
        y[first..end].copy_from_slice(&x[..channels]);
        y[end..channel_stride(end)].fill(T::zero());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn infer(inputs: &[&[usize]]) -> Result<Vec<usize>, ShapeError> {
        let shapes: Vec<Shape> = inputs.iter().map(|dims| Shape::new(dims)).collect();
        Ok(Concat.infer("join", &shapes.iter().collect::<Vec<_>>())?[0].shape.dims().to_vec())
    }

    #[test]
    fn channels_add_up_and_all_else_must_be_equal() {
        assert_eq!(infer(&[&[2, 3, 4, 5], &[2, 7, 4, 5], &[2, 1, 4, 5]]).unwrap(), [2, 11, 4, 5]);
        assert_eq!(infer(&[&[2, 3], &[2, 7]]).unwrap(), [2, 10]);
        let refused = infer(&[&[2, 3, 4, 5], &[2, 3, 4, 5], &[2, 3, 2, 5]]).unwrap_err();
        assert_eq!(
            refused.to_string(),
            "join: [2, 3, 4, 5] and [2, 3, 2, 5] differ in more than channels; give the branches the same strides and paddings, or crop one"
        );
        assert!(matches!(infer(&[&[2, 3, 4, 5], &[2, 3]]), Err(ShapeError::BranchesDiffer { .. })));
        assert!(matches!(infer(&[&[2, 3, 4, 5], &[1, 3, 4, 5]]), Err(ShapeError::BranchesDiffer { .. })));
        assert!(matches!(infer(&[&[2], &[2]]), Err(ShapeError::RankMismatch { .. })));
        assert!(matches!(infer(&[&[1, usize::MAX, 1, 1], &[1, 1, 1, 1]]), Err(ShapeError::SizeOverflow { .. })));
    }
}
