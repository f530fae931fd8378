//! LeNet-5 (LeCun, Bottou, Bengio, Haffner 1998, section II.B), as it is taught today: ReLU, max pooling and a softmax.

use serde_json::json;

use super::Preset;

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
