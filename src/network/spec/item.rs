//! The items of a network as they are written: layers, and containers of items.

use std::rc::Rc;

use serde_json::Value;

use crate::core::error::{Expected, SpecError};
use crate::core::fields::{Fields, brief, map};
use crate::ir::operator::Operator;
use crate::ops::{layers, operators};

/// How deep containers may stand in one another.
const DEEPEST: usize = 16;

/// The most items a list may have, before any repetition.
const LONGEST: usize = 4096;

/// Containers, by their key.
const CONTAINERS: [&str; 7] = ["stage", "residual", "parallel", "repeat", "head", "save", "join"];

/// One entry of a list of items.
#[derive(Debug)]
pub(super) struct Item {
    /// Where it stands: `layers[2].residual.body[0]`.
    pub path: String,
    pub kind: Kind,
}

#[derive(Debug)]
pub(super) enum Kind {
    Layer {
        name: Option<String>,
        operator: Rc<dyn Operator>,
    },
    /// A group with a name.
    Stage {
        name: String,
        body: Vec<Item>,
    },
    /// `after(body(x) + shortcut(x))`.
    Residual {
        name: Option<String>,
        body: Vec<Item>,
        shortcut: Shortcut,
        add: Rc<dyn Operator>,
        after: Option<Rc<dyn Operator>>,
    },
    /// Branches that all read the same value, and what brings their results together.
    Parallel {
        name: Option<String>,
        branches: Vec<Branch>,
        join: Rc<dyn Operator>,
    },
    /// The body `times` times, one after the other; with a name, round n is a group `name` + n.
    Repeat {
        name: Option<String>,
        times: usize,
        body: Vec<Item>,
    },
    /// Keeps the value that stands here under a name.
    Save {
        saved: String,
    },
    /// Brings a saved value and the one that stands here together.
    Join {
        name: Option<String>,
        saved: String,
        crop: bool,
        join: Rc<dyn Operator>,
    },
    /// A second output with a loss of its own, in training only.
    Head {
        name: String,
        loss_weight: f64,
        body: Vec<Item>,
    },
}

/// What a residual adds to its body's result.
#[derive(Debug)]
pub(super) enum Shortcut {
    Identity,
    /// Every n-th pixel, and zero channels on both sides (He et al. 2015, option A).
    Pad,
    Items(Vec<Item>),
}

#[derive(Debug)]
pub(super) struct Branch {
    pub path: String,
    pub name: Option<String>,
    pub body: Vec<Item>,
}

/// Reads a list of items.
pub(super) fn read_items(path: &str, value: &Value, depth: usize) -> Result<Vec<Item>, SpecError> {
    let invalid = |found, expected| SpecError::InvalidValue { path: path.into(), found, expected };
    if depth > DEEPEST {
        return Err(invalid(depth.to_string(), Expected::Depth { most: DEEPEST }));
    }
    let items = value.as_array().ok_or_else(|| invalid(brief(value), Expected::Layers))?;
    if items.len() > LONGEST {
        return Err(invalid(items.len().to_string(), Expected::LayersAtMost { most: LONGEST }));
    }
    items.iter().enumerate().map(|(i, item)| read_item(format!("{path}[{i}]"), item, depth)).collect()
}

fn read_item(path: String, item: &Value, depth: usize) -> Result<Item, SpecError> {
    let mut fields = Fields::new(path.clone(), item)?;
    let key = CONTAINERS.iter().find(|key| item.get(**key).is_some_and(|value| !value.is_null()));
    let kind = match key.copied() {
        Some(key @ "save") => Kind::Save { saved: saved_name(&mut fields, key)? },
        Some(key @ "join") => {
            let (saved, join) = (saved_name(&mut fields, key)?, read_rule(&mut fields, "how", "concat")?);
            Kind::Join { name: optional_name(&mut fields)?, saved, crop: fields.flag_or("crop", false)?, join }
        }
        Some(key) => {
            let content = fields.get(key).unwrap_or(&Value::Null);
            let mut inner = Fields::new(format!("{path}.{key}"), content)?;
            let kind = read_container(key, &mut inner, depth)?;
            inner.finish()?;
            kind
        }
        None => read_layer(&mut fields)?,
    };
    fields.finish()?;
    Ok(Item { path, kind })
}

fn read_container(key: &str, fields: &mut Fields<'_>, depth: usize) -> Result<Kind, SpecError> {
    Ok(match key {
        "stage" => Kind::Stage { name: required_name(fields, Expected::GroupName)?, body: body(fields, depth)? },
        "residual" => read_residual(fields, depth)?,
        "parallel" => read_parallel(fields, depth)?,
        "repeat" => {
            let times = fields.positive("times")?;
            if times > LONGEST {
                let (path, found) = (format!("{}.times", fields.path()), times.to_string());
                return Err(SpecError::InvalidValue { path, found, expected: Expected::Whole { least: 1, most: LONGEST as u64 } });
            }
            Kind::Repeat { name: optional_name(fields)?, times, body: body(fields, depth)? }
        }
        _ => {
            let name = required_name(fields, Expected::HeadName)?;
            Kind::Head { name, loss_weight: fields.number_or("loss_weight", 0.0, 1000.0, 1.0)?, body: body(fields, depth)? }
        }
    })
}

fn read_layer(fields: &mut Fields<'_>) -> Result<Kind, SpecError> {
    let operator = read_operator(fields)?;
    if operator.joins() {
        let (path, found) = (format!("{}.op", fields.path()), operator.name().into());
        let expected = Expected::OneInput;
        return Err(SpecError::InvalidValue { path, found, expected });
    }
    Ok(Kind::Layer { name: optional_name(fields)?, operator })
}

fn read_operator(fields: &mut Fields<'_>) -> Result<Rc<dyn Operator>, SpecError> {
    let path = fields.path().to_owned();
    let known = || layers().collect::<Vec<_>>().join(", ");
    let Some(operator) = fields.text("op")? else {
        let names = |names: &mut dyn Iterator<Item = &str>| names.map(str::to_owned).collect();
        let expected =
            Expected::OperatorOrContainer { operators: names(&mut layers()), containers: names(&mut CONTAINERS.iter().copied()) };
        return Err(SpecError::MissingField { path, field: "op".into(), expected });
    };
    let Some((_, parse)) = operators().find(|(name, _)| *name == operator) else {
        return Err(SpecError::UnknownOperator { path, operator: operator.into(), known: known() });
    };
    parse(fields)
}

fn read_residual(fields: &mut Fields<'_>, depth: usize) -> Result<Kind, SpecError> {
    let name = optional_name(fields)?;
    let body = body(fields, depth)?;
    let path = format!("{}.shortcut", fields.path());
    let shortcut = match fields.get("shortcut") {
        None => Shortcut::Identity,
        Some(Value::String(word)) if word == "identity" => Shortcut::Identity,
        Some(Value::String(word)) if word == "pad" => Shortcut::Pad,
        Some(items @ Value::Array(_)) => Shortcut::Items(read_items(&path, items, depth + 1)?),
        Some(other) => {
            let expected = Expected::Shortcut;
            return Err(SpecError::InvalidValue { path, found: brief(other), expected });
        }
    };
    let after = fields.text("after")?.map(|word| plain_operator(&format!("{}.after", fields.path()), word)).transpose()?;
    Ok(Kind::Residual { name, body, shortcut, add: plain_operator(fields.path(), "add")?, after })
}

fn read_parallel(fields: &mut Fields<'_>, depth: usize) -> Result<Kind, SpecError> {
    let name = optional_name(fields)?;
    let join = read_rule(fields, "join", "concat")?;
    let path = format!("{}.branches", fields.path());
    let expected = Expected::Branches { least: 2, most: 64 };
    let branches = match fields.get("branches") {
        Some(Value::Array(branches)) if (2..=64).contains(&branches.len()) => branches,
        Some(other) => return Err(SpecError::InvalidValue { path, found: brief(other), expected }),
        None => {
            return Err(SpecError::MissingField { path: fields.path().into(), field: "branches".into(), expected });
        }
    };
    let read = |(i, branch): (usize, &Value)| {
        let path = format!("{path}[{i}]");
        if branch.is_array() {
            return Ok(Branch { body: read_items(&path, branch, depth + 1)?, path, name: None });
        }
        let mut fields = Fields::new(path.clone(), branch)?;
        let name = optional_name(&mut fields)?;
        let body = match fields.get("body") {
            Some(items) => read_items(&format!("{path}.body"), items, depth + 1)?,
            None => return Err(SpecError::MissingField { path, field: "body".into(), expected: Expected::Layers }),
        };
        fields.finish()?;
        Ok(Branch { path, name, body })
    };
    let branches = branches.iter().enumerate().map(read).collect::<Result<_, _>>()?;
    Ok(Kind::Parallel { name, branches, join })
}

/// A list of at least one item.
fn body(fields: &mut Fields<'_>, depth: usize) -> Result<Vec<Item>, SpecError> {
    let expected = Expected::LayersNotEmpty;
    let path = format!("{}.body", fields.path());
    let Some(value) = fields.get("body") else {
        return Err(SpecError::MissingField { path: fields.path().into(), field: "body".into(), expected });
    };
    let items = read_items(&path, value, depth + 1)?;
    if items.is_empty() {
        return Err(SpecError::InvalidValue { path, found: "[]".into(), expected });
    }
    Ok(items)
}

/// The name that a value is or was saved under.
fn saved_name(fields: &mut Fields<'_>, key: &'static str) -> Result<String, SpecError> {
    let path = fields.path().to_owned();
    let missing = || SpecError::MissingField { path, field: key.into(), expected: Expected::SavedName };
    fields.text(key)?.map(str::to_owned).ok_or_else(missing)
}

fn optional_name(fields: &mut Fields<'_>) -> Result<Option<String>, SpecError> {
    Ok(fields.text("name")?.map(str::to_owned))
}

fn required_name(fields: &mut Fields<'_>, expected: Expected) -> Result<String, SpecError> {
    let path = fields.path().to_owned();
    optional_name(fields)?.ok_or_else(|| SpecError::MissingField { path, field: "name".into(), expected })
}

/// How values are brought together: `concat` or `add`.
fn read_rule(fields: &mut Fields<'_>, field: &'static str, default: &'static str) -> Result<Rc<dyn Operator>, SpecError> {
    let rule = fields.choice_or(field, &[("concat", "concat"), ("add", "add")], default)?;
    plain_operator(fields.path(), rule)
}

/// An operator that needs no fields.
fn plain_operator(path: &str, name: &str) -> Result<Rc<dyn Operator>, SpecError> {
    let value = Value::Object(map([("op".to_owned(), name.into())]));
    read_operator(&mut Fields::new(path, &value)?)
}
