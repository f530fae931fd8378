//! Multiplication with what is not trained.

#[cfg(feature = "harness")]
mod cases;

use std::rc::Rc;

use bytemuck::{Pod, Zeroable};

use super::Family;
use crate::core::error::{ShapeError, SpecError};
use crate::core::fields::Fields;
use crate::core::kernel::{Args, Binding::*, Kernel, Pass, Real, double, params};
use crate::core::shape::Shape;
use crate::core::wgsl::PRELUDE;
use crate::ir::graph::{Graph, Node, ValueId};
use crate::ir::operator::{Operator, OutputSpec};

/// What this folder has to offer.
pub static FAMILY: Family = Family {
    operators: &[("mul_const", parse)],
    joins: &[],
    kernels: &[&MULTIPLY],
    #[cfg(feature = "harness")]
    adapters: cases::ADAPTERS,
};

/// Multiplication with what is not trained: [`Factor`].
#[doc = include_str!("mul_const.en.md")]
#[derive(Clone, Debug, PartialEq)]
pub struct MulConst {
    /// What it multiplies with.
    pub factor: Factor,
}

/// Where the factor comes from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Factor {
    /// This number.
    Number(f64),
    /// A second input.
    Given,
}

/// Reads the field of a `mul_const` layer: `factor`, a number.
///
/// # Errors
/// A field that is missing or has an impossible value.
pub fn parse(fields: &mut Fields<'_>) -> Result<Rc<dyn Operator>, SpecError> {
    Ok(Rc::new(MulConst { factor: Factor::Number(fields.number("factor", -1e6, 1e6)?) }))
}

/// What is multiplied; the same bytes as `struct MulConstParams` in `mul_const.wgsl`.
#[repr(C)]
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
pub struct MulConstParams {
    /// Stored floats, pad lanes included: a multiple of four.
    pub len: u32,
    /// One of the constants below.
    pub factors: u32,
    /// The factor for [`MulConstParams::NUMBER`].
    pub number: f32,
    /// Uniform structs are multiples of 16 bytes.
    pub unused: u32,
}

impl MulConstParams {
    /// Value of `factors`: the factor is `number`, and the buffer of factors is not read.
    pub const NUMBER: u32 = 0;
    /// Value of `factors`: the factor is the buffer's first.
    pub const FIRST: u32 = 1;
    /// Value of `factors`: every value has its own.
    pub const EACH: u32 = 2;
}

impl MulConst {
    /// Adds the call `y = factor x`, which is the backward one too.
    fn multiply(&self, graph: &mut Graph, node: &Node, x: ValueId, y: ValueId) {
        let value = graph.value(x);
        let len = value.layout.stored_len(&value.shape) as u32;
        let (factors, number, factor) = match self.factor {
            Factor::Number(number) => (MulConstParams::NUMBER, number, x),
            Factor::Given if graph.shape(node.inputs[1]) == &value.shape => (MulConstParams::EACH, 0.0, node.inputs[1]),
            Factor::Given => (MulConstParams::FIRST, 0.0, node.inputs[1]),
        };
        let params = MulConstParams { len, factors, number: number as f32, unused: 0 };
        graph.call(&node.name, &MULTIPLY, bytemuck::bytes_of(&params), &[x, factor, y]);
    }
}

impl Operator for MulConst {
    fn name(&self) -> &'static str {
        "mul_const"
    }

    fn short_name(&self) -> &'static str {
        "mul"
    }

    fn infer(&self, node: &str, inputs: &[&Shape]) -> Result<Vec<OutputSpec>, ShapeError> {
        let factor = inputs.get(1);
        let fits = factor.is_some_and(|factor| *factor == inputs[0] || factor.checked_count() == Some(1));
        if self.factor == Factor::Given && !fits {
            let (left, right) = (inputs[0].to_string(), factor.map_or("—".into(), |factor| factor.to_string()));
            return Err(ShapeError::ShapesDiffer { node: node.to_owned(), left, right });
        }
        Ok(vec![OutputSpec::floats(inputs[0].dims())])
    }

    fn forward(&self, graph: &mut Graph, node: &Node) {
        self.multiply(graph, node, node.inputs[0], node.outputs[0]);
    }

    // y = factor x    dx = factor dy
    fn backward(&self, graph: &mut Graph, node: &Node, dy: ValueId, wants: &[bool]) -> Result<Vec<Option<ValueId>>, ShapeError> {
        if wants[1..].contains(&true) {
            return Err(ShapeError::NotDifferentiable { node: node.name.clone(), op: self.name() });
        }
        let mut gradients = vec![None; wants.len()];
        if wants[0] {
            let dx = graph.gradient_of(node.inputs[0]);
            self.multiply(graph, node, dy, dx);
            gradients[0] = Some(dx);
        }
        Ok(gradients)
    }
}

/// x, factors (any buffer for [`MulConstParams::NUMBER`]) -> y
pub static MULTIPLY: Kernel = Kernel {
    name: "mul_const.multiply",
    bindings: &[Read, Read, Write],
    scalar: multiply::<f32>,
    scalar_f64: double(multiply::<f64>),
    wgsl: &[PRELUDE, crate::core::wgsl::wgsl!("mul_const.wgsl")],
    passes: &[Pass { entry: "multiply", workgroups }],
    ..Kernel::BASE
};

/// One thread for four floats.
fn workgroups(bytes: &[u8]) -> u64 {
    let p: MulConstParams = params(bytes);
    u64::from(p.len).div_ceil(4 * 64)
}

fn multiply<T: Real>(mut args: Args<'_, T>) {
    let p: MulConstParams = args.params();
    let [x, factors, y] = args.take();
    let (x, factors, y) = (x.read(), factors.read(), y.write());
    for (i, (y, &x)) in y.iter_mut().zip(x).enumerate() {
        *y = x * match p.factors {
            MulConstParams::NUMBER => T::of(p.number.into()),
            MulConstParams::FIRST => factors[0],
            _ => factors[i],
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_factor_of_another_shape_is_refused() {
        let given = MulConst { factor: Factor::Given };
        let (x, one, other) = (Shape::new(&[2, 3, 4, 4]), Shape::new(&[1, 1]), Shape::new(&[2, 3, 1, 1]));
        assert!(given.infer("mul", &[&x, &x]).is_ok() && given.infer("mul", &[&x, &one]).is_ok());
        assert!(matches!(given.infer("mul", &[&x, &other]), Err(ShapeError::ShapesDiffer { .. })));
        assert!(matches!(given.infer("mul", &[&x]), Err(ShapeError::ShapesDiffer { .. })));
    }
}
