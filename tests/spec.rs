//! Any JSON gives a network with its plan, or a typed error: never a panic, never memory in proportion to what it asks for.
#![cfg(not(target_arch = "wasm32"))]

mod support;

use std::collections::HashSet;

use proptest::prelude::*;
use receptive::error::Error;
use receptive::network::describe::describe;
use receptive::network::short::{to_long, to_short};
use receptive::network::spec::Spec;
use receptive::plan::Plan;
use serde_json::{Map, Value, json};
use support::cases;

/// Numbers that break code: borders, halves, signs, and what does not fit.
fn number() -> impl Strategy<Value = Value> {
    let edges =
        [-1i64, 0, 1, 2, 3, 5, 28, 255, 256, 4096, 4097, 65_535, 65_536, 1 << 24, (1 << 24) + 1, i64::from(i32::MAX), 1 << 53, i64::MAX];
    let floats = [0.5f64, -0.0, 1e-320, 1e308, 2.0f64.powi(64)];
    prop_oneof![
        4 => prop::sample::select(edges.to_vec()).prop_map(|n| json!(n)),
        4 => (1i64..=9).prop_map(|n| json!(n)),
        1 => prop::sample::select(floats.to_vec()).prop_map(|x| json!(x)),
        1 => Just(json!(u64::MAX)),
    ]
}

/// Any JSON, not too deep.
fn anything() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![number(), any::<bool>().prop_map(Value::from), Just(Value::Null), ".{0,12}".prop_map(Value::from)];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((key(), inner), 0..4).prop_map(|pairs| Value::Object(Map::from_iter(pairs))),
        ]
    })
}

/// Names that mean something, and one that does not.
fn key() -> impl Strategy<Value = String> {
    let known = [
        "version",
        "name",
        "input",
        "layers",
        "training",
        "op",
        "out_channels",
        "kernel_size",
        "stride",
        "padding",
        "dilation",
        "groups",
        "connections",
        "output_padding",
        "bias",
        "ceil_mode",
        "out_features",
        "batch_size",
        "epochs",
        "seed",
        "init",
        "optimizer",
        "learning_rate",
        "augmentation",
        "shift",
        "elastic",
        "erase",
        "momentum",
        "kernelsize",
    ];
    prop::sample::select(known.to_vec()).prop_map(str::to_owned)
}

/// A whole number where one belongs, mostly small; now and then anything.
fn size() -> impl Strategy<Value = Value> {
    prop_oneof![12 => (1u64..=6).prop_map(Value::from), 3 => number(), 2 => (number(), number()).prop_map(|(h, w)| json!([h, w])), 1 => anything()]
}

/// A layer that could be right.
fn layer() -> impl Strategy<Value = Value> {
    let op = prop_oneof![
        4 => Just("conv2d"), 2 => Just("conv_transpose2d"), 3 => Just("max_pool2d"), 3 => Just("relu"), 2 => Just("flatten"), 3 => Just("linear"), 1 => Just("softmax")
    ];
    (op, prop::collection::vec((0usize..8, size()), 0..4), size(), size(), prop::option::of("[a-c]{1,2}")).prop_map(
        |(op, more, width, kernel, name)| {
            let fields: &[&str] = match op {
                "conv2d" => &["stride", "padding", "dilation", "groups", "bias", "connections"],
                "conv_transpose2d" => &["stride", "padding", "dilation", "groups", "bias", "output_padding"],
                "max_pool2d" => &["stride", "padding", "dilation", "ceil_mode"],
                "linear" => &["bias"],
                _ => &[],
            };
            let mut layer = json!({"op": op});
            match op {
                "conv2d" | "conv_transpose2d" => (layer["out_channels"], layer["kernel_size"]) = (width, kernel),
                "max_pool2d" => layer["kernel_size"] = kernel,
                "linear" => layer["out_features"] = width,
                _ => (),
            }
            for (which, value) in more {
                match fields.get(which) {
                    Some(&"connections") => layer["connections"] = json!([[value], [0]]),
                    Some(field) => layer[field] = value,
                    None => (),
                }
            }
            if let Some(name) = name {
                layer["name"] = name.into();
            }
            layer
        },
    )
}

/// A layer that keeps every shape, so that what surrounds it has a chance.
fn same_shape_layer() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(json!({"op": "relu"})),
        Just(json!({"op": "max_pool2d", "kernel_size": 3, "stride": 1, "padding": 1})),
        Just(json!({"op": "batch_norm2d"})),
        Just(json!({"op": "conv2d", "out_channels": 1, "kernel_size": 3, "padding": 1})),
        Just(json!({"save": "a"})),
        prop_oneof![Just("add"), Just("concat")].prop_map(|how| json!({"join": "a", "how": how, "crop": true})),
    ]
}

/// Layers and containers, one in another.
fn item() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![3 => layer(), 5 => same_shape_layer()];
    leaf.prop_recursive(4, 16, 3, |inner| {
        let body = || prop::collection::vec(inner.clone(), 0..3);
        let name = || prop::option::weighted(0.3, "[a-c]{1,2}");
        let shortcut = prop_oneof![
            3 => Just(Value::Null), 1 => Just(json!("identity")), 2 => Just(json!("pad")), 1 => body().prop_map(Value::from), 1 => anything()
        ];
        let after = prop_oneof![3 => Just(Value::Null), 3 => Just(json!("relu")), 1 => Just(json!("conv2d"))];
        prop_oneof![
            (body(), name()).prop_map(|(body, name)| json!({"stage": {"body": body, "name": name.unwrap_or_else(|| "s".into())}})),
            (body(), name(), shortcut, after)
                .prop_map(|(body, name, shortcut, after)| json!({"residual": {"body": body, "name": name, "shortcut": shortcut, "after": after}})),
            (prop::collection::vec(body(), 0..4), name(), prop_oneof![Just("add"), Just("concat"), Just("mix")])
                .prop_map(|(branches, name, join)| json!({"parallel": {"branches": branches, "name": name, "join": join}})),
            (body(), name(), prop_oneof![4 => Just(json!(2)), 1 => number()])
                .prop_map(|(body, name, times)| json!({"repeat": {"body": body, "name": name, "times": times}})),
            (name(), size()).prop_map(|(name, weight)| json!({"head": {"name": name.unwrap_or_else(|| "h".into()), "loss_weight": weight,
                "body": [{"op": "flatten"}, {"op": "linear", "out_features": 10}]}})),
        ]
    })
}

/// A specification that could be right.
fn specification() -> impl Strategy<Value = Value> {
    let input = prop_oneof![3 => Just(json!([1, 28, 28])), 1 => (size(), number(), number()).prop_map(|(c, h, w)| json!([c, h, w])), 1 => Just(Value::Null)];
    (
        input,
        prop::collection::vec(prop_oneof![5 => layer(), 1 => item()], 0..8),
        any::<bool>(),
        prop::option::of((size(), size())),
        prop::option::weighted(0.1, (key(), anything())),
    )
        .prop_map(|(input, mut layers, ended, training, odd)| {
            if ended {
                layers.extend([json!({"op": "flatten"}), json!({"op": "linear", "out_features": 10})]);
            }
            let mut spec = json!({"version": 1, "input": input, "layers": layers});
            if let Some((batch_size, seed)) = training {
                let erase = json!({"largest": 0.5, "aspect": 0.1});
                let augmentation = json!({"shift": seed, "scale": 0.1, "elastic": {"alpha": seed}, "erase": erase});
                spec["training"] = json!({"batch_size": batch_size, "seed": seed, "augmentation": augmentation});
            }
            if let Some((key, value)) = odd {
                spec[key] = value;
            }
            spec
        })
}

/// Goes as far as the specification allows, and checks what comes back. Returns whether there is a plan.
fn compile(spec: &Value) -> Result<bool, TestCaseError> {
    let described = Spec::from_json(spec).map_err(Error::from).and_then(|spec| Ok((describe(&spec)?, spec)));
    let error = match described {
        Ok((description, spec)) => {
            prop_assert!(description.totals.inference_bytes > 0);
            let names: HashSet<&str> = description.nodes.iter().map(|node| node.name.as_str()).collect();
            prop_assert_eq!(names.len(), description.nodes.len(), "names are unique");
            match Plan::for_training(&spec) {
                Ok(plan) => {
                    prop_assert_eq!(description.totals.training_bytes, Some(plan.bytes()));
                    prop_assert!(plan.buffers.iter().all(|buffer| buffer.len <= i32::MAX as usize), "a buffer passes 32-bit indices");
                    return Ok(true);
                }
                // Sound, and yet nothing that these data can train.
                Err(error) => {
                    let error = Error::from(error).to_json();
                    prop_assert_eq!(description.training_refused.as_ref(), Some(&error));
                    error
                }
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

/// Absent and `null` are the same.
fn without_nulls(value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            fields.iter().filter(|(_, value)| !value.is_null()).map(|(field, value)| (field.clone(), without_nulls(value))).collect()
        }
        Value::Array(values) => values.iter().map(without_nulls).collect(),
        other => other.clone(),
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
    assert!(refused(layers).ends_with("depth 17 is not possible here; expected containers at most 16 deep"));
}

#[test]
fn errors_in_containers_say_where() {
    let relu = || json!({"op": "relu"});
    let cases = [
        (
            json!([{"residual": {"body": [relu(), {"op": "relu", "slope": 1}]}}]),
            "layers[0].residual.body[1]: slope is not a field of this; known: name, op",
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
    let plans = (0..400).filter(|_| compile(&specification().new_tree(&mut runner).unwrap().current()).unwrap()).count();
    assert!((20..380).contains(&plans), "{plans} of 400 give a plan");
}
