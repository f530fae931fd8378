//! The graph: values, and the kernel calls that make them. Forward and backward calls are alike; nothing below this level knows
//! what a gradient is.

use std::fmt;
use std::rc::Rc;

use crate::core::error::{Part, ShapeError};
use crate::core::kernel::Kernel;
use crate::core::layout::Layout;
use crate::core::shape::Shape;
use crate::ir::operator::{Operator, ParameterSpec, StatisticSpec};

/// The name of the state that [`Graph::random`] adds.
pub const RANDOM: &str = "random.state";

/// A value's place in [`Graph::values`].
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct ValueId(pub usize);

/// Where a value's memory comes from.
#[derive(Clone, Debug, PartialEq)]
pub enum Role {
    /// Filled by the host before a run of the program; keeps its buffer.
    Input,
    /// Made by one call and read by later ones; its memory is reused when the last has read it.
    Temporary,
    /// A part of the parameter arena.
    Parameter,
    /// A part of the gradient arena, at the same offset as its parameter.
    ParameterGradient(ValueId),
    /// A part of the statistics arena: what a node gathers over training and reads in evaluation (batch normalization's running mean).
    Statistic,
    /// Every element has this number, from the start.
    Constant(f32),
    /// These floats in canonical order, from the start.
    Table(Rc<[f32]>),
    /// Lives across runs and is shared by name between the programs of a plan: metrics, data, the optimizer's state.
    State,
    /// As a state, but provided from outside and as long as it is there: the data set. So many bytes of it are read in a run.
    External(u64),
    /// The whole parameter arena.
    ParameterArena,
    /// The whole gradient arena.
    GradientArena,
}

/// One tensor of the graph.
#[derive(Clone, Debug)]
pub struct Value {
    /// For people: `conv1`, `conv1.weight`, `d conv1`.
    pub name: String,
    /// Its canonical shape, batch included.
    pub shape: Shape,
    /// How it lies in its buffer.
    pub layout: Layout,
    /// Whether it holds 32-bit words (labels, indices) and not floats.
    pub words: bool,
    /// Where its memory comes from.
    pub role: Role,
}

/// One call of a kernel.
#[derive(Clone, Debug)]
pub struct Call {
    /// The node it belongs to, for messages and profiles.
    pub node: String,
    /// What runs.
    pub kernel: &'static Kernel,
    /// The bytes of the kernel's params struct.
    pub params: Vec<u8>,
    /// One value for each of the kernel's bindings.
    pub arguments: Vec<ValueId>,
}

/// One operator of the network, applied to values: what cost, shapes and autodiff are read from.
#[derive(Clone)]
pub struct Node {
    /// Unique in the graph.
    pub name: String,
    /// What it does.
    pub operator: Rc<dyn Operator>,
    /// The activations it reads.
    pub inputs: Vec<ValueId>,
    /// Its parameters, in the order of [`Operator::parameters`].
    pub parameters: Vec<ValueId>,
    /// What it gathers over training, in the order of [`Operator::statistics`].
    pub statistics: Vec<ValueId>,
    /// What it makes. The first is the operator's result; any others are kept for the backward pass.
    pub outputs: Vec<ValueId>,
    /// Whether it was applied in training mode ([`Graph::training`]).
    pub training: bool,
}

impl fmt::Debug for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} = {}({:?})", self.name, self.operator.name(), self.inputs)
    }
}

/// A network at one batch size, and later its gradients, as values and calls in execution order.
#[derive(Clone, Debug, Default)]
pub struct Graph {
    /// Every tensor.
    pub values: Vec<Value>,
    /// The operators of the network, in execution order.
    pub nodes: Vec<Node>,
    /// The kernel calls, in execution order.
    pub calls: Vec<Call>,
    /// How each parameter is initialised, beside its value.
    pub parameters: Vec<(ValueId, ParameterSpec)>,
    /// What each statistic starts as, beside its value.
    pub statistics: Vec<(ValueId, StatisticSpec)>,
    /// Whether operators are applied as in training: batch statistics, dropout.
    pub training: bool,
}

impl Graph {
    /// The value behind an id.
    pub fn value(&self, id: ValueId) -> &Value {
        &self.values[id.0]
    }

    /// The shape of a value.
    pub fn shape(&self, id: ValueId) -> &Shape {
        &self.values[id.0].shape
    }

    /// Adds a value.
    pub fn add(&mut self, name: impl Into<String>, shape: Shape, layout: Layout, words: bool, role: Role) -> ValueId {
        self.values.push(Value { name: name.into(), shape, layout, words, role });
        ValueId(self.values.len() - 1)
    }

    /// Adds a float activation that a call will make.
    pub fn temporary(&mut self, name: impl Into<String>, shape: Shape) -> ValueId {
        self.add(name, shape, Layout::Activation, false, Role::Temporary)
    }

    /// The state of this name, added where the graph does not have it yet.
    pub fn state(&mut self, name: &str, shape: &Shape, layout: Layout, words: bool) -> ValueId {
        let known = self.values.iter().position(|value| value.role == Role::State && value.name == name);
        known.map(ValueId).unwrap_or_else(|| self.add(name, shape.clone(), layout, words, Role::State))
    }

    /// What the kernels of a training step draw their random numbers from: four words, seed and step, low words first.
    pub fn random(&mut self) -> ValueId {
        self.state(RANDOM, &Shape::new(&[4]), Layout::Channels, true)
    }

    /// Adds a value like `id`, for its gradient: a part of the gradient arena for a parameter, memory of its own otherwise.
    pub fn gradient_of(&mut self, id: ValueId) -> ValueId {
        let value = self.value(id).clone();
        let role = if value.role == Role::Parameter { Role::ParameterGradient(id) } else { Role::Temporary };
        self.add(format!("d {}", value.name), value.shape, value.layout, false, role)
    }

    /// Adds a kernel call. Its arguments must match the kernel's bindings in number.
    pub fn call(&mut self, node: &str, kernel: &'static Kernel, params: &[u8], arguments: &[ValueId]) {
        debug_assert_eq!(kernel.bindings.len(), arguments.len(), "{}: arguments of {}", node, kernel.name);
        self.calls.push(Call { node: node.to_owned(), kernel, params: params.to_vec(), arguments: arguments.to_vec() });
    }

    /// Leaves out the calls that neither these results nor any state need, and the parameters and statistics that no other call reads.
    pub fn keep_needed(&mut self, results: &[ValueId]) {
        let mut needed: Vec<bool> = self.values.iter().map(|value| value.role == Role::State).collect();
        results.iter().for_each(|id| needed[id.0] = true);
        let mut kept = Vec::with_capacity(self.calls.len());
        for call in std::mem::take(&mut self.calls).into_iter().rev() {
            let arguments = || call.arguments.iter().zip(call.kernel.bindings);
            if arguments().any(|(id, binding)| binding.writes() && needed[id.0]) {
                arguments().filter(|(_, binding)| binding.reads()).for_each(|(id, _)| needed[id.0] = true);
                kept.push(call);
            }
        }
        kept.reverse();
        self.calls = kept;
        let mut touched = vec![false; self.values.len()];
        self.calls.iter().flat_map(|call| &call.arguments).for_each(|id| touched[id.0] = true);
        self.parameters.retain(|(id, _)| touched[id.0]);
        self.statistics.retain(|(id, _)| touched[id.0]);
    }

    /// Applies an operator: infers its shapes, adds its parameters and outputs, and its forward call.
    ///
    /// # Errors
    /// The operator's own [`ShapeError`], or [`ShapeError::SizeOverflow`] when a value would pass 32-bit indices.
    pub fn apply(&mut self, name: &str, operator: Rc<dyn Operator>, inputs: &[ValueId]) -> Result<ValueId, ShapeError> {
        let shapes: Vec<&Shape> = inputs.iter().map(|&id| self.shape(id)).collect();
        let outputs = operator.infer(name, &shapes)?;
        if self.training {
            operator.check_training(name, &shapes)?;
        }
        let parameters = operator.parameters(&shapes);
        let statistics = operator.statistics(&shapes);
        let fits = |layout: Layout, shape: &Shape, what: Part| {
            let overflow = || ShapeError::SizeOverflow { node: name.to_owned(), what };
            layout.checked_stored_len(shape).map(|_| ()).ok_or_else(overflow)
        };
        for output in &outputs {
            fits(Layout::Activation, &output.shape, Part::Output)?;
        }
        for parameter in &parameters {
            fits(parameter.layout, &parameter.shape, Part::Parameter)?;
        }
        let parameters = parameters.into_iter().map(|spec| {
            let id = self.add(format!("{name}.{}", spec.role), spec.shape.clone(), spec.layout, false, Role::Parameter);
            self.parameters.push((id, spec));
            id
        });
        let parameters: Vec<ValueId> = parameters.collect();
        let outputs = outputs.into_iter().enumerate().map(|(i, output)| {
            let label = if i == 0 { name.to_owned() } else { format!("{name}.{}", output.what) };
            self.add(label, output.shape, Layout::Activation, output.words, Role::Temporary)
        });
        let outputs: Vec<ValueId> = outputs.collect();
        let statistics = statistics.into_iter().map(|spec| {
            let id = self.add(format!("{name}.{}", spec.role), spec.shape.clone(), spec.layout, false, Role::Statistic);
            self.statistics.push((id, spec));
            id
        });
        let statistics: Vec<ValueId> = statistics.collect();
        let node =
            Node { name: name.to_owned(), operator, inputs: inputs.to_vec(), parameters, statistics, outputs, training: self.training };
        node.operator.clone().forward(self, &node);
        let result = node.outputs[0];
        self.nodes.push(node);
        Ok(result)
    }
}
