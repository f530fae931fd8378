//! Specifications drawn at random, from nonsense to nearly right.

use proptest::prelude::*;
use serde_json::{Map, Value, json};

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
pub fn anything() -> impl Strategy<Value = Value> {
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
pub fn specification() -> impl Strategy<Value = Value> {
    let input = prop_oneof![3 => Just(json!([1, 28, 28])), 1 => (size(), number(), number()).prop_map(|(c, h, w)| json!([c, h, w])), 1 => Just(Value::Null)];
    let part = prop_oneof![Just(json!(0.5)), Just(json!(2)), Just(json!("a"))];
    let own = (prop_oneof![4 => Just(json!(10)), 1 => number()], prop::option::of(part))
        .prop_map(|(classes, mean)| json!({"type": "idx", "classes": classes, "mean": mean, "std": mean}));
    let data = prop_oneof![6 => Just(Value::Null), 1 => Just(json!("mnist")), 1 => Just(json!("idx")), 2 => own];
    (
        (input, data),
        prop::collection::vec(prop_oneof![5 => layer(), 1 => item()], 0..8),
        any::<bool>(),
        prop::option::of((size(), size())),
        prop::option::weighted(0.1, (key(), anything())),
    )
        .prop_map(|((input, data), mut layers, ended, training, odd)| {
            if ended {
                layers.extend([json!({"op": "flatten"}), json!({"op": "linear", "out_features": 10})]);
            }
            let mut spec = json!({"version": 1, "input": input, "data": data, "layers": layers});
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

/// Absent and `null` are the same.
pub fn without_nulls(value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            fields.iter().filter(|(_, value)| !value.is_null()).map(|(field, value)| (field.clone(), without_nulls(value))).collect()
        }
        Value::Array(values) => values.iter().map(without_nulls).collect(),
        other => other.clone(),
    }
}
