//! The entries of the index files.

use std::collections::{BTreeMap, HashMap};
use std::str::FromStr;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use thiserror::Error;

use crate::core::error::{DataError, DeviceError, Error, ShapeError, SpecError, TrainError};

/// The kinds of cases; each has an index file of its own.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Kind {
    Ops,
    Nets,
    Optim,
    Schedules,
    Trajectories,
}

impl Kind {
    /// All of them, in the order they are run.
    pub const ALL: [Self; 5] = [Self::Ops, Self::Optim, Self::Schedules, Self::Nets, Self::Trajectories];

    /// Its name, which is that of its index file without `.json`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ops => "ops",
            Self::Nets => "nets",
            Self::Optim => "optim",
            Self::Schedules => "schedules",
            Self::Trajectories => "trajectories",
        }
    }
}

impl FromStr for Kind {
    type Err = CaseError;

    fn from_str(name: &str) -> Result<Self, CaseError> {
        let unknown = || CaseError::Unknown { what: "kind of case", name: name.to_owned() };
        Self::ALL.into_iter().find(|kind| kind.name() == name).ok_or_else(unknown)
    }
}

/// Why a case could not be run to its end.
#[derive(Clone, Debug, Error)]
#[expect(missing_docs, reason = "each variant's message is its documentation")]
pub enum CaseError {
    #[error("the case cannot be read: {0}")]
    Malformed(String),
    #[error("the case needs its tensors, and none were given")]
    NoTensors,
    #[error("the tensor file cannot be read: {0}")]
    TensorFile(String),
    #[error("the file has no tensor {0}")]
    MissingTensor(String),
    #[error("{tensor} is {found} in the file, but {expected} in the index")]
    TensorDiffers { tensor: String, found: String, expected: String },
    #[error("unknown {what} {name}")]
    Unknown { what: &'static str, name: String },
    #[error("{node}: the operator's {what} are {}, the case has {}", or_none(expected), or_none(found))]
    RolesDiffer { node: String, what: &'static str, found: String, expected: String },
    #[error("{0}: the lanes that fill up the channels are not all zero")]
    PadLanes(String),
    #[error("{0} is used by two nodes, and parameters cannot be shared")]
    SharedParameter(String),
    #[error(transparent)]
    Engine(#[from] Error),
}

/// A list, or that there is nothing in it.
fn or_none(list: &str) -> &str {
    if list.is_empty() { "none" } else { list }
}

impl CaseError {
    /// The tensor it is about, as the case names it; empty when it is about the case.
    pub fn tensor(&self) -> &str {
        match self {
            Self::MissingTensor(tensor) | Self::PadLanes(tensor) | Self::TensorDiffers { tensor, .. } => tensor,
            _ => "",
        }
    }
}

/// Errors of the engine become [`CaseError::Engine`].
macro_rules! from_engine {
    ($($error:ty),*) => {
        $(impl From<$error> for CaseError {
            fn from(error: $error) -> Self {
                Self::Engine(error.into())
            }
        })*
    };
}
from_engine!(SpecError, ShapeError, DataError, DeviceError, TrainError);

/// Reads an entry of an index.
///
/// # Errors
/// [`CaseError::Malformed`].
pub fn parse<T: DeserializeOwned>(case: &Value) -> Result<T, CaseError> {
    T::deserialize(case).map_err(|error| CaseError::Malformed(error.to_string()))
}

/// What the index says of a tensor.
#[derive(Clone, Debug, Deserialize)]
pub struct TensorInfo {
    /// Canonical.
    pub shape: Vec<usize>,
    /// `f32` or `i32`.
    pub dtype: String,
    /// Allowed error that does not depend on the value.
    pub atol: Option<f64>,
    /// Allowed error as a part of the value.
    pub rtol: Option<f64>,
    /// Whether the bits must agree.
    #[serde(default)]
    pub exact: bool,
}

/// Every tensor of a case by name.
pub type Index = BTreeMap<String, TensorInfo>;

/// One operator.
#[derive(Debug, Deserialize)]
#[expect(missing_docs, reason = "as in the index")]
pub struct OpCase {
    pub op: String,
    pub attrs: Value,
    pub tensors: Index,
}

/// One optimizer.
#[derive(Debug, Deserialize)]
#[expect(missing_docs, reason = "as in the index")]
pub struct OptimCase {
    pub optimizer: String,
    pub attrs: Value,
    pub lr_per_step: Vec<f64>,
    pub tensors: Index,
}

/// One schedule: the rate of every step, and the momentum where it has one.
#[derive(Debug, Deserialize)]
#[expect(missing_docs, reason = "as in the index")]
pub struct ScheduleCase {
    pub schedule: String,
    pub attrs: serde_json::Map<String, Value>,
    pub lr: Vec<f64>,
    pub momentum: Option<Vec<f64>>,
    pub atol: f64,
    pub rtol: f64,
}

/// One node of a network.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "as in the index")]
pub struct NodeCase {
    pub name: String,
    pub op: String,
    #[serde(rename = "in")]
    pub inputs: Vec<String>,
    pub attrs: Value,
    #[serde(default)]
    pub params: BTreeMap<String, String>,
    #[serde(default)]
    pub buffers: BTreeMap<String, String>,
    #[serde(default)]
    pub consts: BTreeMap<String, String>,
}

/// One term of the loss.
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[expect(missing_docs, reason = "as in the index")]
pub enum LossCase {
    SoftmaxCrossEntropy {
        #[serde(rename = "in")]
        input: String,
        target: String,
        class_weight: Option<String>,
        weight: f64,
        attrs: Value,
    },
    Dot {
        #[serde(rename = "in")]
        input: String,
        up: String,
        weight: f64,
    },
}

/// A network with its gradients.
#[derive(Debug, Deserialize)]
#[expect(missing_docs, reason = "as in the index")]
pub struct NetCase {
    pub graph: Vec<NodeCase>,
    pub losses: Vec<LossCase>,
    pub outputs: Vec<String>,
    #[serde(default)]
    pub activations: Vec<Activation>,
    #[serde(default)]
    pub grad_norms: BTreeMap<String, NormCase>,
    #[serde(default)]
    pub grad_samples: HashMap<String, SampleCase>,
    pub tensors: Index,
}

/// What is known of a node's output: node, shape, L2 norm, mean, first value, largest error in `f32`.
#[derive(Clone, Debug, Deserialize)]
pub struct Activation(pub String, pub Vec<usize>, pub f64, pub f64, pub f64, pub f64);

/// The L2 norm of a gradient.
#[derive(Clone, Copy, Debug, Deserialize)]
#[expect(missing_docs, reason = "as in the index")]
pub struct NormCase {
    pub l2: f64,
    pub atol: f64,
}

/// Which values of a gradient are stored.
#[derive(Clone, Copy, Debug, Deserialize)]
#[expect(missing_docs, reason = "as in the index")]
pub struct SampleCase {
    pub stride: usize,
    pub count: usize,
}

/// A training run on MNIST.
#[derive(Debug, Deserialize)]
#[expect(missing_docs, reason = "as in the index")]
pub struct TrajectoryCase {
    pub optimizer: String,
    pub attrs: Value,
    pub lr_per_step: Vec<f64>,
    pub graph: Vec<NodeCase>,
    pub losses: Vec<LossCase>,
    pub outputs: Vec<String>,
    pub loss: Vec<f64>,
    pub loss_atol: Vec<f64>,
    pub test_correct_f32_range: [u64; 2],
    pub tensors: Index,
}
