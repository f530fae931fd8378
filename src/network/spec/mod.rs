//! The network language: what a user writes, version 1.
//!
//! `layers` is a list of items. An item is a layer `{op, ...}` or a container:
//!
//! | item | means |
//! | --- | --- |
//! | `{stage: {name, body}}` | a group with a name |
//! | `{residual: {name?, body, shortcut?, after?}}` | `after(body(x) + shortcut(x))`; the shortcut is `"identity"`, `"pad"` (option A) or a list |
//! | `{parallel: {name?, branches, join?}}` | every branch reads the same value; `"concat"` or `"add"` |
//! | `{repeat: {name?, times, body}}` | the body several times |
//! | `{save: name}`, `{join: name, how?, crop?, name?}` | a long skip: a value is kept, and later brought together with another |
//! | `{head: {name, loss_weight?, body}}` | a second output with a loss of its own, in training only |
//!
//! A container with a name puts it before the names of what it holds: `stage1.block2.conv1`. One without changes no name.

mod expand;
mod item;
mod names;
mod training;

use std::fmt;
use std::ops::Range;
use std::rc::Rc;

use serde_json::Value;

pub use self::training::{Initialization, Training};

use self::expand::{Expanded, expand};
use self::item::Item;
use crate::core::error::{Expected, SpecError};
use crate::core::fields::{Fields, brief, whole};
use crate::data::Data;
use crate::ir::operator::Operator;

/// The version of the network language that this crate reads.
pub const VERSION: u32 = 1;

/// A network and how it is trained.
#[derive(Clone, Debug)]
pub struct Spec {
    /// For people.
    pub name: String,
    /// `[channels, height, width]` of an image.
    pub input: [usize; 3],
    /// What it learns from.
    pub data: Data,
    /// In execution order, repetitions written out.
    pub layers: Vec<Layer>,
    /// What the network returns.
    pub output: Source,
    /// Further outputs, in training only.
    pub heads: Vec<Head>,
    /// The groups that the layers were written in, each before those it holds.
    pub containers: Vec<Container>,
    /// Optimizer, batch, epochs, seed.
    pub training: Training,
}

/// One layer.
#[derive(Clone)]
pub struct Layer {
    /// Unique in the network: `stage1.block2.conv1`.
    pub name: String,
    /// What it does.
    pub work: Work,
    /// What it reads: the images or earlier layers.
    pub inputs: Vec<Source>,
    /// The one of [`Spec::heads`] that it belongs to.
    pub head: Option<usize>,
    /// The item it was made of: `layers[2].residual.body[0]`.
    pub path: Rc<str>,
}

/// What a layer does.
#[derive(Clone, Debug)]
pub enum Work {
    /// Applies an operator.
    Operator(Rc<dyn Operator>),
    /// Gives its first input the shape of its second by leaving out pixels and adding zero channels: option A of He et al. 2015.
    Fit,
    /// Cuts its first input's centre to the size of its second, as U-Net does.
    Crop,
}

/// Where a value comes from.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Source {
    /// The images.
    Images,
    /// A layer, by its place in [`Spec::layers`].
    Layer(usize),
}

/// A second output.
#[derive(Clone, Debug, PartialEq)]
pub struct Head {
    /// Before the names of its layers: `aux1`.
    pub name: String,
    /// What its loss counts beside the network's own.
    pub loss_weight: f64,
    /// Its last layer.
    pub output: Source,
}

/// A group of layers.
#[derive(Clone, Debug, PartialEq)]
pub struct Container {
    /// What stands before the names of its layers; where it has no name, its kind and number.
    pub name: String,
    /// `stage`, `residual`, `parallel`, `branch`, `repeat`, `join` or `head`.
    pub kind: &'static str,
    /// The item it was made of.
    pub path: Rc<str>,
    /// How many containers stand around it.
    pub depth: usize,
    /// Its layers, as a part of [`Spec::layers`].
    pub layers: Range<usize>,
    /// What it returns.
    pub output: Source,
}

impl fmt::Debug for Layer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {:?}", self.name, self.work)
    }
}

impl Spec {
    /// Reads a specification from JSON text.
    ///
    /// # Errors
    /// [`SpecError`], saying where and what would do.
    pub fn parse(text: &str) -> Result<Self, SpecError> {
        let malformed = |e: serde_json::Error| SpecError::MalformedJson { reason: e.to_string(), line: e.line(), column: e.column() };
        Self::from_json(&serde_json::from_str(text).map_err(malformed)?)
    }

    /// Reads a specification.
    ///
    /// # Errors
    /// [`SpecError`], saying where and what would do.
    pub fn from_json(json: &Value) -> Result<Self, SpecError> {
        let mut fields = Fields::new("spec", json)?;
        match fields.get("version") {
            Some(version) if whole(version) == Some(VERSION.into()) => (),
            Some(version) => return Err(SpecError::UnsupportedVersion { found: brief(version), supported: VERSION }),
            None => return Err(SpecError::UnsupportedVersion { found: "no version".into(), supported: VERSION }),
        }
        let name = fields.text("name")?.unwrap_or("network").to_owned();
        let input = read_input(&mut fields)?;
        let data = Data::from_json(fields.get("data"))?;
        let items = read_layers(&mut fields)?;
        let given = fields.get("training");
        let training = match given {
            Some(training) => Training::from_json(training)?,
            None => Training::default(),
        };
        fields.finish()?;
        if data.logits().rank > 2 && !training.augmentation.is_off() {
            return Err(SpecError::InvalidValue {
                path: "training.augmentation".into(),
                found: given.map_or_else(String::new, |training| brief(&training["augmentation"])),
                expected: Expected::NoAugmentation,
            });
        }
        let Expanded { layers, output, heads, containers } = expand(&items)?;
        Ok(Self { name, input, data, layers, output, heads, containers, training })
    }
}

fn read_input(fields: &mut Fields<'_>) -> Result<[usize; 3], SpecError> {
    let Some(value) = fields.get("input") else { return Ok([1, 28, 28]) };
    let sizes =
        value.as_array().map(|dims| dims.iter().map(|dim| whole(dim).filter(|n| (1..=4096).contains(n))).collect::<Option<Vec<_>>>());
    match sizes.flatten().as_deref() {
        Some(&[c, h, w]) => Ok([c as usize, h as usize, w as usize]),
        _ => Err(SpecError::InvalidValue { path: "spec.input".into(), found: brief(value), expected: Expected::InputShape { most: 4096 } }),
    }
}

fn read_layers(fields: &mut Fields<'_>) -> Result<Vec<Item>, SpecError> {
    match fields.get("layers") {
        Some(items) => item::read_items("layers", items, 0),
        None => Err(SpecError::MissingField { path: "spec".into(), field: "layers".into(), expected: Expected::Layers }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str) -> SpecError {
        Spec::parse(text).unwrap_err()
    }

    #[test]
    fn layers_get_the_fields_names_in_order() {
        let spec = Spec::parse(
            r#"{"version":1,"layers":[{"op":"conv2d","out_channels":6,"kernel_size":5},{"op":"relu"},{"op":"conv2d","name":"conv2","out_channels":6,
            "kernel_size":[1,3]},{"op":"conv2d","out_channels":6,"kernel_size":1},{"op":"flatten"},{"op":"linear","out_features":10}]}"#,
        );
        let names: Vec<String> = spec.unwrap().layers.into_iter().map(|layer| layer.name).collect();
        assert_eq!(names, ["conv1", "relu1", "conv2", "conv3", "flatten", "fc1"]);
    }

    #[test]
    fn errors_say_where_and_what_would_do() {
        assert_eq!(
            error(r#"{"version":1,"layers":[{"op":"conv2d","out_channels":0,"kernel_size":5}]}"#).to_string(),
            "layers[0].out_channels: 0 is not possible here; expected a whole number from 1 to 16777216"
        );
        assert!(matches!(error(r#"{"version":2,"layers":[]}"#), SpecError::UnsupportedVersion { .. }));
        assert!(matches!(error(r#"{"layers":[]}"#), SpecError::UnsupportedVersion { .. }));
        assert!(matches!(error(r#"{"version":1,"layers":[]}"#), SpecError::EmptyNetwork));
        assert!(matches!(error(r#"{"version":1,"layers":[{"op":"convv"}]}"#), SpecError::UnknownOperator { .. }));
        assert!(matches!(error(r#"{"version":1,"layers":[{"op":"relu","slope":1}]}"#), SpecError::UnknownField { .. }));
        assert!(matches!(
            error(r#"{"version":1,"layers":[{"op":"relu","name":"a"},{"op":"relu","name":"a"}]}"#),
            SpecError::DuplicateName { .. }
        ));
        assert!(matches!(error("{"), SpecError::MalformedJson { line: 1, .. }));
    }
}
