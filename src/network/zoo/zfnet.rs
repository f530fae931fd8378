//! ZFNet: Zeiler, Fergus 2014, "Visualizing and understanding convolutional networks", figure 3. Smaller windows and steps in the first layers
//! than AlexNet's; contrast normalization as response normalization.

use serde_json::{Value, json};

use super::alexnet::{classifier, local_response_norm};
use super::write::{conv, max_pool, narrow_mnist, network, relu, same_conv, training, with};

/// The sizes of the figure, 110-55-26-13-13-13-13-6, need padding that the paper does not mention.
pub(super) fn paper() -> Value {
    let first = with(conv("conv1", 96, 7), json!({"stride": 2, "padding": 1}));
    let mut layers = features(first, with(conv("conv2", 256, 5), json!({"stride": 2})));
    layers.extend(classifier(4096, 1000));
    network("ZFNet", [3, 224, 224], layers)
}

/// A sixth as wide. As in the paper, its first window is smaller than that of the small AlexNet, 3x3 in place of 5x5, and nothing is divided into towers.
pub(super) fn small() -> Value {
    let layers = features(same_conv("conv1", 96, 3), same_conv("conv2", 256, 5));
    narrow_mnist("ZFNet", layers, 6, classifier(256, 10), training(6, 0.02))
}

/// The figure from the first convolution to the last pooling.
fn features(first: Value, second: Value) -> Vec<Value> {
    let padded = json!({"padding": 1});
    vec![
        first,
        relu("relu1"),
        with(max_pool("pool1", 3, 2), padded.clone()),
        local_response_norm("lrn1"),
        second,
        relu("relu2"),
        with(max_pool("pool2", 3, 2), padded),
        local_response_norm("lrn2"),
        same_conv("conv3", 384, 3),
        relu("relu3"),
        same_conv("conv4", 384, 3),
        relu("relu4"),
        same_conv("conv5", 256, 3),
        relu("relu5"),
        max_pool("pool5", 3, 2),
    ]
}
