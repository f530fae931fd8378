//! Words to write specifications with: each makes one item.

use serde_json::{Value, json};

/// `item` with these fields beside its own.
pub(super) fn with(mut item: Value, fields: Value) -> Value {
    if let (Some(item), Value::Object(fields)) = (item.as_object_mut(), fields) {
        item.extend(fields);
    }
    item
}

pub(super) fn op(name: &str, op: &str) -> Value {
    json!({"op": op, "name": name})
}

pub(super) fn conv(name: &str, out_channels: usize, kernel_size: usize) -> Value {
    json!({"op": "conv2d", "name": name, "out_channels": out_channels, "kernel_size": kernel_size})
}

/// A convolution that keeps height and width.
pub(super) fn same_conv(name: &str, out_channels: usize, kernel_size: usize) -> Value {
    with(conv(name, out_channels, kernel_size), json!({"padding": kernel_size / 2}))
}

pub(super) fn linear(name: &str, out_features: usize) -> Value {
    json!({"op": "linear", "name": name, "out_features": out_features})
}

pub(super) fn relu(name: &str) -> Value {
    op(name, "relu")
}

pub(super) fn batch_norm(name: &str) -> Value {
    op(name, "batch_norm2d")
}

pub(super) fn max_pool(name: &str, kernel_size: usize, stride: usize) -> Value {
    json!({"op": "max_pool2d", "name": name, "kernel_size": kernel_size, "stride": stride})
}

pub(super) fn average_pool(name: &str, kernel_size: usize, stride: usize) -> Value {
    json!({"op": "avg_pool2d", "name": name, "kernel_size": kernel_size, "stride": stride})
}

pub(super) fn global_average_pool(name: &str) -> Value {
    op(name, "global_avg_pool2d")
}

pub(super) fn adaptive_average_pool(name: &str, output_size: usize) -> Value {
    json!({"op": "adaptive_avg_pool2d", "name": name, "output_size": output_size})
}

/// Half of the values left out in training, as all the papers have it that do not say otherwise.
pub(super) fn dropout(name: &str, p: f64) -> Value {
    json!({"op": "dropout", "name": name, "p": p})
}

pub(super) fn flatten() -> Value {
    op("flatten", "flatten")
}

pub(super) fn stage(name: &str, body: Vec<Value>) -> Value {
    json!({"stage": {"name": name, "body": body}})
}

/// Branches with names, concatenated.
pub(super) fn branches(name: &str, branches: Vec<(&str, Vec<Value>)>) -> Value {
    let branches: Vec<Value> = branches.into_iter().map(|(name, body)| json!({"name": name, "body": body})).collect();
    json!({"parallel": {"name": name, "branches": branches}})
}

/// A second classifier, whose loss counts so much.
pub(super) fn head(name: &str, loss_weight: f64, body: Vec<Value>) -> Value {
    json!({"head": {"name": name, "loss_weight": loss_weight, "body": body}})
}

/// A whole network.
pub(super) fn network(name: &str, input: [usize; 3], layers: Vec<Value>) -> Value {
    json!({"version": 1, "name": name, "input": input, "layers": layers})
}

/// Items with a share of their channels: divided, and rounded up to a multiple of four.
pub(super) fn narrowed(item: Value, divisor: u64) -> Value {
    match item {
        Value::Array(items) => items.into_iter().map(|item| narrowed(item, divisor)).collect(),
        Value::Object(fields) => {
            let narrow = |(key, value): (String, Value)| {
                let channels = value.as_u64().filter(|_| key == "out_channels");
                let value = channels.map_or_else(|| narrowed(value, divisor), |channels| (channels.div_ceil(4 * divisor) * 4).into());
                (key, value)
            };
            Value::Object(fields.into_iter().map(narrow).collect())
        }
        other => other,
    }
}

/// How the small networks are trained: with decay of the weights alone, digits shifted by up to two pixels, and a rate that rises to this one over a
/// third of the run and then falls (Smith and Topin 2018, "Super-convergence").
pub(super) fn training(epochs: usize, learning_rate: f64) -> Value {
    json!({
        "batch_size": 128,
        "epochs": epochs,
        "seed": 1,
        "init": "kaiming",
        "optimizer": sgd(learning_rate, json!({"nesterov": true, "weight_decay": 5e-4, "decay": "weights"})),
        "schedule": {"type": "one_cycle"},
        "augmentation": {"shift": 2}
    })
}

pub(super) fn sgd(learning_rate: f64, fields: Value) -> Value {
    with(json!({"type": "sgd", "learning_rate": learning_rate, "momentum": 0.9}), fields)
}

/// A network for images of MNIST.
pub(super) fn mnist(name: &str, layers: Vec<Value>, training: Value) -> Value {
    with(network(name, [1, 28, 28], layers), json!({"training": training}))
}

/// The same, of a network at a share of its width, with a classifier that keeps its own.
pub(super) fn narrow_mnist(name: &str, layers: Vec<Value>, divisor: u64, classifier: Vec<Value>, training: Value) -> Value {
    let mut layers: Vec<Value> = layers.into_iter().map(|layer| narrowed(layer, divisor)).collect();
    layers.extend(classifier);
    mnist(name, layers, training)
}
