//! LeNet-5 (LeCun, Bottou, Bengio, Haffner 1998, section II.B), as it is taught today: ReLU, max pooling and a softmax.

use serde_json::{Value, json};

use super::write::{average_pool, conv, flatten, linear, max_pool, mnist, network, op, relu, same_conv, sgd, stage, with};

/// How either LeNet-5 is trained.
fn training(epochs: usize, learning_rate: f64) -> Value {
    json!({
        "batch_size": 64,
        "epochs": epochs,
        "seed": 1,
        "init": "pytorch",
        "optimizer": sgd(learning_rate, json!({})),
        "schedule": {"type": "cosine"}
    })
}

pub(super) fn lenet5() -> Value {
    let pool = |name: &str| json!({"op": "max_pool2d", "name": name, "kernel_size": 2});
    let layers = vec![
        same_conv("conv1", 6, 5),
        relu("relu1"),
        pool("pool1"),
        conv("conv2", 16, 5),
        relu("relu2"),
        pool("pool2"),
        flatten(),
        linear("fc1", 120),
        relu("relu3"),
        linear("fc2", 84),
        relu("relu4"),
        linear("fc3", 10),
    ];
    mnist("LeNet-5", layers, training(12, 0.02))
}

/// As of 1998 with its outputs, padded to the paper's 32x32. Squared distances to the codes times -0.05 are logits of a softmax: equation 9 of
/// the paper penalises all other classes much as its logarithm does, and the factor keeps it soft.
pub(super) fn lenet5_1998() -> Value {
    let mut layers = vec![with(op("pad", "pad2d"), json!({"padding": 2}))];
    layers.extend(up_to_f6());
    layers.extend(outputs());
    mnist("LeNet-5 (1998)", layers, training(12, 0.01))
}

/// As of 1998, figure 2 and table I, up to the layer before the outputs: trainable sub-sampling, tanh, a convolution C3 that sees three, four or
/// all of the maps. The outputs compare F6 with fixed codes and have nothing that is trained.
pub(super) fn paper() -> Value {
    network("LeNet-5 (1998)", [1, 32, 32], up_to_f6())
}

/// That with its outputs, as it is run.
pub(super) fn paper_with_outputs() -> Value {
    network("LeNet-5 (1998)", [1, 32, 32], [up_to_f6(), outputs().to_vec()].concat())
}

fn outputs() -> [Value; 2] {
    [with(op("rbf", "rbf"), json!({"out_features": 10, "trainable": false})), with(op("logits", "mul_const"), json!({"factor": -0.05}))]
}

fn up_to_f6() -> Vec<Value> {
    let tanh = |name: &str| op(name, "scaled_tanh");
    // A sum over 2x2 pixels, times a coefficient, plus a bias.
    let subsampling = |name: &str| {
        let sum = with(average_pool("pool", 2, 2), json!({"divisor_override": 1}));
        stage(name, vec![sum, op("affine", "channel_affine"), tanh("tanh")])
    };
    vec![
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
    ]
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
