//! Any JSON gives a network with its plan, or a typed error: never a panic, never memory in proportion to what it asks for.
use std::collections::HashSet;

use crate::support::cases;
use crate::support::specs::{anything, specification, without_nulls};
use proptest::prelude::*;
use receptive::core::error::{Error, SpecError};
use receptive::describe::describe;
use receptive::network::short::{to_long, to_short};
use receptive::network::spec::Spec;
use receptive::programs::TrainingPlan;
use serde_json::{Value, json};

/// Goes as far as the specification allows, and checks what comes back. Returns whether there is a plan.
fn compile(spec: &Value) -> Result<bool, TestCaseError> {
    let described = Spec::from_json(spec).map_err(Error::from).and_then(|spec| Ok((describe(&spec)?, spec)));
    let error = match described {
        Ok((description, spec)) => {
            prop_assert!(description.totals.inference_bytes > 0);
            let names: HashSet<&str> = description.nodes.iter().map(|node| node.name.as_str()).collect();
            prop_assert_eq!(names.len(), description.nodes.len(), "names are unique");
            // A data set has images of one size; other sizes are planned too.
            let with_images = TrainingPlan::for_dataset(&spec).map_err(|error| Error::from(error).to_json());
            prop_assert_eq!(description.totals.training_bytes, with_images.as_ref().ok().map(|network| network.plan.bytes()));
            prop_assert_eq!(description.training_refused.as_ref(), with_images.as_ref().err());
            match TrainingPlan::new(&spec) {
                Ok(network) => {
                    prop_assert!(
                        network.plan.buffers.iter().all(|buffer| buffer.len <= i32::MAX as usize),
                        "a buffer passes 32-bit indices"
                    );
                    return Ok(true);
                }
                // Sound, and yet nothing that can be trained.
                Err(error) => Error::from(error).to_json(),
            }
        }
        Err(error) => error.to_json(),
    };
    prop_assert!(error["kind"].as_str().is_some_and(|kind| kind != "internal"), "{}", error);
    prop_assert!(error["message"].as_str().is_some_and(|message| !message.is_empty() && message.len() < 2000), "{}", error);
    Ok(false)
}

proptest! {
    #![proptest_config(cases(2000))]

    #[test]
    fn any_json_gives_a_plan_or_a_typed_error(json in anything()) {
        compile(&json)?;
    }

    #[test]
    fn nearly_right_specifications_give_a_plan_or_a_typed_error(spec in specification()) {
        compile(&spec)?;
    }

    #[test]
    fn the_short_form_loses_nothing(spec in specification()) {
        if let Ok(short) = to_short(&spec) {
            prop_assert_eq!(to_long(&short).unwrap(), without_nulls(&spec), "{}", short);
            prop_assert!(short.to_string().len() < spec.to_string().len());
        }
    }

    #[test]
    fn any_json_is_a_short_form_or_a_typed_error(mut json in anything(), items in anything()) {
        if json.is_object() {
            json["v"] = 1.into();
            json["l"] = items;
        }
        if let Ok(long) = to_long(&json) {
            prop_assert_eq!(to_long(&to_short(&long).unwrap()).unwrap(), long);
        }
    }

    #[test]
    fn any_text_gives_a_plan_or_a_typed_error(text in ".{0,60}") {
        prop_assert!(Spec::parse(&text).is_err());
    }
}

fn refused(layers: Value) -> String {
    Spec::from_json(&json!({"version": 1, "layers": layers})).unwrap_err().to_string()
}

/// A few bytes that stand for more than there is memory or time for.
#[test]
fn what_repetitions_come_to_is_limited() {
    let mut layers = json!([{"op": "relu"}]);
    for _ in 0..3 {
        layers = json!([{"repeat": {"times": 4096, "body": layers}}]);
    }
    assert!(refused(layers).ends_with("expected at most 4096 layers, repetitions written out"));
    let mut layers = json!([{"save": "a"}]);
    for _ in 0..3 {
        layers = json!([{"repeat": {"times": 4096, "body": layers}}]);
    }
    assert!(refused(layers).ends_with("expected at most 65536 items, repetitions written out"));
    let mut layers = json!([{"op": "relu"}]);
    for _ in 0..100 {
        layers = json!([{"repeat": {"times": 1, "body": layers}}]);
    }
    assert!(refused(layers).ends_with("17 is not possible here; expected containers at most 16 deep"));
}

#[test]
fn errors_in_containers_say_where() {
    let relu = || json!({"op": "relu"});
    let cases = [
        (
            json!([{"residual": {"body": [relu(), {"op": "relu", "slope": 1}]}}]),
            "layers[0].residual.body[1]: slope is not a field of this; known: op, name",
        ),
        (json!([{"residual": {"body": []}}]), "layers[0].residual.body: [] is not possible here; expected a list of at least one layer"),
        (
            json!([{"parallel": {"branches": [[]]}}]),
            "layers[0].parallel.branches: [[]] is not possible here; expected a list of 2 to 64 branches",
        ),
        (
            json!([{"parallel": {"branches": [[], {"name": "b", "body": [{"op": "conv2d", "kernel_size": 1}]}]}}]),
            "layers[0].parallel.branches[1].body[0]: out_channels is missing; expected a whole number of at least 1",
        ),
        (json!([relu(), {"stage": {"body": [relu()]}}]), "layers[1].stage: name is missing; expected a name for the group"),
        (
            json!([{"save": "d1"}, relu(), {"join": "d2"}]),
            "layers[2].join: \"d2\" is not possible here; expected the name of a value saved before it (d1)",
        ),
        (
            json!([{"save": "d1"}, relu(), {"save": "d1"}]),
            "layers[2].save: \"d1\" is not possible here; expected a name that no value was saved under before",
        ),
        (
            json!([{"stage": {"name": "a", "body": [relu()]}}, {"stage": {"name": "a", "body": [relu()]}}]),
            "layers[1]: another layer or group is called a; give one of them another name",
        ),
        (
            json!([{"repeat": {"times": 2, "body": [{"op": "relu", "name": "r"}]}}]),
            "layers[0].repeat: name is missing; expected a name, since something in its body has one; block makes block1, block2",
        ),
        (
            json!([{"repeat": {"times": 5000, "body": [relu()]}}]),
            "layers[0].repeat.times: 5000 is not possible here; expected a whole number from 1 to 4096",
        ),
        (
            json!([{"op": "relu", "name": "a"}, {"op": "relu", "name": "a.weight"}]),
            "layers: \"a.weight\" is not possible here; expected names that do not begin with that of another layer, \"a\", and a dot",
        ),
        (json!([relu(), {"op": "relu", "save": "x"}]), "layers[1]: op is not a field of this; known: save"),
    ];
    for (layers, message) in cases {
        assert_eq!(refused(layers.clone()), message, "{layers}");
    }
}

/// Each layer alone fits; what they add up to does not.
#[test]
fn parameters_too_many_for_one_arena_are_refused() {
    let wide = 1u64 << 24;
    let layers = json!([{"op": "flatten"}, {"op": "linear", "out_features": wide}, {"op": "linear", "out_features": 100}, {"op": "linear", "out_features": 10}]);
    let spec = json!({"version": 1, "input": [1, 10, 10], "layers": layers, "training": {"batch_size": 1}});
    let error = describe(&Spec::from_json(&spec).unwrap()).unwrap_err();
    assert_eq!(error.to_string(), "parameters: the size of all of them together does not fit; make the network or the batch smaller");
}

/// The generator must reach both sides, or the tests above say nothing.
#[test]
fn the_drawn_specifications_reach_plans_and_errors() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;
    let mut runner = TestRunner::new(cases(1));
    let plans = (0..4000).filter(|_| compile(&specification().new_tree(&mut runner).unwrap().current()).unwrap()).count();
    assert!((200..3800).contains(&plans), "{plans} of 4000 give a plan");
}

/// JSON has one kind of numbers: Python writes `5.0`, and a browser does not tell it from `5`.
#[test]
fn whole_numbers_are_whole_however_they_are_written() {
    let text = |kernel: &str, seed: &str| {
        format!(
            r#"{{"version": 1.0, "input": [1.0, 28, 2.8e1], "layers": [{{"op": "pad2d", "padding": -0}}, {{"op": "conv2d", "out_channels": 4.0,
            "kernel_size": {kernel}, "stride": [1.0, 1]}}, {{"op": "flatten"}}, {{"op": "linear", "out_features": 1e1}}],
            "training": {{"batch_size": 6.4e1, "seed": {seed}}}}}"#
        )
    };
    let read = Spec::parse(&text("5.0", "3e0")).unwrap();
    let plain = Spec::parse(&text("5", "3")).unwrap();
    assert_eq!(format!("{read:?}"), format!("{plain:?}"));
    for kernel in ["5.5", "-5.0", "1e-1", "1e30", "0.0", "true", "\"5\""] {
        let refused = Spec::parse(&text(kernel, "3")).unwrap_err().to_string();
        assert!(
            refused.starts_with("layers[1].kernel_size:") && refused.contains("expected a whole number from 1 to 16777216"),
            "{refused}"
        );
    }
    // A double has every seed.
    for (seed, fits) in [
        ("9007199254740991", true),
        ("9007199254740991.0", true),
        ("9007199254740992", false),
        ("1e16", false),
        ("18446744073709551616", false),
    ] {
        assert_eq!(Spec::parse(&text("5", seed)).is_ok(), fits, "{seed}");
    }
    // What no double holds.
    for wrong in ["1e400", "-1e999", "NaN", "Infinity"] {
        assert!(matches!(Spec::parse(&text("5", wrong)), Err(SpecError::MalformedJson { .. })), "{wrong}");
    }
}
