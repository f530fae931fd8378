//! The network language: what a user writes, version 1.

use std::collections::HashSet;
use std::fmt;
use std::rc::Rc;

use serde_json::Value;

use super::fields::{Fields, brief};
use crate::data::augment::Augmentation;
use crate::error::SpecError;
use crate::ops::{OPERATORS, Operator};
use crate::optim::Optimizer;
use crate::optim::schedule::Schedule;

/// The version of the network language that this crate reads.
pub const VERSION: u32 = 1;

/// A network and how it is trained.
#[derive(Clone, Debug)]
pub struct Spec {
    /// For people.
    pub name: String,
    /// `[channels, height, width]` of an image.
    pub input: [usize; 3],
    /// In order; each reads the one before.
    pub layers: Vec<Layer>,
    /// Optimizer, batch, epochs, seed.
    pub training: Training,
}

/// One layer.
#[derive(Clone)]
pub struct Layer {
    /// Unique in the network.
    pub name: String,
    /// What it does.
    pub operator: Rc<dyn Operator>,
}

impl fmt::Debug for Layer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {:?}", self.name, self.operator)
    }
}

/// How initial parameters are drawn.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Initialization {
    /// PyTorch's default for convolutions and linear layers: weights and biases uniform in ±1/sqrt(fan_in).
    Pytorch,
    /// Weights normal with variance 2/fan_in, biases zero (He et al. 2015, section 2.2).
    Kaiming,
}

/// How a network is trained.
#[derive(Clone, Debug, PartialEq)]
pub struct Training {
    /// Images a step.
    pub batch_size: usize,
    /// Passes over the training images.
    pub epochs: usize,
    /// Of the one generator behind weights and order.
    pub seed: u64,
    /// How initial parameters are drawn.
    pub init: Initialization,
    /// The rule of a step.
    pub optimizer: Optimizer,
    /// How its learning rate changes over the run.
    pub schedule: Schedule,
    /// How the images of a training step are changed.
    pub augmentation: Augmentation,
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
            Some(version) if version.as_u64() == Some(VERSION.into()) => (),
            Some(version) => return Err(SpecError::UnsupportedVersion { found: brief(version), supported: VERSION }),
            None => return Err(SpecError::UnsupportedVersion { found: "no version".into(), supported: VERSION }),
        }
        let name = fields.text("name")?.unwrap_or("network").to_owned();
        let input = read_input(&mut fields)?;
        let layers = read_layers(&mut fields)?;
        let training = match fields.get("training") {
            Some(training) => Training::from_json(training)?,
            None => Training::default(),
        };
        fields.finish()?;
        Ok(Self { name, input, layers, training })
    }
}

fn read_input(fields: &mut Fields<'_>) -> Result<[usize; 3], SpecError> {
    let Some(value) = fields.get("input") else { return Ok([1, 28, 28]) };
    let sizes =
        value.as_array().map(|dims| dims.iter().map(|dim| dim.as_u64().filter(|n| (1..=4096).contains(n))).collect::<Option<Vec<_>>>());
    match sizes.flatten().as_deref() {
        Some(&[c, h, w]) => Ok([c as usize, h as usize, w as usize]),
        _ => Err(SpecError::InvalidValue {
            path: "spec.input".into(),
            found: brief(value),
            expected: "[channels, height, width], each from 1 to 4096".into(),
        }),
    }
}

fn read_layers(fields: &mut Fields<'_>) -> Result<Vec<Layer>, SpecError> {
    let expected = || "a list of layers".to_owned();
    let items = match fields.get("layers") {
        Some(Value::Array(items)) => items,
        Some(other) => return Err(SpecError::InvalidValue { path: "spec.layers".into(), found: brief(other), expected: expected() }),
        None => return Err(SpecError::MissingField { path: "spec".into(), field: "layers".into(), expected: expected() }),
    };
    if items.is_empty() {
        return Err(SpecError::EmptyNetwork);
    }
    if items.len() > 4096 {
        let found = format!("{} layers", items.len());
        return Err(SpecError::InvalidValue { path: "spec.layers".into(), found, expected: "at most 4096 layers".into() });
    }
    let parsed = items.iter().enumerate().map(|(i, item)| read_layer(&format!("layers[{i}]"), item));
    let parsed: Vec<(Option<String>, Rc<dyn Operator>)> = parsed.collect::<Result<_, _>>()?;
    let mut taken = HashSet::new();
    for name in parsed.iter().filter_map(|(name, _)| name.clone()) {
        if let Some(node) = taken.replace(name) {
            return Err(SpecError::DuplicateName { node });
        }
    }
    Ok(name_layers(parsed, taken))
}

/// Gives nameless layers `conv1`, `conv2`, ... in order; an operator that stands alone gets no number where it needs none (`flatten`).
fn name_layers(parsed: Vec<(Option<String>, Rc<dyn Operator>)>, mut taken: HashSet<String>) -> Vec<Layer> {
    let mut layers: Vec<Layer> = Vec::with_capacity(parsed.len());
    let mut counts: Vec<(&'static str, usize)> = Vec::new();
    for (name, operator) in &parsed {
        let short = operator.short_name();
        let position = counts.iter().position(|(known, _)| *known == short).unwrap_or_else(|| {
            counts.push((short, 0));
            counts.len() - 1
        });
        counts[position].1 += 1;
        let name = name.clone().unwrap_or_else(|| {
            if short == operator.name() && short == "flatten" && taken.insert(short.to_owned()) {
                return short.to_owned();
            }
            loop {
                let name = format!("{short}{}", counts[position].1);
                if taken.insert(name.clone()) {
                    return name;
                }
                counts[position].1 += 1;
            }
        });
        layers.push(Layer { name, operator: operator.clone() });
    }
    layers
}

fn read_layer(path: &str, item: &Value) -> Result<(Option<String>, Rc<dyn Operator>), SpecError> {
    let mut fields = Fields::new(path, item)?;
    let known = || OPERATORS.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
    let operator =
        fields.text("op")?.ok_or_else(|| SpecError::MissingField { path: path.into(), field: "op".into(), expected: known() })?;
    let Some((_, parse)) = OPERATORS.iter().find(|(name, _)| *name == operator) else {
        return Err(SpecError::UnknownOperator { path: path.into(), operator: operator.into(), known: known() });
    };
    let name = fields.text("name")?.map(str::to_owned);
    let operator = parse(&mut fields)?;
    fields.finish()?;
    Ok((name, operator))
}

impl Default for Training {
    fn default() -> Self {
        Self {
            batch_size: 64,
            epochs: 1,
            seed: 1,
            init: Initialization::Pytorch,
            optimizer: Optimizer::default(),
            schedule: Schedule::default(),
            augmentation: Augmentation::default(),
        }
    }
}

impl Training {
    fn from_json(json: &Value) -> Result<Self, SpecError> {
        let default = Self::default();
        let mut fields = Fields::new("training", json)?;
        let training = Self {
            batch_size: fields.positive_or("batch_size", default.batch_size)?,
            epochs: fields.positive_or("epochs", default.epochs)?,
            seed: fields.seed_or("seed", default.seed)?,
            init: fields.choice_or("init", &[("pytorch", Initialization::Pytorch), ("kaiming", Initialization::Kaiming)], default.init)?,
            optimizer: match fields.get("optimizer") {
                Some(optimizer) => Optimizer::from_json(optimizer)?,
                None => default.optimizer,
            },
            schedule: match fields.get("schedule") {
                Some(schedule) => Schedule::from_json(schedule)?,
                None => default.schedule,
            },
            augmentation: match fields.get("augmentation") {
                Some(augmentation) => Augmentation::from_json(augmentation)?,
                None => default.augmentation,
            },
        };
        fields.finish()?;
        Ok(training)
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
