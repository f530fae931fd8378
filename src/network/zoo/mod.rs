//! The presets: one small file a family, as specifications a user could have written.

mod lenet;

use serde::Serialize;
use serde_json::Value;

/// A network to start from.
#[derive(Clone, Debug, Serialize)]
pub struct Preset {
    /// How commands and links name it.
    pub name: &'static str,
    /// For people; a proper name, the same in every language.
    pub title: &'static str,
    /// The specification.
    pub spec: Value,
}

/// Every preset, in the order of the course.
pub fn presets() -> Vec<Preset> {
    vec![lenet::lenet5()]
}

/// The preset of this name.
pub fn preset(name: &str) -> Option<Preset> {
    presets().into_iter().find(|preset| preset.name == name)
}
