//! What a network costs and sees: shapes, parameters, multiply-accumulates, memory and receptive field of every node.

mod arithmetic;
pub mod claims;
mod field;
mod support;

use serde::Serialize;
use serde_json::Value;

pub use self::arithmetic::grouped;
use self::field::Field;
pub use self::support::Support;
use crate::core::error::{Error, ShapeError};
use crate::data::facts::Facts;
use crate::ir::graph::{Graph, Role, ValueId};
use crate::ir::operator::ParameterSpec;
use crate::network::spec::{Source, Spec, Work};
use crate::network::{Fitting, add_images, apply_network, apply_what_fits};
use crate::programs::TrainingPlan;
use crate::programs::inference::InferencePlan;

/// One node of a described network.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct NodeDescription {
    /// Its name in the network.
    pub name: String,
    /// The operator.
    pub op: &'static str,
    /// The nodes it reads; `input` is the image.
    pub inputs: Vec<String>,
    /// The head it belongs to: it exists in training only.
    pub head: Option<String>,
    /// The item of the specification it was made of: `layers[2].residual.body[0]`.
    pub path: String,
    /// Why it does not fit what it reads, as an error object. Of [`examine`] only; its shape is then empty, and so are those of nodes behind it.
    pub error: Option<Value>,
    /// Output shape of one image: no batch dimension.
    pub output_shape: Vec<usize>,
    /// Trainable values.
    pub params: u64,
    /// How they come to be so many: `3*3*16*16 + 16 = 2,320`. Empty where there are none.
    pub params_arithmetic: String,
    /// Multiply-accumulates an image.
    pub macs: u64,
    /// Bytes of the output of one image, four a value.
    pub activation_bytes: u64,
    /// Bytes of one image in training: the output, its gradient, and what is kept for the backward pass.
    pub training_activation_bytes: u64,
    /// `[height, width]` of the largest input region that one output value can depend on, with the ends of image and maps: what a gradient
    /// reaches.
    pub receptive_field: [usize; 2],
    /// The same as if image and maps had no ends, as the formula of Dumoulin and Visin (2016) gives it; the most along any path.
    pub receptive_field_unbounded: [u64; 2],
    /// Pixels from the field of one output position to that of the next; a fraction after upsampling.
    pub jump: [f64; 2],
    /// Row and column of the middle of the first output position's field; pixel n is at n, ends disregarded.
    pub centre: [f64; 2],
    /// Whether all paths from the image to this node have their fields around the same centres.
    pub aligned: bool,
}

/// Sums over a container of layers, at any depth; those at depth 0 are the network's stages.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[expect(missing_docs, reason = "as in NodeDescription")]
pub struct GroupDescription {
    /// What stands before the names of its nodes; where the specification gives none, its kind and number.
    pub name: String,
    /// `stage`, `residual`, `parallel`, `branch`, `repeat`, `join` or `head`.
    pub kind: &'static str,
    /// The item of the specification it was made of.
    pub path: String,
    /// How many containers stand around it.
    pub depth: usize,
    /// Its first node, by its place in the network's.
    pub first_node: usize,
    /// How many nodes it has.
    pub nodes: usize,
    pub output_shape: Vec<usize>,
    pub params: u64,
    pub macs: u64,
    pub activation_bytes: u64,
    pub training_activation_bytes: u64,
}

/// Sums over the network.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[expect(missing_docs, reason = "as in NodeDescription")]
pub struct Totals {
    /// With those of heads.
    pub params: u64,
    /// With those of heads.
    pub macs: u64,
    /// Of these, parameters that heads have: left out when the trained network is used.
    pub head_params: u64,
    pub head_macs: u64,
    pub activation_bytes: u64,
    pub training_activation_bytes: u64,
    /// Bytes that one image's way through the network takes: parameters, and activations in memory that is used again.
    pub inference_bytes: u64,
    /// Bytes a training step keeps at the specification's batch size: parameters, gradients, the optimizer's state, and planned activations. `None` where
    /// the network cannot be trained on the data there are.
    pub training_bytes: Option<u64>,
}

/// A described network.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct NetworkDescription {
    /// The specification's name.
    pub name: String,
    /// In execution order.
    pub nodes: Vec<NodeDescription>,
    /// Its containers, each before those it holds.
    pub groups: Vec<GroupDescription>,
    /// Sums.
    pub totals: Totals,
    /// Why it cannot be trained on the data there are, as an error object; `None` where it can.
    pub training_refused: Option<Value>,
}

/// A network that may be wrong, as far as it can be described.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Examination {
    /// `None` where the specification cannot be read. Nodes that do not fit say why, and sums leave out what is unknown.
    pub network: Option<NetworkDescription>,
    /// The first thing that is wrong, as an error object.
    pub error: Option<Value>,
}

/// Describes what a specification says, right or wrong: a network in the making is drawn as it is. `loaded`: what files of one's own it
/// would learn from, or nothing for MNIST.
pub fn examine(spec: &Value, loaded: Option<&Facts>) -> Examination {
    let examined = Spec::from_json(spec).map_err(Error::from).and_then(|spec| {
        let (mut network, error) = describe_what_fits(&spec)?;
        if let (None, Err(other)) = (&error, spec.data.check_loaded(spec.input, loaded)) {
            network.training_refused = Some(Error::from(other).to_json());
        }
        Ok((network, error))
    });
    match examined {
        Ok((network, error)) => Examination { network: Some(network), error: error.map(|error| Error::from(error).to_json()) },
        Err(error) => Examination { network: None, error: Some(error.to_json()) },
    }
}

/// Describes a network without running it.
///
/// # Errors
/// Layers that do not fit together, and sizes that fit nowhere.
pub fn describe(spec: &Spec) -> Result<NetworkDescription, Error> {
    match describe_what_fits(spec)? {
        (network, None) => Ok(network),
        (_, Some(error)) => Err(error.into()),
    }
}

/// The description, and the error of the first layer that does not fit.
fn describe_what_fits(spec: &Spec) -> Result<(NetworkDescription, Option<ShapeError>), Error> {
    let mut graph = Graph::default();
    let images = add_images(&mut graph, spec, 1, Role::Input)?;
    let fitting = apply_what_fits(&mut graph, spec, images);
    let (nodes, starts) = with_unknown(describe_nodes(&graph, spec, images, &fitting.starts), &graph, spec, &fitting);
    let groups = spec.containers.iter().map(|container| {
        let first_node = starts[container.layers.start];
        let inside = &nodes[first_node..starts[container.layers.end]];
        GroupDescription {
            name: container.name.clone(),
            kind: container.kind,
            path: container.path.to_string(),
            depth: container.depth,
            first_node,
            nodes: inside.len(),
            output_shape: match container.output {
                Source::Images => spec.input.to_vec(),
                Source::Layer(index) => fitting.values[index].map_or_else(Vec::new, |value| graph.shape(value).dims()[1..].to_vec()),
            },
            params: sum(inside, |node| node.params),
            macs: sum(inside, |node| node.macs),
            activation_bytes: sum(inside, |node| node.activation_bytes),
            training_activation_bytes: sum(inside, |node| node.training_activation_bytes),
        }
    });
    let groups = groups.collect();
    let of_heads = |of: fn(&NodeDescription) -> u64| nodes.iter().filter(|node| node.head.is_some()).map(of).fold(0, u64::saturating_add);
    let error = fitting.errors.into_iter().next().map(|(_, error)| error);
    let plan = match (&error, TrainingPlan::for_dataset(spec)) {
        (None, Err(error @ ShapeError::SizeOverflow { .. })) => return Err(error.into()),
        (_, plan) => plan.map(|plan| plan.plan.bytes()),
    };
    let totals = Totals {
        params: sum(&nodes, |node| node.params),
        macs: sum(&nodes, |node| node.macs),
        head_params: of_heads(|node| node.params),
        head_macs: of_heads(|node| node.macs),
        activation_bytes: sum(&nodes, |node| node.activation_bytes),
        training_activation_bytes: sum(&nodes, |node| node.training_activation_bytes),
        inference_bytes: if error.is_none() { InferencePlan::new(spec)?.plan.bytes() } else { 0 },
        training_bytes: plan.as_ref().ok().copied(),
    };
    let training_refused = plan.err().map(|error| Error::from(error).to_json());
    Ok((NetworkDescription { name: spec.name.clone(), nodes, groups, totals, training_refused }, error))
}

/// Puts a node where a layer has none because it, or one that it reads, does not fit; and says where the nodes of each layer begin then.
fn with_unknown(known: Vec<NodeDescription>, graph: &Graph, spec: &Spec, fitting: &Fitting) -> (Vec<NodeDescription>, Vec<usize>) {
    if fitting.errors.is_empty() {
        return (known, fitting.starts.clone());
    }
    let (mut nodes, mut starts) = (Vec::with_capacity(spec.layers.len()), Vec::new());
    let mut known = known.into_iter();
    let name = |source: &Source| match *source {
        Source::Images => "input".to_owned(),
        Source::Layer(index) => {
            fitting.values[index].map_or_else(|| spec.layers[index].name.clone(), |value| graph.value(value).name.clone())
        }
    };
    for (index, layer) in spec.layers.iter().enumerate() {
        starts.push(nodes.len());
        nodes.extend(known.by_ref().take(fitting.starts[index + 1] - fitting.starts[index]));
        if fitting.values[index].is_none() {
            // What a layer in parts made before it failed is of no use to anyone.
            nodes.truncate(starts[index]);
            let error = fitting.errors.iter().find(|(failed, _)| *failed == index);
            nodes.push(NodeDescription {
                name: layer.name.clone(),
                op: match &layer.work {
                    Work::Operator(operator) => operator.name(),
                    Work::Fit => "pad_channels",
                    Work::Crop => "crop2d",
                },
                inputs: layer.inputs.iter().map(name).collect(),
                head: layer.head.map(|head| spec.heads[head].name.clone()),
                path: layer.path.to_string(),
                error: error.map(|(_, error)| Error::from(error.clone()).to_json()),
                ..NodeDescription::default()
            });
        }
    }
    starts.push(nodes.len());
    (nodes, starts)
}

fn sum(nodes: &[NodeDescription], of: impl Fn(&NodeDescription) -> u64) -> u64 {
    nodes.iter().map(of).fold(0, u64::saturating_add)
}

fn describe_nodes(graph: &Graph, spec: &Spec, images: ValueId, starts: &[usize]) -> Vec<NodeDescription> {
    let [_, height, width] = spec.input;
    let mut fields: Vec<Option<[Field; 2]>> = vec![None; graph.values.len()];
    let mut nodes = Vec::with_capacity(graph.nodes.len());
    let layers = spec.layers.iter().zip(starts.windows(2));
    let layers = layers.flat_map(|(layer, starts)| std::iter::repeat_n(layer, starts[1] - starts[0]));
    for ((node, layer), exact) in graph.nodes.iter().zip(layers).zip(exact_fields(graph, images)) {
        let output = graph.shape(node.outputs[0]);
        let inputs: Vec<_> = node.inputs.iter().map(|&id| graph.shape(id)).collect();
        let reach = node.operator.reach();
        let behind = |axis: usize| {
            let seen = node.inputs.iter().map(|id| {
                let length = |shape: &crate::core::shape::Shape| shape.nchw()[2 + axis];
                let field = fields[id.0].as_ref().map_or_else(Field::pixels, |field| field[axis].clone());
                field.behind(&reach, axis, length(graph.shape(*id)), length(output))
            });
            seen.reduce(|a, b| a.joined(&b)).unwrap_or_else(Field::pixels)
        };
        let field = [behind(0), behind(1)];
        let parameters: Vec<ParameterSpec> = node.operator.parameters(&inputs);
        let params = node.operator.parameter_count(&inputs);
        let bytes = |id: &ValueId| 4 * graph.shape(*id).count() as u64;
        nodes.push(NodeDescription {
            name: node.name.clone(),
            op: node.operator.name(),
            inputs: node.inputs.iter().map(|&id| graph.value(id).name.clone()).collect(),
            head: layer.head.map(|index| spec.heads[index].name.clone()),
            path: layer.path.to_string(),
            error: None,
            output_shape: output.dims()[1..].to_vec(),
            params,
            params_arithmetic: arithmetic::parameters(&parameters, params),
            macs: node.operator.macs(&inputs, output),
            activation_bytes: bytes(&node.outputs[0]),
            training_activation_bytes: node.outputs.iter().map(bytes).sum::<u64>() + bytes(&node.outputs[0]),
            receptive_field: match exact {
                Some([rows, columns]) => [rows.size(), columns.size()],
                None => [within(field[0].size(), height), within(field[1].size(), width)],
            },
            receptive_field_unbounded: [field[0].size(), field[1].size()],
            jump: [field[0].jump(), field[1].jump()],
            centre: [field[0].centre(), field[1].centre()],
            aligned: field[0].aligned && field[1].aligned,
        });
        node.outputs.iter().for_each(|id| fields[id.0] = Some(field.clone()));
    }
    nodes
}

fn within(size: u64, image: usize) -> usize {
    usize::try_from(size).unwrap_or(image).min(image)
}

/// For each node the fields of its rows and of its columns; `None` where a map is too long to know them.
fn exact_fields(graph: &Graph, images: ValueId) -> Vec<Option<[Support; 2]>> {
    let mut known: Vec<Option<[Support; 2]>> = vec![None; graph.values.len()];
    let [_, _, height, width] = graph.shape(images).nchw();
    known[images.0] = Some([Support::pixels(height), Support::pixels(width)]);
    let mut fields = Vec::with_capacity(graph.nodes.len());
    for node in &graph.nodes {
        let [_, _, rows, columns] = graph.shape(node.outputs[0]).nchw();
        let reach = node.operator.reach();
        let behind = |axis: usize, length: usize| {
            let seen = node.inputs.iter().map(|id| known[id.0].as_ref().and_then(|field| field[axis].behind(&reach, axis, length)));
            seen.reduce(|a, b| Some(a?.joined(&b?))).flatten()
        };
        let field = behind(0, rows).zip(behind(1, columns)).map(|(rows, columns)| [rows, columns]);
        node.outputs.iter().for_each(|id| known[id.0].clone_from(&field));
        fields.push(field);
    }
    fields
}

/// What the positions of one node see.
#[derive(Clone, Debug, PartialEq)]
pub struct NodeSupport {
    /// The node.
    pub name: String,
    /// Of its rows and of its columns; `None` where a map is too long to know them.
    pub fields: Option<[Support; 2]>,
}

/// The exact region of the image that each position of each node can depend on.
///
/// # Errors
/// A layer that does not fit.
pub fn supports(spec: &Spec) -> Result<Vec<NodeSupport>, ShapeError> {
    let mut graph = Graph::default();
    let images = add_images(&mut graph, spec, 1, Role::Input)?;
    apply_network(&mut graph, spec, images, true)?;
    let fields = exact_fields(&graph, images);
    Ok(graph.nodes.into_iter().zip(fields).map(|(node, fields)| NodeSupport { name: node.name, fields }).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::zoo::preset;

    #[test]
    fn a_wrong_network_is_described_as_far_as_it_fits() {
        let conv = |channels: u32| serde_json::json!({"op": "conv2d", "out_channels": channels, "kernel_size": 3, "padding": 1});
        let right = serde_json::json!({"residual": {"name": "block", "body": [conv(4)]}});
        let wrong = serde_json::json!({"residual": {"name": "other", "body": [conv(8)]}});
        let end = serde_json::json!({"op": "linear", "out_features": 10});
        let spec = |block| serde_json::json!({"version": 1, "layers": [conv(4), block, {"op": "relu"}, {"op": "flatten"}, end]});
        let good = examine(&spec(right), None);
        assert_eq!(
            (&good.error, good.network),
            (&None, describe(&Spec::from_json(&spec(serde_json::json!({"residual": {"name": "block", "body": [conv(4)]}}))).unwrap()).ok())
        );
        let Examination { network: Some(network), error: Some(error) } = examine(&spec(wrong), None) else { panic!("wrong, and drawn") };
        assert_eq!((error["kind"].as_str(), error["node"].as_str()), (Some("summands_differ"), Some("other.add")));
        let rows: Vec<_> = network
            .nodes
            .iter()
            .map(|node| (node.name.as_str(), node.path.as_str(), node.output_shape.len(), node.error.is_some()))
            .collect();
        assert_eq!(
            rows,
            [
                ("conv1", "layers[0]", 3, false),
                ("other.conv1", "layers[1].residual.body[0]", 3, false),
                ("other.add", "layers[1]", 0, true),
                ("relu1", "layers[2]", 0, false),
                ("flatten", "layers[3]", 0, false),
                ("fc1", "layers[4]", 0, false),
            ]
        );
        assert_eq!(network.nodes[2].inputs, ["other.conv1", "conv1"]);
        assert_eq!(
            network.groups.iter().map(|group| (group.path.as_str(), group.first_node, group.nodes)).collect::<Vec<_>>(),
            [("layers[1]", 1, 2)]
        );
        let unreadable = examine(&serde_json::json!({"version": 1, "layers": [{"op": "convv"}]}), None);
        assert_eq!((unreadable.network, unreadable.error.unwrap()["kind"].as_str()), (None, Some("unknown_operator")));
    }

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
