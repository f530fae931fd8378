//! The JSON Schema of the network language says what the engine says. It is put together from a frame, `src/network/spec/network.schema.json`,
//! and from what lies in the operators' folders.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use crate::support::cases;
use crate::support::specs::{specification, without_nulls};
use crate::support::stored::stored;
use jsonschema::Validator;
use proptest::prelude::*;
use receptive::core::error::SpecError;
use receptive::core::fields::Fields;
use receptive::network::spec::Spec;
use receptive::network::zoo;
use receptive::ops::{Parse, operators};
use serde_json::{Value, json};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// The operators' parts of the schema, by name.
fn parts() -> BTreeMap<String, String> {
    let mut parts = BTreeMap::new();
    for folder in fs::read_dir(Path::new(ROOT).join("src/ops")).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()) {
        for file in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if let Some(operator) = file.file_name().unwrap().to_str().unwrap().strip_suffix(".schema.json") {
                parts.insert(operator.to_owned(), fs::read_to_string(&file).unwrap());
            }
        }
    }
    parts
}

/// The schema as text, with the parts in alphabetical order.
fn composed() -> String {
    let parts = parts();
    let choices: Vec<String> = parts.keys().map(|name| format!("        {{\"$ref\": \"#/$defs/{name}\"}}")).collect();
    let definitions: Vec<String> =
        parts.iter().map(|(name, part)| format!("    \"{name}\": {}", part.trim_end().replace('\n', "\n    "))).collect();
    fs::read_to_string(Path::new(ROOT).join("src/network/spec/network.schema.json"))
        .unwrap()
        .replace("\"oneOf\": []", &format!("\"oneOf\": [\n{}\n      ]", choices.join(",\n")))
        .replace("    \"(definitions of the operators)\": null", &definitions.join(",\n"))
}

fn schema() -> Value {
    serde_json::from_str(&composed()).unwrap()
}

#[test]
fn the_published_schema_is_of_today() {
    let published = stored("docs/schema/network-1.json", &composed());
    assert_eq!(
        published,
        composed(),
        "docs/schema/network-1.json is not of today; run `UPDATE_FIXTURES=1 cargo test --package receptive-tests schema`"
    );
}

fn validator() -> &'static Validator {
    static VALIDATOR: LazyLock<Validator> = LazyLock::new(|| jsonschema::draft202012::new(&schema()).unwrap());
    &VALIDATOR
}

fn fails(validator: &Validator, spec: &Value) -> Option<String> {
    validator.iter_errors(spec).next().map(|error| format!("{}: {error}", error.instance_path()))
}

#[test]
fn every_preset_and_architecture_is_valid() {
    let validator = validator();
    let presets = zoo::presets().into_iter().map(|preset| (preset.name, preset.spec));
    let architectures = zoo::ARCHITECTURES.iter().map(|architecture| (architecture.name, (architecture.spec)()));
    for (name, spec) in presets.chain(architectures) {
        assert_eq!(fails(validator, &spec), None, "{name}");
    }
}

/// The schema's fields of an operator are those that its reader asks for.
#[test]
fn operators_have_the_fields_that_the_schema_gives_them() {
    let schema = schema();
    let layers = schema["$defs"]["layer"]["oneOf"].as_array().unwrap();
    let listed: BTreeSet<&str> = layers.iter().map(|layer| layer["$ref"].as_str().unwrap().trim_start_matches("#/$defs/")).collect();
    // Operators of several inputs are no layers. Any operator can be read from what all examples have together.
    let examples = listed.iter().filter_map(|name| schema["$defs"][name]["examples"][0].as_object());
    let every_field: Value = Value::Object(examples.flatten().map(|(field, value)| (field.clone(), value.clone())).collect());
    let joins = |parse: Parse| parse(&mut Fields::new("layer", &every_field).unwrap()).is_ok_and(|operator| operator.joins());
    let layers = || operators().filter(|(_, parse)| !joins(*parse)).map(|(name, _)| name);
    assert_eq!(listed, layers().collect(), "the operators of the schema and of the engine");
    for name in layers() {
        let definition = &schema["$defs"][name];
        let mut layer = definition["examples"][0].clone();
        Spec::from_json(&json!({"version": 1, "layers": [layer]})).unwrap_or_else(|error| panic!("{name}: the example: {error}"));
        layer["no such field"] = 1.into();
        let known = match Spec::from_json(&json!({"version": 1, "layers": [layer]})) {
            Err(SpecError::UnknownField { known, .. }) => known,
            other => panic!("{name}: {other:?}"),
        };
        let fields: BTreeSet<&str> = definition["properties"].as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(known.split(", ").collect::<BTreeSet<_>>(), fields, "{name}");
    }
}

#[test]
fn what_the_engine_refuses_is_invalid() {
    let validator = validator();
    let relu = || json!({"op": "relu"});
    let wrong = [
        json!({"layers": [relu()]}),
        json!({"version": 2, "layers": [relu()]}),
        json!({"version": 1, "layers": []}),
        json!({"version": 1, "layers": [relu()], "colour": "red"}),
        json!({"version": 1, "layers": [{"op": "convv"}]}),
        json!({"version": 1, "layers": [{"op": "conv2d", "out_channels": 0, "kernel_size": 1}]}),
        json!({"version": 1, "layers": [{"op": "relu", "slope": 1}]}),
        json!({"version": 1, "layers": [{"residual": {"body": []}}]}),
        json!({"version": 1, "layers": [{"residual": {"body": [relu()], "after": "conv2d"}}]}),
        json!({"version": 1, "layers": [{"parallel": {"branches": [[relu()]]}}]}),
        json!({"version": 1, "layers": [{"repeat": {"times": 0, "body": [relu()]}}]}),
        json!({"version": 1, "layers": [{"stage": {"body": [relu()]}}]}),
        json!({"version": 1, "layers": [{"save": ""}, relu()]}),
        json!({"version": 1, "layers": [relu()], "training": {"optimizer": {"type": "adam", "momentum": 0.9}}}),
        json!({"version": 1, "layers": [relu()], "training": {"schedule": {"type": "step"}}}),
    ];
    for spec in wrong {
        assert!(Spec::from_json(&spec).is_err(), "{spec}");
        assert!(fails(validator, &spec).is_some(), "{spec}");
    }
}

proptest! {
    #![proptest_config(cases(2000))]

    #[test]
    fn what_the_engine_reads_is_valid(spec in specification()) {
        if Spec::from_json(&spec).is_ok() {
            prop_assert_eq!(fails(validator(), &without_nulls(&spec)), None);
        }
    }
}
