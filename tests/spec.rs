//! Any JSON gives a network with its plan, or a typed error: never a panic, never memory in proportion to what it asks for.
#![cfg(not(target_arch = "wasm32"))]

mod support;

use proptest::prelude::*;
use receptive::error::Error;
use receptive::network::describe::describe;
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
        "output_size",
        "divisor_override",
        "count_include_pad",
        "before",
        "after",
        "offset",
        "size",
        "scale_factor",
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
        4 => Just("conv2d"), 2 => Just("conv_transpose2d"), 3 => Just("max_pool2d"), 3 => Just("relu"), 2 => Just("flatten"), 3 => Just("linear"), 1 => Just("softmax"),
        6 => prop::sample::select(vec!["adaptive_avg_pool2d", "avg_pool2d", "concat", "crop2d", "global_avg_pool2d", "max_unpool2d", "pad2d",
            "pad_channels", "upsample"])
    ];
    (op, prop::collection::vec((0usize..8, size()), 0..4), size(), size(), prop::option::of("[a-c]{1,2}")).prop_map(
        |(op, more, width, kernel, name)| {
            let fields: &[&str] = match op {
                "conv2d" => &["stride", "padding", "dilation", "groups", "bias", "connections"],
                "conv_transpose2d" => &["stride", "padding", "dilation", "groups", "bias", "output_padding"],
                "max_pool2d" => &["stride", "padding", "dilation", "ceil_mode"],
                "avg_pool2d" => &["stride", "padding", "ceil_mode", "count_include_pad", "divisor_override"],
                "max_unpool2d" => &["stride", "padding", "output_size"],
                "crop2d" => &["offset"],
                "pad_channels" => &["before", "after"],
                "linear" => &["bias"],
                _ => &[],
            };
            let mut layer = json!({"op": op});
            match op {
                "conv2d" | "conv_transpose2d" => (layer["out_channels"], layer["kernel_size"]) = (width, kernel),
                "max_pool2d" | "avg_pool2d" | "max_unpool2d" => layer["kernel_size"] = kernel,
                "adaptive_avg_pool2d" => layer["output_size"] = kernel,
                "crop2d" => layer["size"] = kernel,
                "pad2d" => layer["padding"] = kernel,
                "upsample" => layer["scale_factor"] = kernel,
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

/// A specification that could be right.
fn specification() -> impl Strategy<Value = Value> {
    let input = prop_oneof![3 => Just(json!([1, 28, 28])), 1 => (size(), number(), number()).prop_map(|(c, h, w)| json!([c, h, w])), 1 => Just(Value::Null)];
    (
        input,
        prop::collection::vec(layer(), 0..8),
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
            let plan = Plan::for_training(&spec).map_err(|error| TestCaseError::fail(error.to_string()))?;
            prop_assert_eq!(description.nodes.len(), spec.layers.len());
            prop_assert_eq!(description.totals.training_bytes, plan.bytes());
            prop_assert!(plan.buffers.iter().all(|buffer| buffer.len <= i32::MAX as usize), "a buffer passes 32-bit indices");
            return Ok(true);
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
    fn any_text_gives_a_plan_or_a_typed_error(text in ".{0,60}") {
        prop_assert!(Spec::parse(&text).is_err());
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
