//! Calls folded into the call before them: fewer dispatches, and values that are never stored.

use crate::core::kernel::params;
use crate::ir::graph::{Call, Graph, ValueId};
use crate::ops::flatten::{self, FlattenParams};
use crate::ops::relu::{self, ReluParams};

/// Folds ReLUs, their gradients and mere copies into the calls that make what they read.
pub(super) fn fuse(graph: &mut Graph, keep: &[ValueId]) {
    let mut uses = vec![0; graph.values.len()];
    for id in graph.calls.iter().flat_map(|call| &call.arguments) {
        uses[id.0] += 1;
    }
    let mut index = 1;
    while index < graph.calls.len() {
        let (before, call) = (&graph.calls[index - 1], &graph.calls[index]);
        let input = call.arguments[0];
        let alone = before.arguments.last() == Some(&input) && uses[input.0] == 2 && !keep.contains(&input);
        let both = || forward(before, call).or_else(|| gradient(before, call)).or_else(|| copy(before, call));
        match if alone { both() } else { None } {
            Some(both) => {
                graph.calls[index - 1] = both;
                graph.calls.remove(index);
            }
            None => index += 1,
        }
    }
}

/// A ReLU and the kernel that makes its input, which nothing else needs, where that kernel has a `relu` switch. Backward is unchanged: a ReLU's
/// gradient reads its output.
fn forward(before: &Call, call: &Call) -> Option<Call> {
    let switch_on = before.kernel.fuse_relu.filter(|_| std::ptr::eq(call.kernel, &relu::FORWARD))?;
    let mut both = before.clone();
    switch_on(&mut both.params, params::<ReluParams>(&call.params).relu);
    both.arguments.pop();
    both.arguments.push(call.arguments[1]);
    Some(both)
}

/// A ReLU's gradient and the kernel that makes the gradient of its output, where another does both: the first is then never stored.
fn gradient(before: &Call, call: &Call) -> Option<Call> {
    let kernel = before.kernel.with_relu.filter(|_| std::ptr::eq(call.kernel, &relu::BACKWARD))?;
    let mut arguments = before.arguments.clone();
    arguments.pop();
    arguments.extend(&call.arguments[1..]);
    Some(Call { kernel, arguments, ..before.clone() })
}

/// A flatten, or its gradient, of maps of one pixel: both orders are the same, so what comes before it writes its result.
fn copy(before: &Call, call: &Call) -> Option<Call> {
    let flattens = [&flatten::FORWARD, &flatten::BACKWARD].iter().any(|kernel| std::ptr::eq(*kernel, call.kernel));
    let one_pixel = || {
        let p: FlattenParams = params(&call.params);
        p.height * p.width == 1
    };
    let mut both = (flattens && one_pixel()).then(|| before.clone())?;
    both.arguments.pop();
    both.arguments.push(call.arguments[1]);
    Some(both)
}
