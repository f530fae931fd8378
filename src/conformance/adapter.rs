//! From the names and attributes of the reference cases to this engine's operators.

use std::rc::Rc;

use serde_json::Value;

use super::case::CaseError;
use crate::graph::{Graph, ValueId};
use crate::network::fields::Fields;
use crate::ops::Operator;
use crate::ops::Window;
use crate::ops::adaptive_avg_pool2d::AdaptiveAvgPool2d;
use crate::ops::add::Add;
use crate::ops::avg_pool2d::AvgPool2d;
use crate::ops::batch_norm2d::BatchNorm2d;
use crate::ops::channel_affine::ChannelAffine;
use crate::ops::concat::Concat;
use crate::ops::conv_transpose2d::ConvTranspose2d;
use crate::ops::conv2d::Conv2d;
use crate::ops::conv2d::connections::{ConnectedConv2d, Connections};
use crate::ops::crop2d::Crop2d;
use crate::ops::dropout::{Dropout, Source, Unit};
use crate::ops::flatten::Flatten;
use crate::ops::global_avg_pool2d::GlobalAvgPool2d;
use crate::ops::linear::Linear;
use crate::ops::local_response_norm::LocalResponseNorm;
use crate::ops::max_pool2d::MaxPool2d;
use crate::ops::max_unpool2d::MaxUnpool2d;
use crate::ops::mul_const::{Factor, MulConst};
use crate::ops::pad_channels::PadChannels;
use crate::ops::pad2d::Pad2d;
use crate::ops::rbf::{Codes, Rbf};
use crate::ops::relu::Relu;
use crate::ops::softmax::Softmax;
use crate::ops::softmax_cross_entropy::{IGNORE_INDEX, Reduction, SoftmaxCrossEntropy};
use crate::ops::squash::Squash;
use crate::shape::Shape;

/// Parameters that a case gives an operator: role and canonical shape.
pub type Parameters = [(String, Shape)];

/// Operators to chain; most cases are one. The first gets the inputs and has the parameters.
type Chain = Vec<Rc<dyn Operator>>;

/// How the reference cases write one operator.
#[derive(Debug)]
pub struct Adapter {
    /// Its name there.
    pub op: &'static str,
    /// The activations it reads, in our order: `x` is the tensor `in.x`.
    pub inputs: &'static [&'static str],
    /// Inputs after those, which not every case has.
    pub optional_inputs: &'static [&'static str],
    /// What it makes, in our order: `y` is the tensor `out.y`.
    pub outputs: &'static [&'static str],
    /// Parameters that the cases call otherwise: their name, ours.
    pub renamed: &'static [(&'static str, &'static str)],
    /// What the operator gathers over training.
    pub statistics: &'static [&'static str],
    /// Makes the operator from its attributes. What this does not read of them is refused.
    build: fn(&mut Fields<'_>, &Parameters) -> Result<Chain, CaseError>,
}

const BASE: Adapter =
    Adapter { op: "", inputs: &["x"], optional_inputs: &[], outputs: &["y"], renamed: &[], statistics: &[], build: |_, _| Ok(Vec::new()) };

/// Every operator that cases can have. A new operator adds its entry here.
pub static ADAPTERS: &[Adapter] = &[
    Adapter { op: "adaptive_avg_pool2d", build: adaptive_avg_pool2d, ..BASE },
    Adapter { op: "avg_pool2d", build: avg_pool2d, ..BASE },
    Adapter { op: "add", inputs: &["a", "b"], build: |fields, _| one(Add { relu: fields.flag_or("relu", false)? }), ..BASE },
    Adapter {
        op: "batch_norm2d",
        renamed: &[("weight", "gamma"), ("bias", "beta")],
        statistics: &["running_mean", "running_var"],
        build: batch_norm2d,
        ..BASE
    },
    Adapter { op: "channel_affine", build: |_, _| one(ChannelAffine), ..BASE },
    Adapter {
        op: "concat",
        inputs: &["x0"],
        optional_inputs: &["x1", "x2", "x3", "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12", "x13", "x14", "x15"],
        build: concat,
        ..BASE
    },
    Adapter { op: "conv2d", build: conv2d, ..BASE },
    Adapter { op: "crop2d", build: crop2d, ..BASE },
    Adapter { op: "dropout", optional_inputs: &["mask"], build: dropout, ..BASE },
    Adapter { op: "conv_transpose2d", build: conv_transpose2d, ..BASE },
    Adapter { op: "flatten", build: |_, _| one(Flatten), ..BASE },
    Adapter { op: "global_avg_pool2d", build: |_, _| one(GlobalAvgPool2d), ..BASE },
    Adapter { op: "linear", build: linear, ..BASE },
    Adapter { op: "local_response_norm", build: |fields, _| one(LocalResponseNorm::read(fields)?), ..BASE },
    Adapter { op: "max_pool2d", outputs: &["y", "indices"], build: max_pool2d, ..BASE },
    Adapter { op: "max_unpool2d", inputs: &["x", "indices"], build: max_unpool2d, ..BASE },
    Adapter { op: "mul_const", inputs: &["x", "factor"], build: |_, _| one(MulConst { factor: Factor::Given }), ..BASE },
    Adapter { op: "pad2d", build: |fields, _| one(Pad2d { padding: fields.sides("pad")? }), ..BASE },
    Adapter { op: "pad_channels", build: pad_channels, ..BASE },
    Adapter { op: "rbf", build: rbf, ..BASE },
    Adapter { op: "relu", build: |_, _| one(Relu), ..BASE },
    Adapter { op: "log_softmax", build: |fields, _| softmax(fields, true), ..BASE },
    Adapter { op: "scaled_tanh", build: scaled_tanh, ..BASE },
    Adapter { op: "sigmoid", build: |_, _| one(Squash::Sigmoid), ..BASE },
    Adapter { op: "softmax", build: |fields, _| softmax(fields, false), ..BASE },
    Adapter { op: "tanh", build: |_, _| one(Squash::Tanh), ..BASE },
    Adapter {
        op: "softmax_cross_entropy",
        inputs: &["x", "target"],
        optional_inputs: &["class_weight"],
        outputs: &["loss"],
        build: softmax_cross_entropy,
        ..BASE
    },
];

fn one(operator: impl Operator + 'static) -> Result<Chain, CaseError> {
    Ok(vec![Rc::new(operator)])
}

/// The dimensions of the parameter with this role.
fn dims<'a>(parameters: &'a Parameters, role: &str) -> &'a [usize] {
    parameters.iter().find(|(given, _)| given == role).map_or(&[], |(_, shape)| shape.dims())
}

fn has(parameters: &Parameters, role: &str) -> bool {
    parameters.iter().any(|(given, _)| given == role)
}

fn adaptive_avg_pool2d(fields: &mut Fields<'_>, _parameters: &Parameters) -> Result<Chain, CaseError> {
    one(AdaptiveAvgPool2d { output_size: fields.pair("output_size", 1, None)? })
}

fn avg_pool2d(fields: &mut Fields<'_>, _parameters: &Parameters) -> Result<Chain, CaseError> {
    let kernel_size = fields.pair("kernel", 1, None)?;
    one(AvgPool2d::read(fields, kernel_size)?)
}

fn crop2d(fields: &mut Fields<'_>, _parameters: &Parameters) -> Result<Chain, CaseError> {
    one(Crop2d { offset: fields.pair("offset", 0, Some(0))?, size: fields.pair("size", 1, None)? })
}

fn max_unpool2d(fields: &mut Fields<'_>, _parameters: &Parameters) -> Result<Chain, CaseError> {
    let kernel_size = fields.pair("kernel", 1, None)?;
    one(MaxUnpool2d::read(fields, kernel_size)?)
}

fn pad_channels(fields: &mut Fields<'_>, _parameters: &Parameters) -> Result<Chain, CaseError> {
    one(PadChannels { before: fields.whole_or("before", 0)?, after: fields.whole_or("after", 0)? })
}

fn batch_norm2d(fields: &mut Fields<'_>, parameters: &Parameters) -> Result<Chain, CaseError> {
    fields.flag_or("training", true)?;
    let affine = fields.flag_or("affine", has(parameters, "gamma"))?;
    one(BatchNorm2d { eps: fields.number_or("eps", 0.0, 1.0, 1e-5)?, momentum: fields.number_or("momentum", 0.0, 1.0, 0.1)?, affine })
}

fn dropout(fields: &mut Fields<'_>, _parameters: &Parameters) -> Result<Chain, CaseError> {
    fields.flag_or("training", true)?;
    one(Dropout { p: fields.number_or("p", 0.0, 1.0, 0.5)?, unit: Unit::Value, source: Source::Given })
}

fn concat(fields: &mut Fields<'_>, _parameters: &Parameters) -> Result<Chain, CaseError> {
    fields.number_or("dim", 1.0, 1.0, 1.0)?;
    one(Concat)
}

fn conv2d(fields: &mut Fields<'_>, parameters: &Parameters) -> Result<Chain, CaseError> {
    let &[out_channels, _, kernel_height, kernel_width] = dims(parameters, "weight") else {
        return Err(CaseError::Malformed("conv2d needs a weight of rank 4".into()));
    };
    let window = Window::read(fields, [kernel_height, kernel_width], [1, 1])?;
    let (groups, bias) = (fields.positive_or("groups", 1)?, has(parameters, "bias"));
    match fields.get("connections") {
        None => one(Conv2d { out_channels, window, groups, bias }),
        Some(lists) => one(ConnectedConv2d { connections: Connections::from_json("connections", lists, out_channels)?, window, bias }),
    }
}

fn conv_transpose2d(fields: &mut Fields<'_>, parameters: &Parameters) -> Result<Chain, CaseError> {
    let &[_, out_per_group, kernel_height, kernel_width] = dims(parameters, "weight") else {
        return Err(CaseError::Malformed("conv_transpose2d needs a weight of rank 4".into()));
    };
    let groups = fields.positive_or("groups", 1)?;
    one(ConvTranspose2d {
        out_channels: out_per_group * groups,
        window: Window::read(fields, [kernel_height, kernel_width], [1, 1])?,
        output_padding: fields.pair("output_padding", 0, Some(0))?,
        groups,
        bias: has(parameters, "bias"),
    })
}

fn linear(_fields: &mut Fields<'_>, parameters: &Parameters) -> Result<Chain, CaseError> {
    let &[out_features, _] = dims(parameters, "weight") else {
        return Err(CaseError::Malformed("linear needs a weight of rank 2".into()));
    };
    one(Linear { out_features, bias: has(parameters, "bias") })
}

fn max_pool2d(fields: &mut Fields<'_>, _parameters: &Parameters) -> Result<Chain, CaseError> {
    let kernel_size = fields.pair("kernel", 1, None)?;
    one(MaxPool2d { window: Window::read(fields, kernel_size, kernel_size)?, ceil_mode: fields.flag_or("ceil_mode", false)? })
}

fn rbf(_fields: &mut Fields<'_>, parameters: &Parameters) -> Result<Chain, CaseError> {
    let &[out_features, _] = dims(parameters, "weight") else {
        return Err(CaseError::Malformed("rbf needs a weight of rank 2".into()));
    };
    one(Rbf { out_features, codes: Codes::Trained })
}

fn scaled_tanh(fields: &mut Fields<'_>, _parameters: &Parameters) -> Result<Chain, CaseError> {
    one(Squash::ScaledTanh {
        amplitude: fields.number_or("amplitude", 1e-3, 1e3, 1.7159)?,
        slope: fields.number_or("slope", 1e-3, 1e3, 2.0 / 3.0)?,
    })
}

/// Over channels only, which is dimension 1.
fn softmax(fields: &mut Fields<'_>, logarithm: bool) -> Result<Chain, CaseError> {
    fields.number_or("dim", 1.0, 1.0, 1.0)?;
    one(Softmax { logarithm })
}

fn softmax_cross_entropy(fields: &mut Fields<'_>, _parameters: &Parameters) -> Result<Chain, CaseError> {
    let reductions = [("mean", Reduction::Mean), ("sum", Reduction::Sum), ("none", Reduction::None)];
    one(SoftmaxCrossEntropy {
        reduction: fields.choice_or("reduction", &reductions, Reduction::Mean)?,
        label_smoothing: fields.number_or("label_smoothing", 0.0, 1.0, 0.0)? as f32,
        ignore_index: fields.number_or("ignore_index", i32::MIN.into(), i32::MAX.into(), IGNORE_INDEX.into())? as i32,
        weighted: fields.flag_or("weighted", false)?,
        soft_target: fields.flag_or("soft_target", false)?,
    })
}

/// What an applied operator is in the graph.
#[derive(Debug)]
pub struct Applied {
    /// The result, then any other outputs, as [`Adapter::outputs`] names them.
    pub outputs: Vec<ValueId>,
    /// Role as the case has it, and value.
    pub parameters: Vec<(String, ValueId)>,
    /// As the parameters.
    pub statistics: Vec<(String, ValueId)>,
}

/// The adapter for an operator.
///
/// # Errors
/// [`CaseError::Unknown`].
pub fn adapter(op: &str) -> Result<&'static Adapter, CaseError> {
    ADAPTERS.iter().find(|adapter| adapter.op == op).ok_or_else(|| CaseError::Unknown { what: "op", name: op.to_owned() })
}

impl Adapter {
    /// Our name for a parameter of the case.
    fn ours<'a>(&self, role: &'a str) -> &'a str {
        self.renamed.iter().find(|(theirs, _)| *theirs == role).map_or(role, |(_, ours)| ours)
    }

    /// The case's name for a parameter of ours.
    fn theirs<'a>(&self, role: &'a str) -> &'a str {
        self.renamed.iter().find(|(_, ours)| *ours == role).map_or(role, |(theirs, _)| theirs)
    }

    /// Applies the operator to values of a graph: in training mode where the graph is in it and the case's `training` does not say otherwise.
    ///
    /// # Errors
    /// Attributes that nothing reads, inputs or parameters that are not those of the operator, shapes that do not fit.
    pub fn apply(
        &self,
        graph: &mut Graph,
        node: &str,
        attributes: &Value,
        inputs: &[ValueId],
        parameters: &Parameters,
    ) -> Result<Applied, CaseError> {
        let least = self.inputs.len();
        if !(least..=least + self.optional_inputs.len()).contains(&inputs.len()) {
            let (found, expected) = (inputs.len().to_string(), self.inputs.join(", "));
            return Err(CaseError::RolesDiffer { node: node.to_owned(), what: "inputs", found, expected });
        }
        let parameters: Vec<(String, Shape)> = parameters.iter().map(|(role, shape)| (self.ours(role).to_owned(), shape.clone())).collect();
        let mut fields = Fields::new(format!("{node}.attrs"), attributes)?;
        let chain = (self.build)(&mut fields, &parameters)?;
        fields.finish()?;
        let first = graph.nodes.len();
        let training = graph.training;
        graph.training &= attributes["training"].as_bool().unwrap_or(true);
        let mut result = inputs.to_vec();
        for (position, operator) in chain.into_iter().enumerate() {
            let name = if position == 0 { node.to_owned() } else { format!("{node} {}", operator.name()) };
            result = vec![graph.apply(&name, operator, &result)?];
        }
        graph.training = training;
        let made = &graph.nodes[first];
        let outputs = result.into_iter().chain(made.outputs.iter().skip(1).copied()).collect();
        let expected = roles(made.parameters.iter().map(|&id| {
            let role = graph.parameters.iter().find(|(known, _)| *known == id).map_or("", |(_, spec)| spec.role);
            (role, graph.shape(id))
        }));
        let found = roles(parameters.iter().map(|(role, shape)| (role.as_str(), shape)));
        if found != expected {
            return Err(CaseError::RolesDiffer { node: node.to_owned(), what: "parameters", found, expected });
        }
        let parameters = made.parameters.iter().filter_map(|id| graph.parameters.iter().find(|(known, _)| known == id));
        let statistics = made.statistics.iter().filter_map(|id| graph.statistics.iter().find(|(known, _)| known == id));
        Ok(Applied {
            outputs,
            parameters: parameters.map(|(id, spec)| (self.theirs(spec.role).to_owned(), *id)).collect(),
            statistics: statistics.map(|(id, spec)| (spec.role.to_owned(), *id)).collect(),
        })
    }
}

/// `bias [4], weight [4, 3, 3, 3]`, in alphabetical order.
fn roles<'a>(parameters: impl Iterator<Item = (&'a str, &'a Shape)>) -> String {
    let mut texts: Vec<String> = parameters.map(|(role, shape)| format!("{role} {shape}")).collect();
    texts.sort_unstable();
    texts.join(", ")
}
