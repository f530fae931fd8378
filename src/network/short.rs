//! The short form of a specification, for links. It says the same as the long form, loses nothing, and is JSON too:
//!
//! ```json
//! {"v":1,"l":[["conv",{"o":16,"k":3}],"bn","relu",["rep",3,[["res",[["conv",{"o":16,"k":3}],"bn"],{"a":"relu"}]]],"gap","flat",["fc",{"f":10}]]}
//! ```
//!
//! | long | short |
//! | --- | --- |
//! | `{"op": "relu"}` | `"relu"` |
//! | `{"op": "conv2d", "out_channels": 16}` | `["conv", {"o": 16}]` |
//! | `{"residual": {"body": [...], ...}}`, likewise `stage`, `head` | `["res", [...], {...}]` |
//! | `{"parallel": {"branches": [...], ...}}` | `["par", [...], {...}]` |
//! | `{"repeat": {"times": 3, "body": [...], ...}}` | `["rep", 3, [...], {...}]` |
//! | `{"save": "d1"}`, `{"join": "d1", ...}` | `["save", "d1"]`, `["join", "d1", {...}]` |
//!
//! Fields have short names; one without is written as it is, with `_` before it where it would read as a short name.

use serde_json::{Map, Value};

use super::spec::{Spec, VERSION};
use crate::core::error::{Expected, SpecError};
use crate::core::fields::{brief, map, whole};

/// Operators and containers.
const WORDS: &[(&str, &str)] = &[
    ("adaptive_avg_pool2d", "aap"),
    ("avg_pool2d", "avg"),
    ("batch_norm2d", "bn"),
    ("channel_affine", "aff"),
    ("conv2d", "conv"),
    ("conv_transpose2d", "up"),
    ("dropout", "drop"),
    ("flatten", "flat"),
    ("global_avg_pool2d", "gap"),
    ("head", "hd"),
    ("linear", "fc"),
    ("local_response_norm", "lrn"),
    ("max_pool2d", "pool"),
    ("parallel", "par"),
    ("repeat", "rep"),
    ("residual", "res"),
    ("scaled_tanh", "stanh"),
    ("stage", "st"),
    ("stochastic_depth", "sd"),
];

/// Fields.
const FIELDS: &[(&str, &str)] = &[
    ("after", "a"),
    ("batch_size", "bs"),
    ("bias", "b"),
    ("body", "y"),
    ("ceil_mode", "c"),
    ("crop", "cr"),
    ("dilation", "d"),
    ("epochs", "ep"),
    ("groups", "g"),
    ("input", "i"),
    ("kernel_size", "k"),
    ("layers", "l"),
    ("learning_rate", "lr"),
    ("loss_weight", "w"),
    ("momentum", "m"),
    ("name", "n"),
    ("optimizer", "opt"),
    ("out_channels", "o"),
    ("out_features", "f"),
    ("padding", "p"),
    ("schedule", "sch"),
    ("seed", "e"),
    ("shortcut", "h"),
    ("stride", "s"),
    ("training", "tr"),
    ("type", "t"),
    ("version", "v"),
    ("weight_decay", "wd"),
];

fn shorten(word: &str) -> &str {
    WORDS.iter().find(|(long, _)| *long == word).map_or(word, |(_, short)| short)
}

fn lengthen(word: &str) -> &str {
    WORDS.iter().find(|(_, short)| *short == word).map_or(word, |(long, _)| long)
}

fn short_field(field: &str) -> String {
    match FIELDS.iter().find(|(long, _)| *long == field) {
        Some((_, short)) => (*short).to_owned(),
        None if field.starts_with('_') || FIELDS.iter().any(|(_, short)| *short == field) => format!("_{field}"),
        None => field.to_owned(),
    }
}

fn long_field(field: &str) -> String {
    match field.strip_prefix('_') {
        Some(plain) => plain.to_owned(),
        None => FIELDS.iter().find(|(_, short)| *short == field).map_or(field, |(long, _)| long).to_owned(),
    }
}

/// The short form of a specification. Fields that are `null` count as absent and are left out.
///
/// # Errors
/// What [`Spec::from_json`] refuses.
pub fn to_short(spec: &Value) -> Result<Value, SpecError> {
    Spec::from_json(spec)?;
    let mut short = rename(spec, &|field| short_field(field));
    if let (Some(short), Some(layers)) = (short.as_object_mut(), spec["layers"].as_array()) {
        short.insert(short_field("layers"), shorten_items(layers));
    }
    Ok(short)
}

/// The long form of a short one.
///
/// # Errors
/// [`SpecError::UnsupportedVersion`], [`SpecError::InvalidValue`] where something is no item, and what [`Spec::from_json`] refuses of the result.
pub fn to_long(short: &Value) -> Result<Value, SpecError> {
    let version = &short["v"];
    if whole(version) != Some(VERSION.into()) {
        let found = if version.is_null() { "no version".into() } else { brief(version) };
        return Err(SpecError::UnsupportedVersion { found, supported: VERSION });
    }
    let mut long = rename(short, &|field| long_field(field));
    if let (Some(long), Some(layers)) = (long.as_object_mut(), short["l"].as_array()) {
        long.insert("layers".into(), lengthen_items("l", layers, 0)?);
    }
    Spec::from_json(&long)?;
    Ok(long)
}

/// Renames the fields of an object and of all objects in it; `null`s are left out.
fn rename(value: &Value, name: &impl Fn(&str) -> String) -> Value {
    match value {
        Value::Object(fields) => {
            let fields = fields.iter().filter(|(_, value)| !value.is_null());
            Value::Object(map(fields.map(|(field, value)| (name(field), rename(value, name)))))
        }
        Value::Array(values) => values.iter().map(|value| rename(value, name)).collect(),
        other => other.clone(),
    }
}

fn shorten_items(items: &[Value]) -> Value {
    items.iter().map(shorten_item).collect()
}

/// The items of a list, or what stands in place of one.
fn shorten_list(list: &Value) -> Value {
    list.as_array().map_or_else(|| list.clone(), |items| shorten_items(items))
}

/// What is left of an object's fields, as the last element of a short item; nothing where none is left.
fn rest(fields: &Map<String, Value>, taken: &[&str]) -> Option<Value> {
    let left = fields.iter().filter(|(field, value)| !taken.contains(&field.as_str()) && !value.is_null());
    let left = map(left.map(|(field, value)| {
        let short = if field == "shortcut" { shorten_list(value) } else { rename(value, &|field| short_field(field)) };
        (short_field(field), short)
    }));
    (!left.is_empty()).then_some(Value::Object(left))
}

/// Only of items that [`Spec::from_json`] took.
fn shorten_item(item: &Value) -> Value {
    let Some(fields) = item.as_object() else { return item.clone() };
    let key = fields.iter().find(|(key, value)| !value.is_null() && matches!(key.as_str(), "save" | "join" | "op") || value.is_object());
    let Some((key, content)) = key else { return item.clone() };
    let word = Value::from(shorten(key));
    let with = |first: Vec<Value>, last: Option<Value>| first.into_iter().chain(last).collect::<Value>();
    match (key.as_str(), content.as_object()) {
        ("op", _) => {
            let operator = content.as_str().map_or_else(|| content.clone(), |name| shorten(name).into());
            match rest(fields, &["op"]) {
                None => operator,
                fields => with(vec![operator], fields),
            }
        }
        ("parallel", Some(content)) => {
            let branch = |branch: &Value| match branch {
                Value::Array(items) => shorten_items(items),
                Value::Object(fields) => {
                    let body = (short_field("body"), shorten_list(&branch["body"]));
                    let named = rest(fields, &["body"]).and_then(|rest| rest.as_object().cloned()).unwrap_or_default();
                    Value::Object(map(named.into_iter().chain([body])))
                }
                other => other.clone(),
            };
            let branches = content["branches"].as_array().into_iter().flatten().map(branch).collect();
            with(vec![word, branches], rest(content, &["branches"]))
        }
        ("repeat", Some(content)) => {
            with(vec![word, content["times"].clone(), shorten_list(&content["body"])], rest(content, &["times", "body"]))
        }
        (_, Some(content)) => with(vec![word, shorten_list(&content["body"])], rest(content, &["body"])),
        _ => with(vec![word, content.clone()], rest(fields, &[key.as_str()])),
    }
}

fn lengthen_items(path: &str, items: &[Value], depth: usize) -> Result<Value, SpecError> {
    let item = |(i, item): (usize, &Value)| lengthen_item(&format!("{path}[{i}]"), item, depth);
    items.iter().enumerate().map(item).collect()
}

fn lengthen_item(path: &str, item: &Value, depth: usize) -> Result<Value, SpecError> {
    let invalid = |expected| SpecError::InvalidValue { path: path.into(), found: brief(item), expected };
    if depth > 16 {
        return Err(invalid(Expected::Depth { most: 16 }));
    }
    if let Value::String(operator) = item {
        return Ok(object([("op", lengthen(operator).into())]));
    }
    let (word, parts) = match item.as_array().map(Vec::as_slice) {
        Some([Value::String(word), parts @ ..]) => (lengthen(word), parts),
        _ => return Err(invalid(Expected::ShortItem)),
    };
    let list = |value: &Value| match value {
        Value::Array(items) => lengthen_items(path, items, depth + 1),
        other => Err(SpecError::InvalidValue { path: path.into(), found: brief(other), expected: Expected::Layers }),
    };
    let (first, last): (Vec<(&str, Value)>, &[Value]) = match (word, parts) {
        ("repeat", [times, body, last @ ..]) => (vec![("times", times.clone()), ("body", list(body)?)], last),
        ("parallel", [Value::Array(branches), last @ ..]) => {
            let branch = |branch: &Value| match branch {
                Value::Object(fields) => {
                    let body = branch.get("y").map(&list).transpose()?;
                    let mut long = lengthen_fields(fields, "y", &list)?;
                    long.extend(body.map(|body| ("body".to_owned(), body)));
                    Ok(Value::Object(long))
                }
                items => list(items),
            };
            (vec![("branches", branches.iter().map(branch).collect::<Result<Value, SpecError>>()?)], last)
        }
        ("stage" | "residual" | "head", [body, last @ ..]) => (vec![("body", list(body)?)], last),
        ("save" | "join", [name, last @ ..]) => (vec![(word, name.clone())], last),
        ("stage" | "residual" | "head" | "repeat" | "parallel" | "save" | "join", _) => return Err(invalid(Expected::ShortParts)),
        (operator, last) => (vec![("op", operator.into())], last),
    };
    let fields = match last {
        [] => Map::new(),
        [Value::Object(fields)] => lengthen_fields(fields, "", &list)?,
        _ => return Err(invalid(Expected::ShortParts)),
    };
    let mut long = map(first.into_iter().map(|(field, value)| (field.to_owned(), value)));
    for (field, value) in fields {
        if long.insert(field, value).is_some() {
            return Err(invalid(Expected::ShortParts));
        }
    }
    let container = matches!(word, "stage" | "residual" | "head" | "repeat" | "parallel");
    Ok(if container { object([(word, Value::Object(long))]) } else { Value::Object(long) })
}

/// The fields but for one, renamed.
fn lengthen_fields(
    fields: &Map<String, Value>,
    except: &str,
    list: &impl Fn(&Value) -> Result<Value, SpecError>,
) -> Result<Map<String, Value>, SpecError> {
    let fields = fields.iter().filter(|(field, _)| *field != except);
    let mut renamed = Map::new();
    for (field, value) in fields {
        let long = long_field(field);
        let value = if long == "shortcut" && value.is_array() { list(value)? } else { rename(value, &|field| long_field(field)) };
        renamed.insert(long, value);
    }
    Ok(renamed)
}

fn object<const N: usize>(fields: [(&str, Value); N]) -> Value {
    Value::Object(map(fields.into_iter().map(|(field, value)| (field.to_owned(), value))))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::network::zoo;
    use crate::ops::operators;
    use serde_json::json;

    #[test]
    fn every_short_name_stands_for_one_long_name() {
        for table in [WORDS, FIELDS] {
            assert_eq!(table.iter().map(|(_, short)| short).collect::<HashSet<_>>().len(), table.len());
        }
        for (operator, _) in operators() {
            assert_eq!(lengthen(shorten(operator)), operator);
            assert!(WORDS.iter().all(|(_, short)| *short != operator), "{operator} is short for something else");
        }
        for field in ["p", "_p", "k", "stride", "anything", "__"] {
            assert_eq!(long_field(&short_field(field)), field);
        }
    }

    #[test]
    fn every_known_network_comes_back_as_it_was() {
        let architectures = zoo::ARCHITECTURES.iter().map(|architecture| (architecture.spec)());
        for spec in architectures.chain(zoo::presets().into_iter().map(|preset| preset.spec)) {
            let short = to_short(&spec).unwrap();
            assert_eq!(to_long(&short).unwrap(), spec, "{short}");
            assert!(short.to_string().len() * 10 < spec.to_string().len() * 8, "{} of {}", short.to_string().len(), spec.to_string().len());
        }
    }

    #[test]
    fn the_short_form_reads_as_documented() {
        let long = json!({"version": 1, "layers": [
            {"op": "conv2d", "out_channels": 16, "kernel_size": 3},
            {"op": "relu"},
            {"repeat": {"times": 3, "name": "r", "body": [
                {"parallel": {"join": "add", "branches": [[{"op": "relu"}], {"name": "b", "body": [{"op": "dropout", "p": 0.1}]}]}}
            ]}},
            {"stage": {"name": "s", "body": [{"save": "d1"}]}},
            {"join": "d1", "crop": true},
        ]});
        let short = json!({"v": 1, "l": [
            ["conv", {"o": 16, "k": 3}],
            "relu",
            ["rep", 3, [["par", [["relu"], {"n": "b", "y": [["drop", {"_p": 0.1}]]}], {"join": "add"}]], {"n": "r"}],
            ["st", [["save", "d1"]], {"n": "s"}],
            ["join", "d1", {"cr": true}],
        ]});
        assert_eq!(to_short(&long).unwrap(), short);
        assert_eq!(to_long(&short).unwrap(), long);
    }

    #[test]
    fn what_is_no_short_form_is_refused() {
        let error = |short: Value| to_long(&short).unwrap_err().to_string();
        assert_eq!(error(json!({"v": 2, "l": []})), "this page reads version 1 of the network language, not 2");
        assert_eq!(error(json!([])), "this page reads version 1 of the network language, not no version");
        assert!(error(json!({"v": 1, "l": ["relu", 3]})).starts_with("l[1]: 3 is not possible here"));
        assert!(error(json!({"v": 1, "l": [["rep", 3]]})).starts_with("l[0]: [\"rep\",3] is not possible here"));
        assert!(error(json!({"v": 1, "l": [["conv", {"o": 1, "k": 1}, 3]]})).starts_with("l[0]: "));
    }
}
