//! The step of an optimizer over the parameter arena, after the check of what is finite and the norm of the gradients.

use super::guard;
use crate::core::layout::Layout;
use crate::core::shape::Shape;
use crate::ir::graph::{Graph, Role, ValueId};
use crate::ir::program::Range;
use crate::optim::hyper::{self, StepParams};
use crate::optim::{Decay, Optimizer, clip};
use crate::plan::{Built, Plan, PlannedParameter, lower};

/// The node of the steps that change parameters.
pub const OPTIMIZER: &str = "optimizer";

/// What an optimizer keeps, arena after arena; it has as many as its rule needs. Files of checkpoints name them so.
pub const STATES: [&str; 3] = ["optimizer.state.0", "optimizer.state.1", "optimizer.state.2"];

/// An optimizer's step in a graph.
#[derive(Clone, Debug)]
pub struct OptimizerValues {
    /// What the host says before a step.
    pub hyper: ValueId,
    /// Parameters that the weight decay leaves alone: a word for 64 floats of the arena, 0 where they decay.
    pub undecayed: ValueId,
    /// What the rule keeps, arena after arena.
    pub states: Vec<ValueId>,
}

/// Where they lie.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "as in OptimizerValues")]
pub struct OptimizerStep {
    pub hyper: Range,
    pub undecayed: Range,
    pub states: Vec<Range>,
}

impl OptimizerStep {
    /// Where an optimizer's values lie.
    pub fn of(values: &OptimizerValues, built: &Built) -> Self {
        let range = |id: ValueId| built.at(id).range;
        Self { hyper: range(values.hyper), undecayed: range(values.undecayed), states: values.states.iter().map(|&id| range(id)).collect() }
    }
}

/// Adds the optimizer's step over the arenas, after the norm of the gradients where that is to be clipped; nothing where there are no parameters. With
/// the words of `sums` it is preceded by the check that all is finite.
pub fn add_optimizer(graph: &mut Graph, optimizer: &Optimizer, sums: Option<ValueId>) -> Option<OptimizerValues> {
    let len = lower::arena_len(graph);
    if len == 0 {
        return None;
    }
    let vector = |graph: &mut Graph, name: &str, len: usize, role| graph.add(name, Shape::new(&[len]), Layout::Activation, false, role);
    let gradients = vector(graph, "gradients", len, Role::GradientArena);
    let hyper = vector(graph, "optimizer.hyper", hyper::LEN, Role::State);
    let table = Shape::new(&[len / hyper::BLOCK]);
    let undecayed = graph.add("optimizer.undecayed", table, Layout::Activation, true, Role::State);
    let parameters = vector(graph, "parameters", len, Role::ParameterArena);
    let states: Vec<ValueId> = STATES[..optimizer.states()].iter().map(|name| vector(graph, name, len, Role::State)).collect();
    let mut arguments = vec![gradients, hyper, undecayed, parameters];
    arguments.extend(&states);
    let params = StepParams { len: len as u32, unused: [0; 3] };
    let params = bytemuck::bytes_of(&params);
    if let Some(sums) = sums {
        let mut checked = Vec::new();
        for node in graph.nodes.iter().filter(|node| node.operator.hides_infinity()) {
            let input = node.inputs[0];
            let maker = graph.nodes.iter().find(|node| node.outputs[0] == input);
            if !checked.contains(&input) && maker.is_none_or(|maker| !maker.operator.is_finite_or_nan()) {
                checked.push(input);
            }
        }
        // Last, since what comes from several workers is checked after activations are.
        checked.push(gradients);
        let last = checked.len() - 1;
        for (place, checked) in checked.into_iter().enumerate() {
            let params = guard::params(lower::stored_len(graph, checked), place == last);
            graph.call(OPTIMIZER, &guard::CHECK, bytemuck::bytes_of(&params), &[checked, sums, hyper]);
        }
    }
    if optimizer.clip_grad_norm.is_some() {
        graph.call(OPTIMIZER, &clip::NORM, params, &[gradients, hyper]);
    }
    graph.call(OPTIMIZER, optimizer.kernel(), params, &arguments);
    Some(OptimizerValues { hyper, undecayed, states })
}

/// The table of parameters that a weight decay leaves alone, as [`OptimizerStep::undecayed`] holds it.
pub fn undecayed(plan: &Plan, decay: Decay) -> Vec<u32> {
    let blocks = |parameter: &PlannedParameter| parameter.spec.layout.stored_len(&parameter.spec.shape).div_ceil(hyper::BLOCK);
    let words = plan.parameters.iter().flat_map(|parameter| vec![u32::from(!decay.reaches(&parameter.spec)); blocks(parameter)]);
    words.collect()
}
