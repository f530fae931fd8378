//! AlexNet: Krizhevsky, Sutskever, Hinton 2012, "ImageNet classification with deep convolutional neural networks", section 3.5 and figure 2;
//! and torchvision's, which follows Krizhevsky 2014, "One weird trick for parallelizing convolutional neural networks".

use serde_json::{Value, json};

use super::write::{
    adaptive_average_pool, conv, dropout, flatten, linear, max_pool, narrow_mnist, network, op, relu, same_conv, stage, training, with,
};

/// Section 3.3, with the constants of the paper.
pub(super) fn local_response_norm(name: &str) -> Value {
    with(op(name, "local_response_norm"), json!({"size": 5, "alpha": 1e-4, "beta": 0.75, "k": 2, "alpha_over_size": false}))
}

/// As in the paper: 227x227, since 224 does not lead to 55. The two graphics cards are two groups in the layers that see one card only;
/// `groups` 1 is the variant that is often quoted.
pub(super) fn paper(groups: usize) -> Value {
    let mut layers = features(with(conv("conv1", 96, 11), json!({"stride": 4})), groups);
    layers.extend(classifier(4096, 1000));
    network("AlexNet", [3, 227, 227], layers)
}

/// The paper's network at a quarter of its width, with two towers; the first window is 5x5 and takes every pixel, since 28x28 must last for three
/// poolings.
pub(super) fn small() -> Value {
    narrow_mnist("AlexNet", features(same_conv("conv1", 96, 5), 2), 4, classifier(256, 10), training(6, 0.02))
}

/// Figure 2 from the first convolution to the last pooling.
fn features(first: Value, groups: usize) -> Vec<Value> {
    let grouped = |layer: Value| if groups == 1 { layer } else { with(layer, json!({"groups": groups})) };
    vec![
        first,
        relu("relu1"),
        local_response_norm("lrn1"),
        max_pool("pool1", 3, 2),
        grouped(same_conv("conv2", 256, 5)),
        relu("relu2"),
        local_response_norm("lrn2"),
        max_pool("pool2", 3, 2),
        same_conv("conv3", 384, 3),
        relu("relu3"),
        grouped(same_conv("conv4", 384, 3)),
        relu("relu4"),
        grouped(same_conv("conv5", 256, 3)),
        relu("relu5"),
        max_pool("pool5", 3, 2),
    ]
}

/// Two hidden layers with dropout (section 4.2), in the paper of 4096, and the classes; ZFNet has the same.
pub(super) fn classifier(hidden: usize, classes: usize) -> Vec<Value> {
    vec![
        flatten(),
        linear("fc6", hidden),
        relu("relu6"),
        dropout("drop6", 0.5),
        linear("fc7", hidden),
        relu("relu7"),
        dropout("drop7", 0.5),
        linear("fc8", classes),
    ]
}

/// torchvision's, under its names: one tower of 64-192-384-256-256 channels, no response normalization, 224x224 with padding 2.
pub(super) fn torchvision() -> Value {
    let features = vec![
        with(conv("0", 64, 11), json!({"stride": 4, "padding": 2})),
        relu("1"),
        max_pool("2", 3, 2),
        same_conv("3", 192, 5),
        relu("4"),
        max_pool("5", 3, 2),
        same_conv("6", 384, 3),
        relu("7"),
        same_conv("8", 256, 3),
        relu("9"),
        same_conv("10", 256, 3),
        relu("11"),
        max_pool("12", 3, 2),
    ];
    let classifier =
        vec![dropout("0", 0.5), linear("1", 4096), relu("2"), dropout("3", 0.5), linear("4", 4096), relu("5"), linear("6", 1000)];
    let layers = vec![stage("features", features), adaptive_average_pool("avgpool", 6), flatten(), stage("classifier", classifier)];
    network("AlexNet (torchvision)", [3, 224, 224], layers)
}
