//! Typed errors that carry their numbers from the place they arise to the page.
//!
//! Every error serialises to one flat object `{ kind, message, ...fields }`: `kind` and the fields are what a translator needs,
//! `message` is the English sentence for logs and for callers who show nothing of their own. No other field has English in it: what would be possible
//! instead is an [`Expected`], other words are codes (`words.rs`). Only what other programs say (`reason`) stays as they say it.

mod expected;
mod words;

use serde::Serialize;
use serde_json::Value;
use thiserror::Error;

pub use expected::Expected;
pub use words::{ChannelsOf, Doing, Fix, Measure, Operands, Part};

use crate::core::fields::LARGEST_WHOLE;

/// A specification that cannot be read: found before any shape is known.
#[derive(Clone, Debug, Error, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[expect(missing_docs, reason = "each variant's message is its documentation, and its fields are named in it")]
pub enum SpecError {
    #[error("the specification is not valid JSON: {reason} (line {line}, column {column})")]
    MalformedJson { reason: String, line: usize, column: usize },
    #[error("this page reads version {supported} of the network language, not {found}")]
    UnsupportedVersion { found: String, supported: u32 },
    #[error("{path}: there is no operator called {operator}; known: {known}")]
    UnknownOperator { path: String, operator: String, known: String },
    #[error("{path}: {found} is not possible here; expected {expected}")]
    InvalidValue { path: String, found: String, expected: Expected },
    #[error("{path}: {field} is missing; expected {expected}")]
    MissingField { path: String, field: String, expected: Expected },
    #[error("{path}: {field} is not a field of this; known: {known}")]
    UnknownField { path: String, field: String, known: String },
    #[error("{path}: another layer or group is called {node}; give one of them another name")]
    DuplicateName { path: String, node: String },
    #[error("the network has no layers; add one, or start from LeNet-5")]
    EmptyNetwork,
}

/// Shapes that do not fit together, with the node where they meet and what would mend it.
#[derive(Clone, Debug, Error, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[expect(missing_docs, reason = "each variant's message is its documentation, and its fields are named in it")]
pub enum ShapeError {
    #[error("{node}: kernel spans {span} but the padded input is {padded} ({axis}); use a smaller kernel_size or more padding")]
    KernelLargerThanInput { node: String, axis: &'static str, span: usize, padded: usize },
    #[error("{node}: needs an input of rank {}, got {shape}; {fix}", either(*needed, *also))]
    RankMismatch { node: String, needed: usize, also: Option<usize>, shape: String, fix: Fix },
    #[error("{node}: {channels} {which} channels cannot be split into {groups} groups; use a divisor of {channels}")]
    ChannelsNotDivisible { node: String, which: ChannelsOf, channels: usize, groups: usize },
    #[error("{node}: shapes {left} and {right} must be equal")]
    ShapesDiffer { node: String, left: String, right: String },
    #[error(
        "{node}: {left} and {right} cannot be added; a sum needs equal shapes: bring one to the other's, for a shortcut by a 1x1 convolution with as many channels and the same stride"
    )]
    SummandsDiffer { node: String, left: String, right: String },
    #[error(
        "{node}: padding {padding} must be at most half of kernel_size {kernel_size} ({axis}); use a padding of at most {}, or put a pad2d layer before it",
        kernel_size / 2
    )]
    PaddingTooLarge { node: String, axis: &'static str, padding: usize, kernel_size: usize },
    #[error(
        "{node}: dilation {dilation} steps over the whole input of {input} ({axis}), so that a window holds only padding; use less dilation or no padding"
    )]
    WindowOfPadding { node: String, axis: &'static str, dilation: usize, input: usize },
    #[error(
        "{node}: a channel of {shape} has a single value, which has no variance; train with a larger batch_size or keep the maps larger"
    )]
    SingleValue { node: String, shape: String },
    #[error("{node}: padding {padding} cuts away all {size} of the output ({axis}); use less padding")]
    EmptyOutput { node: String, axis: &'static str, padding: usize, size: usize },
    #[error(
        "{node}: connected to input channel {channel}, but there are {channels}, counted from 0; change the connections or the layer before"
    )]
    NoSuchChannel { node: String, channel: usize, channels: usize },
    #[error("{node}: {first} and {other} differ in more than channels; give the branches the same strides and paddings, or crop one")]
    BranchesDiffer { node: String, first: String, other: String },
    #[error("{node}: a crop of {size} from {offset} on does not fit in {input} ({axis}); use a smaller size or offset")]
    CropOutside { node: String, axis: &'static str, size: usize, offset: usize, input: usize },
    #[error("{node}: {op} reads {needed} values, {what}, and got {found}; {fix}")]
    WrongInputs { node: String, op: &'static str, needed: usize, what: Operands, found: usize, fix: Fix },
    #[error(
        "{node}: no pooling with this kernel_size and stride leads from {size} to {input} ({axis}); use an output_size from {least} to {most}"
    )]
    NotUnpoolable { node: String, axis: &'static str, size: usize, input: usize, least: usize, most: usize },
    #[error("{node}: the size of {what} does not fit; make the network or the batch smaller")]
    SizeOverflow { node: String, what: Part },
    #[error("the network ends in {shape}, but there are {classes} classes; end it in a layer with {classes} out_features or out_channels")]
    ClassesMismatch { node: String, shape: String, classes: usize },
    #[error(
        "the network is for images of {shape}, and those it would learn from are {needed}; it can be looked at, and run at its own size"
    )]
    ImagesMismatch { node: String, shape: String, needed: &'static str },
    #[error("{node}: {op} has no gradient here")]
    NotDifferentiable { node: String, op: &'static str },
    #[error("a training step needs {needed_bytes} bytes, and the limit is {limit_bytes}; batch size {largest_batch} fits")]
    TooLarge { node: String, needed_bytes: u64, limit_bytes: u64, largest_batch: usize },
}

/// `2 or 4`.
fn either(needed: usize, also: Option<usize>) -> String {
    also.map_or_else(|| needed.to_string(), |also| format!("{needed} or {also}"))
}

/// Data files that are not what they should be.
#[derive(Clone, Debug, Error, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[expect(missing_docs, reason = "each variant's message is its documentation, and its fields are named in it")]
pub enum DataError {
    #[error("{file}: starts with {found:#010x} at offset {offset}, not with {expected:#010x}")]
    BadMagic { file: String, offset: usize, found: u32, expected: u32 },
    #[error("{file}: ends at offset {offset}, but {needed} bytes are needed")]
    Truncated { file: String, offset: usize, needed: u64 },
    #[error("{file}: {what} is {found} at offset {offset}, expected {expected}")]
    WrongSize { file: String, offset: usize, what: Measure, found: usize, expected: usize },
    #[error("{file}: the checksum of the bytes from offset {offset} is {found:#010x}, not {expected:#010x}; the file is damaged")]
    ChecksumMismatch { file: String, offset: usize, found: u32, expected: u32 },
    #[error("{file} has {images} images, but {labels_file} has {labels} labels")]
    CountMismatch { file: String, labels_file: String, images: usize, labels: usize },
    #[error("{file}: label {found} at offset {offset} is not one of 0 to {largest}")]
    LabelOutOfRange { file: String, offset: usize, found: u8, largest: u8 },
    #[error("{file}: its images are {height} by {width} pixels, and a side may have {least} to {most}; scale them first")]
    SideOutOfRange { file: String, height: usize, width: usize, least: usize, most: usize },
    #[error(
        "the network is for {classes} classes of {input:?}; loaded are {found_classes} of {found:?} ({what}); fit the network or open others"
    )]
    OtherData { what: &'static str, input: [usize; 3], classes: usize, found: [usize; 3], found_classes: usize, data: Box<Value> },
    #[error("the images that are loaded are no letters of EMNIST's: labels 1 to 26 and 28 by 28 pixels")]
    NoLetters,
    #[error("no {split} images are loaded yet")]
    NoData { split: &'static str },
    #[error("{found} training images have come, and a batch takes {needed}; wait for more, or use a batch_size of {found}")]
    TooFewImages { found: usize, needed: usize },
    #[error("there is no image {index} among {total}")]
    InvalidIndex { index: usize, total: usize },
    #[error("an image has {expected} pixels, not {found}")]
    InvalidPixels { found: usize, expected: usize },
}

impl DataError {
    /// Where MNIST is loaded, and a network is for other images.
    pub fn mnist_loaded(what: &'static str, input: [usize; 3], classes: usize) -> Self {
        Self::OtherData { what, input, classes, found: [1, 28, 28], found_classes: 10, data: Box::new("mnist".into()) }
    }
}

/// What a backend could not do. These are also the reasons for a fallback.
#[derive(Clone, Debug, Error, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[expect(missing_docs, reason = "each variant's message is its documentation, and its fields are named in it")]
pub enum DeviceError {
    #[error("this browser has no WebGPU")]
    NoWebgpu,
    #[error("WebGPU is there, but offers no adapter")]
    NoAdapter,
    #[error("the only WebGPU adapter ({adapter}) is a program, slower than the CPU kernels")]
    SoftwareAdapter { adapter: String },
    #[error("the WebGPU device could not be opened: {reason}")]
    DeviceRequestFailed { reason: String },
    #[error("WebGPU gave a wrong result in the self-check: {kernel} was off by {largest_error}, allowed {allowed}")]
    SelfCheckFailed { kernel: String, largest_error: f64, allowed: f64 },
    #[error("the GPU was taken away: {reason}")]
    DeviceLost { reason: String },
    #[error("{what} needs {needed}, and this device allows {limit}")]
    LimitExceeded { what: String, needed: u64, limit: u64 },
    #[error("{kernel} needs {needed} workgroups, and this device allows {limit}")]
    TooManyWorkgroups { kernel: String, needed: u64, limit: u64 },
    #[error("{what}{} failed on the device: {reason}", of(name))]
    DeviceFailed { what: Doing, name: Option<String>, reason: String },
    #[error("this build leaves the scalar kernels out")]
    NoScalarKernels,
    #[error("workers share batches on the CPU, and this network is not there")]
    NotOnCpu,
    #[error("a worker stopped, and so did those that took its place")]
    WorkersLost,
    #[error("a worker sent or was sent {found} numbers where {expected} were expected")]
    WorkerMismatch { found: usize, expected: usize },
    #[error("floats and words were mixed up ({name})")]
    FloatsAndWords { name: String },
}

/// The name of what failed, behind what was done with it.
fn of(name: &Option<String>) -> String {
    name.as_ref().map_or_else(String::new, |name| format!(" ({name})"))
}

/// What a trainer refuses, or stops for.
#[derive(Clone, Debug, Error, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[expect(missing_docs, reason = "each variant's message is its documentation, and its fields are named in it")]
pub enum TrainError {
    #[error("no network is compiled; send compile first")]
    NotCompiled,
    #[error("a run is training; pause it first")]
    Busy,
    #[error("no run is training")]
    NotRunning,
    #[error(
        "in step {step} the {what} of {node} stopped being finite numbers; the learning rate {learning_rate} is likely too high (the parameters are those before the step)"
    )]
    NonFinite { step: u64, node: String, what: &'static str, learning_rate: f64 },
    #[error("after {step} steps the weights have values that are not finite: {}; {}", not_finite(tensors), whence(*loaded, *learning_rate))]
    NonFiniteWeights { step: u64, tensors: Vec<NotFinite>, loaded: bool, learning_rate: f64 },
    #[error("there is no {what} called {name}")]
    UnknownName { what: &'static str, name: String },
    #[error("{name} has {expected} values, not {found}")]
    WrongLength { name: String, found: usize, expected: usize },
    #[error("{field} cannot be {found}; expected {expected}")]
    InvalidSetting { field: &'static str, found: f64, expected: Expected },
    #[error("{field} cannot change from {present} to {found} during a run; compile the network anew with it")]
    NeedsFreshStart { field: &'static str, present: &'static str, found: &'static str },
    #[error("the request could not be read: {reason}")]
    MalformedRequest { reason: String },
}

/// A tensor that a file of weights lacks, or has otherwise than it should be.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct WrongTensor {
    /// PyTorch's name of it.
    pub name: String,
    /// Type and shape as the file gives them, `F16 [10, 84]`; nothing where it is missing.
    pub found: Option<String>,
    /// Type and shape as they should be.
    pub expected: String,
}

/// A tensor with non-finite values.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct NotFinite {
    /// PyTorch's name of it.
    pub name: String,
    /// How many of its values.
    pub count: usize,
}

/// Weights that cannot be used.
#[derive(Clone, Debug, Error, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[expect(missing_docs, reason = "each variant's message is its documentation, and its fields are named in it")]
pub enum WeightsError {
    #[error("the network has no weights yet; draw them from a seed or load a file")]
    NoWeights,
    #[error("the file cannot be read: {reason}")]
    UnreadableWeights { reason: String },
    #[error("this is no safetensors file but one of another program ({format}); convert it to safetensors first")]
    ForeignWeights { format: &'static str },
    #[error("this is no sound safetensors file: {}", file_flaw(flaw, *at, *size))]
    MalformedWeights { flaw: &'static str, at: u64, size: u64 },
    #[error("this is no sound safetensors file: {tensor}: {}", tensor_flaw(flaw, *found, *expected))]
    MalformedTensor { tensor: String, flaw: &'static str, found: u64, expected: u64 },
    #[error("the file of weights is of another network: {}. The file has: {}", list(tensors), some(file))]
    WeightsMismatch { tensors: Vec<WrongTensor>, file: Vec<String> },
}

/// What breaks the format's rules about the file as a whole.
fn file_flaw(flaw: &str, at: u64, size: u64) -> String {
    match flaw {
        "short" => format!("byte {at} is needed, and it has {size}; is it cut off?"),
        "header_length" => format!("its header would have {at} bytes, and the file has {size}"),
        "text" => format!("its header is no text at byte {at}"),
        "json" => format!("its header cannot be read at byte {at}"),
        "number" => format!("a number of its metadata, {at}, is larger than any run's"),
        _ => format!("its tensors end at byte {at}, and the file has {size}"),
    }
}

/// What breaks them about one tensor.
fn tensor_flaw(flaw: &str, found: u64, expected: u64) -> String {
    match flaw {
        "duplicate" => "the name stands twice in the header".to_owned(),
        "fields" => "the header does not say its dtype, shape and data_offsets, and nothing else".to_owned(),
        "number" => "a size or place is no whole number of 64 bits".to_owned(),
        "order" => format!("it would end at byte {found}, before its beginning at {expected}"),
        "outside" => format!("it would end at byte {found} behind the header, and there are {expected}; is the file cut off?"),
        "overlap" => format!("it begins at byte {found}, within the tensor before, which ends at {expected}"),
        "hole" => format!("it begins at byte {found}, and the bytes from {expected} on belong to no tensor"),
        _ => format!("it has {found} bytes, and its type and shape need {expected}"),
    }
}

/// A part of the sentence for each tensor.
fn not_finite(tensors: &[NotFinite]) -> String {
    tensors.iter().map(|NotFinite { name, count }| format!("{name} ({count})")).collect::<Vec<_>>().join(", ")
}

/// Where they are from, and what helps.
fn whence(loaded: bool, learning_rate: f64) -> String {
    match loaded {
        true => "they came so from a file: open a sound one, or reset".to_owned(),
        false => format!("the learning rate {learning_rate} was likely too high: reset, with a lower one"),
    }
}

/// The first of many.
fn some(names: &[String]) -> String {
    const MOST: usize = 12;
    let more = if names.len() > MOST { format!(", and {} more", names.len() - MOST) } else { String::new() };
    format!("{}{more}", names[..names.len().min(MOST)].join(", "))
}

/// All that is not as it should be, a part of the sentence each.
fn list(tensors: &[WrongTensor]) -> String {
    let part = |tensor: &WrongTensor| {
        let found = tensor.found.as_ref().map_or_else(|| "missing".to_owned(), |found| found.clone());
        format!("{} is {found}, expected {}", tensor.name, tensor.expected)
    };
    tensors.iter().map(part).collect::<Vec<_>>().join("; ")
}

/// Any error of this crate.
#[derive(Clone, Debug, Error, PartialEq, Serialize)]
#[serde(untagged)]
#[expect(missing_docs, reason = "each variant is the error it holds")]
pub enum Error {
    #[error(transparent)]
    Spec(#[from] SpecError),
    #[error(transparent)]
    Shape(#[from] ShapeError),
    #[error(transparent)]
    Data(#[from] DataError),
    #[error(transparent)]
    Device(#[from] DeviceError),
    #[error(transparent)]
    Train(#[from] TrainError),
    #[error(transparent)]
    Weights(#[from] WeightsError),
}

impl Error {
    /// The object the page gets: `{ kind, message, ...fields }`.
    pub fn to_json(&self) -> serde_json::Value {
        let mut object = match serde_json::to_value(self) {
            Ok(serde_json::Value::Object(mut object)) => {
                object.values_mut().for_each(as_double);
                object
            }
            _ => crate::core::fields::map([("kind".to_owned(), "internal".into())]),
        };
        object.insert("message".to_owned(), self.to_string().into());
        object.into()
    }
}

/// A number of a file may be larger than JavaScript's whole numbers are: it gets the nearest that there is.
fn as_double(value: &mut serde_json::Value) {
    if let Some(large) = value.as_u64().filter(|&number| number > LARGEST_WHOLE) {
        *value = (large as f64).into();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn numbers_that_javascript_has_not_reach_the_page_as_the_nearest_it_has() {
        for (found, shown) in [
            (LARGEST_WHOLE, json!(9_007_199_254_740_991u64)),
            (LARGEST_WHOLE + 2, json!(9_007_199_254_740_992.0)),
            (u64::MAX, json!(2f64.powi(64))),
        ] {
            let error = Error::from(WeightsError::MalformedTensor { tensor: "fc1.bias".into(), flaw: "outside", found, expected: 7 });
            assert_eq!((&error.to_json()["found"], &error.to_json()["expected"]), (&shown, &json!(7)));
            assert!(error.to_string().contains(&found.to_string()));
        }
    }

    #[test]
    fn an_error_reaches_the_page_flat_with_kind_message_and_numbers() {
        let error = Error::from(ShapeError::KernelLargerThanInput { node: "conv2".into(), axis: "height", span: 7, padded: 4 });
        let json = error.to_json();
        assert_eq!(json["kind"], "kernel_larger_than_input");
        assert_eq!(json["node"], "conv2");
        assert_eq!(json["span"], 7);
        assert_eq!(json["padded"], 4);
        assert_eq!(json["message"], "conv2: kernel spans 7 but the padded input is 4 (height); use a smaller kernel_size or more padding");
    }
}
