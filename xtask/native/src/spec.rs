//! A network as it is named on the command line.

use std::path::Path;

use receptive::core::error::SpecError;
use receptive::network::spec::Spec;
use receptive::network::zoo;
use serde_json::Value;

use crate::{Stop, text};

/// The specification of a preset, or in a file; checked, and returned as it was written.
pub fn find(network: &str) -> Result<Value, Stop> {
    let value = match zoo::spec(network) {
        Some(spec) => spec,
        None => read(Path::new(network))?,
    };
    Spec::from_json(&value)?;
    Ok(value)
}

fn read(path: &Path) -> Result<Value, Stop> {
    let bytes = std::fs::read(path).map_err(|error| {
        let names: Vec<_> = zoo::presets().into_iter().map(|preset| preset.name).collect();
        let names = names.join(", ");
        Stop::Message(format!("{} is no preset ({names}), no network of `describe --list` and no readable file: {error}", path.display()))
    })?;
    let text = text::decode(&bytes)
        .ok_or_else(|| Stop::Message(format!("{} is not a text in UTF-8 or UTF-16: save it as UTF-8", path.display())))?;
    serde_json::from_str(&text)
        .map_err(|error| SpecError::MalformedJson { reason: error.to_string(), line: error.line(), column: error.column() }.into())
}
