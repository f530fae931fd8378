//! Euclidean radial basis functions: distances to codes.

#[cfg(feature = "harness")]
mod cases;
mod codes;
pub mod params;
mod scalar;

use std::rc::Rc;

use self::params::RbfParams;
use super::Family;
use crate::core::error::{Fix, Part, ShapeError, SpecError};
use crate::core::fields::Fields;
use crate::core::kernel::{Binding::*, Kernel, Pass, double, params};
use crate::core::layout::{Layout, channel_stride};
use crate::core::shape::Shape;
use crate::core::wgsl::PRELUDE;
use crate::ir::graph::{Graph, Node, Role, ValueId};
use crate::ir::operator::{Operator, OutputSpec, ParameterSpec, Window};

/// What this folder has to offer.
pub static FAMILY: Family = Family {
    operators: &[("rbf", parse)],
    joins: &[],
    kernels: &[&FORWARD, &INPUT_GRADIENT, &WEIGHT_GRADIENT],
    #[cfg(feature = "harness")]
    adapters: cases::ADAPTERS,
};

/// Euclidean radial basis functions: the squared distance to each code.
#[doc = include_str!("rbf.en.md")]
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "the names are the field's")]
pub struct Rbf {
    pub out_features: usize,
    pub codes: Codes,
}

/// What inputs are compared with.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Codes {
    /// A parameter, drawn and trained as a linear layer's weight.
    Trained,
    /// Bitmaps of the ten digits, fixed: 10 codes of 84 values.
    Digits,
    /// -1 and +1 at random, fixed and the same in every network.
    Random,
}

/// Values that fixed codes may have: they are made when a network is planned.
const LARGEST_TABLE: usize = 1 << 22;

/// Reads the fields of an `rbf` layer: `out_features`, and optionally `trainable` true; where that is false, `codes` `digits` (or `random`).
///
/// # Errors
/// A field that is missing or has an impossible value.
pub fn parse(fields: &mut Fields<'_>) -> Result<Rc<dyn Operator>, SpecError> {
    let out_features = fields.positive("out_features")?;
    let codes = match fields.flag_or("trainable", true)? {
        true => Codes::Trained,
        false => fields.choice_or("codes", &[("digits", Codes::Digits), ("random", Codes::Random)], Codes::Digits)?,
    };
    Ok(Rc::new(Rbf { out_features, codes }))
}

impl Rbf {
    fn params(&self, x: &Shape) -> RbfParams {
        let [batch, in_features, ..] = x.nchw();
        RbfParams {
            batch: batch as u32,
            in_features: in_features as u32,
            in_stride: channel_stride(in_features) as u32,
            out_features: self.out_features as u32,
            out_stride: channel_stride(self.out_features) as u32,
            unused: [0; 3],
        }
    }

    fn weight_shape(&self, x: &Shape) -> Shape {
        Shape::new(&[self.out_features, x.nchw()[1]])
    }

    /// The node's parameter, or a table of the fixed codes.
    fn weight(&self, graph: &mut Graph, node: &Node) -> ValueId {
        let shape = self.weight_shape(graph.shape(node.inputs[0]));
        let codes = match self.codes {
            Codes::Trained => return node.parameters[0],
            Codes::Digits => codes::digits(),
            Codes::Random => codes::random(shape.count()),
        };
        graph.add(format!("{}.codes", node.name), shape, Layout::LinearWeight, false, Role::Table(codes))
    }
}

impl Operator for Rbf {
    fn name(&self) -> &'static str {
        "rbf"
    }

    fn short_name(&self) -> &'static str {
        "rbf"
    }

    fn infer(&self, node: &str, inputs: &[&Shape]) -> Result<Vec<OutputSpec>, ShapeError> {
        let [n, _] = *inputs[0].dims() else {
            let (node, shape) = (node.to_owned(), inputs[0].to_string());
            return Err(ShapeError::RankMismatch { node, needed: 2, also: None, shape, fix: Fix::FlattenBefore });
        };
        let (weight, digits) = (self.weight_shape(inputs[0]), Shape::new(&codes::DIGITS_SHAPE));
        if self.codes == Codes::Digits && weight != digits {
            return Err(ShapeError::ShapesDiffer { node: node.to_owned(), left: weight.to_string(), right: digits.to_string() });
        }
        if self.codes != Codes::Trained && weight.checked_count().is_none_or(|count| count > LARGEST_TABLE) {
            return Err(ShapeError::SizeOverflow { node: node.to_owned(), what: Part::Codes });
        }
        Ok(vec![OutputSpec::floats(&[n, self.out_features])])
    }

    fn parameters(&self, inputs: &[&Shape]) -> Vec<ParameterSpec> {
        if self.codes != Codes::Trained {
            return Vec::new();
        }
        let shape = self.weight_shape(inputs[0]);
        vec![ParameterSpec { role: "weight", fan_in: shape.dims()[1], shape, layout: Layout::LinearWeight }]
    }

    fn macs(&self, inputs: &[&Shape], _output: &Shape) -> u64 {
        (inputs[0].count() as u64).saturating_mul(self.out_features as u64)
    }

    fn window(&self) -> Option<Window> {
        None
    }

    fn forward(&self, graph: &mut Graph, node: &Node) {
        let params = self.params(graph.shape(node.inputs[0]));
        let weight = self.weight(graph, node);
        graph.call(&node.name, &FORWARD, bytemuck::bytes_of(&params), &[node.inputs[0], weight, node.outputs[0]]);
    }

    // y[o] = |x - weight[o]|^2    dx = 2 * sum over o of dy[o] (x - weight[o])    dweight[o] = 2 * sum over n of dy[o] (weight[o] - x)
    // keeps x and weight
    fn backward(&self, graph: &mut Graph, node: &Node, dy: ValueId, wants: &[bool]) -> Result<Vec<Option<ValueId>>, ShapeError> {
        let x = node.inputs[0];
        let params = self.params(graph.shape(x));
        let params = bytemuck::bytes_of(&params);
        let weight = self.weight(graph, node);
        let mut gradients = vec![None; wants.len()];
        if wants.get(1) == Some(&true) {
            let dweight = graph.gradient_of(weight);
            graph.call(&node.name, &WEIGHT_GRADIENT, params, &[dy, x, weight, dweight]);
            gradients[1] = Some(dweight);
        }
        if wants[0] {
            let dx = graph.gradient_of(x);
            graph.call(&node.name, &INPUT_GRADIENT, params, &[dy, x, weight, dx]);
            gradients[0] = Some(dx);
        }
        Ok(gradients)
    }
}

const WGSL: &[&str] = &[PRELUDE, crate::core::wgsl::wgsl!("rbf.wgsl")];

/// x, weight -> y
pub static FORWARD: Kernel = Kernel {
    name: "rbf.forward",
    bindings: &[Read, Read, Write],
    scalar: scalar::forward::<f32>,
    scalar_f64: double(scalar::forward::<f64>),
    wgsl: WGSL,
    passes: &[Pass { entry: "forward", workgroups: forward_workgroups }],
    ..Kernel::BASE
};

/// dy, x, weight -> dx
pub static INPUT_GRADIENT: Kernel = Kernel {
    name: "rbf.input_gradient",
    bindings: &[Read, Read, Read, Write],
    scalar: scalar::input_gradient::<f32>,
    scalar_f64: double(scalar::input_gradient::<f64>),
    wgsl: WGSL,
    passes: &[Pass { entry: "input_gradient", workgroups: input_gradient_workgroups }],
    ..Kernel::BASE
};

/// dy, x, weight -> dweight
pub static WEIGHT_GRADIENT: Kernel = Kernel {
    name: "rbf.weight_gradient",
    bindings: &[Read, Read, Read, Write],
    scalar: scalar::weight_gradient::<f32>,
    scalar_f64: double(scalar::weight_gradient::<f64>),
    wgsl: WGSL,
    passes: &[Pass { entry: "weight_gradient", workgroups: weight_gradient_workgroups }],
    ..Kernel::BASE
};

/// One thread for four codes and a sample.
fn forward_workgroups(bytes: &[u8]) -> u64 {
    let p: RbfParams = params(bytes);
    (u64::from(p.batch) * u64::from(p.out_stride / 4)).div_ceil(64)
}

/// One thread for a feature of a sample.
fn input_gradient_workgroups(bytes: &[u8]) -> u64 {
    let p: RbfParams = params(bytes);
    (u64::from(p.batch) * u64::from(p.in_stride)).div_ceil(64)
}

/// One thread for a feature of four codes.
fn weight_gradient_workgroups(bytes: &[u8]) -> u64 {
    let p: RbfParams = params(bytes);
    (u64::from(p.in_features) * u64::from(p.out_stride / 4)).div_ceil(64)
}
