//! LeNet-5 (LeCun, Bottou, Bengio, Haffner 1998, section II.B), as it is taught today: ReLU, max pooling and a softmax.

use serde_json::{Value, json};

use super::Preset;
use super::write::{average_pool, conv, flatten, linear, max_pool, network, op, relu, stage, with};

pub(super) fn lenet5() -> Preset {
    Preset {
        name: "lenet5",
        title: "LeNet-5",
        spec: json!({
            "version": 1,
            "name": "LeNet-5",
            "input": [1, 28, 28],
            "layers": [
                {"op": "conv2d", "name": "conv1", "out_channels": 6, "kernel_size": 5, "padding": 2},
                {"op": "relu", "name": "relu1"},
                {"op": "max_pool2d", "name": "pool1", "kernel_size": 2},
                {"op": "conv2d", "name": "conv2", "out_channels": 16, "kernel_size": 5},
                {"op": "relu", "name": "relu2"},
                {"op": "max_pool2d", "name": "pool2", "kernel_size": 2},
                {"op": "flatten", "name": "flatten"},
                {"op": "linear", "name": "fc1", "out_features": 120},
                {"op": "relu", "name": "relu3"},
                {"op": "linear", "name": "fc2", "out_features": 84},
                {"op": "relu", "name": "relu4"},
                {"op": "linear", "name": "fc3", "out_features": 10}
            ],
            "training": {
                "batch_size": 64,
                "epochs": 3,
                "seed": 1,
                "init": "pytorch",
                "optimizer": {"type": "sgd", "learning_rate": 0.02, "momentum": 0.9},
                "schedule": {"type": "cosine"}
            }
        }),
    }
}

/// As of 1998, figure 2 and table I, up to the layer before the outputs: trainable sub-sampling, tanh, a convolution C3 that sees three, four or
/// all of the maps. The outputs compare F6 with fixed codes and have nothing that is trained.
pub(super) fn paper() -> Value {
    let tanh = |name: &str| op(name, "scaled_tanh");
    // A sum over 2x2 pixels, times a coefficient, plus a bias.
    let subsampling = |name: &str| {
        let sum = with(average_pool("pool", 2, 2), json!({"divisor_override": 1}));
        stage(name, vec![sum, op("affine", "channel_affine"), tanh("tanh")])
    };
    let layers = vec![
        conv("c1", 6, 5),
        tanh("c1_tanh"),
        subsampling("s2"),
        with(conv("c3", 16, 5), json!({"connections": "lenet5"})),
        tanh("c3_tanh"),
        subsampling("s4"),
        conv("c5", 120, 5),
        tanh("c5_tanh"),
        flatten(),
        linear("f6", 84),
        tanh("f6_tanh"),
    ];
    network("LeNet-5 (1998)", [1, 32, 32], layers)
}

/// As it is usually rebuilt, at the size of the paper: every map seen by C3, max pooling, ReLU, a linear output.
pub(super) fn modern() -> Value {
    let layers = vec![
        conv("c1", 6, 5),
        relu("c1_relu"),
        max_pool("s2", 2, 2),
        conv("c3", 16, 5),
        relu("c3_relu"),
        max_pool("s4", 2, 2),
        conv("c5", 120, 5),
        relu("c5_relu"),
        flatten(),
        linear("f6", 84),
        relu("f6_relu"),
        linear("out", 10),
    ];
    network("LeNet-5", [1, 32, 32], layers)
}
