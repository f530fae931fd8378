//! What a network costs and sees: shapes, parameters, multiply-accumulates, memory and receptive field of every node.

use serde::Serialize;

use super::spec::Spec;
use crate::error::Error;
use crate::graph::{Graph, Role, ValueId};
use crate::ops::Window;

/// One node of a described network.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct NodeDescription {
    /// Its name in the network.
    pub name: String,
    /// The operator.
    pub op: &'static str,
    /// Output shape of one image: no batch dimension.
    pub output_shape: Vec<usize>,
    /// Trainable values.
    pub params: u64,
    /// Multiply-accumulates an image.
    pub macs: u64,
    /// Bytes of the output of one image, four a value.
    pub activation_bytes: u64,
    /// `[height, width]` of the input region that one output value can depend on.
    pub receptive_field: [usize; 2],
}

/// Sums over the network.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[expect(missing_docs, reason = "as in NodeDescription")]
pub struct Totals {
    pub params: u64,
    pub macs: u64,
    pub activation_bytes: u64,
    /// Bytes a training step keeps at the specification's batch size: parameters, gradients, the optimizer's state, and planned activations.
    pub training_bytes: u64,
}

/// A described network.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct NetworkDescription {
    /// The specification's name.
    pub name: String,
    /// In execution order.
    pub nodes: Vec<NodeDescription>,
    /// Sums.
    pub totals: Totals,
}

/// How far the field of one output position reaches, and how far apart neighbouring positions' fields are.
#[derive(Clone, Copy)]
struct Field {
    size: [usize; 2],
    jump: [usize; 2],
}

impl Field {
    /// The field behind one more window (Dumoulin and Visin 2016; Araujo et al. 2019), never wider than the image.
    fn behind(self, window: Option<Window>, enlargement: [usize; 2], image: [usize; 2]) -> Self {
        let Some(window) = window else { return Self { size: image, jump: self.jump } };
        let grow = |i: usize| {
            let reach = (window.kernel_size[i] - 1).saturating_mul(window.dilation[i]).saturating_mul(self.jump[i]);
            (self.size[i].saturating_add(reach), self.jump[i].saturating_mul(window.stride[i]).div_ceil(enlargement[i]))
        };
        let ((height, jump_y), (width, jump_x)) = (grow(0), grow(1));
        Self { size: [height, width], jump: [jump_y, jump_x] }
    }
}

/// Describes a network without running it.
///
/// # Errors
/// What [`crate::plan::Plan::for_training`] refuses.
pub fn describe(spec: &Spec) -> Result<NetworkDescription, Error> {
    let mut graph = Graph::default();
    let images = super::add_images(&mut graph, spec, 1, Role::Input)?;
    super::apply_layers(&mut graph, spec, images)?;
    let [_, height, width] = spec.input;
    let mut fields = vec![Field { size: [1, 1], jump: [1, 1] }; graph.values.len()];
    let mut nodes = Vec::with_capacity(graph.nodes.len());
    for node in &graph.nodes {
        let output = graph.shape(node.outputs[0]);
        let inputs: Vec<_> = node.inputs.iter().map(|&id| graph.shape(id)).collect();
        let field = fields[node.inputs[0].0].behind(node.operator.window(), node.operator.enlargement(), [height, width]);
        node.outputs.iter().for_each(|id: &ValueId| fields[id.0] = field);
        nodes.push(NodeDescription {
            name: node.name.clone(),
            op: node.operator.name(),
            output_shape: output.dims()[1..].to_vec(),
            params: node.operator.parameter_count(&inputs),
            macs: node.operator.macs(&inputs, output),
            activation_bytes: 4 * output.count() as u64,
            receptive_field: [field.size[0].min(height), field.size[1].min(width)],
        });
    }
    let sum = |of: fn(&NodeDescription) -> u64| nodes.iter().map(of).fold(0u64, u64::saturating_add);
    let totals = Totals {
        params: sum(|n| n.params),
        macs: sum(|n| n.macs),
        activation_bytes: sum(|n| n.activation_bytes),
        training_bytes: crate::plan::Plan::for_training(spec)?.bytes(),
    };
    Ok(NetworkDescription { name: spec.name.clone(), nodes, totals })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::zoo::preset;

    #[test]
    fn lenet5_costs_what_the_paper_says() {
        let spec = Spec::from_json(&preset("lenet5").unwrap().spec).unwrap();
        let network = describe(&spec).unwrap();
        let node = |name: &str| network.nodes.iter().find(|n| n.name == name).unwrap().clone();
        assert_eq!(network.totals.params, 61_706);
        assert_eq!(network.totals.macs, 416_520);
        assert_eq!(node("conv1").params, 156);
        assert_eq!(node("conv2").output_shape, [16, 10, 10]);
        assert_eq!(node("conv1").receptive_field, [5, 5]);
        assert_eq!(node("pool1").receptive_field, [6, 6]);
        assert_eq!(node("conv2").receptive_field, [14, 14]);
        assert_eq!(node("pool2").receptive_field, [16, 16]);
        assert_eq!(node("fc1").receptive_field, [28, 28]);
    }
}
