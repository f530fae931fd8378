//! Calls folded into the call before them.

use crate::graph::{Graph, ValueId};
use crate::kernel::params;
use crate::ops::relu::{self, ReluParams};

/// Folds a ReLU into the kernel that makes its input, where that kernel has a `relu` switch and nothing else needs the input. Backward is
/// unchanged: a ReLU's gradient reads its output.
pub(super) fn relu(graph: &mut Graph, keep: &[ValueId]) {
    let mut uses = vec![0; graph.values.len()];
    for id in graph.calls.iter().flat_map(|call| &call.arguments) {
        uses[id.0] += 1;
    }
    let mut index = 1;
    while index < graph.calls.len() {
        let (before, call) = (&graph.calls[index - 1], &graph.calls[index]);
        let fusable = std::ptr::eq(call.kernel, &relu::FORWARD)
            && before.arguments.last() == Some(&call.arguments[0])
            && uses[call.arguments[0].0] == 2
            && !keep.contains(&call.arguments[0]);
        match before.kernel.fuse_relu.filter(|_| fusable) {
            Some(switch_on) => {
                let (output, relu) = (call.arguments[1], params::<ReluParams>(&call.params).relu);
                let before = &mut graph.calls[index - 1];
                switch_on(&mut before.params, relu);
                let last = before.arguments.len() - 1;
                before.arguments[last] = output;
                graph.calls.remove(index);
            }
            None => index += 1,
        }
    }
}
