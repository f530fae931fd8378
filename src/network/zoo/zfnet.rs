//! ZFNet: Zeiler, Fergus 2014, "Visualizing and understanding convolutional networks", figure 3. Smaller windows and steps in the first layers
//! than AlexNet's; contrast normalization as response normalization.

use serde_json::{Value, json};

use super::alexnet::{classifier, local_response_norm};
use super::write::{conv, max_pool, network, relu, same_conv, with};

/// The sizes of the figure, 110-55-26-13-13-13-13-6, need padding that the paper does not mention.
pub(super) fn paper() -> Value {
    let padded = json!({"padding": 1});
    let mut layers = vec![
        with(conv("conv1", 96, 7), json!({"stride": 2, "padding": 1})),
        relu("relu1"),
        with(max_pool("pool1", 3, 2), padded.clone()),
        local_response_norm("lrn1"),
        with(conv("conv2", 256, 5), json!({"stride": 2})),
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
    ];
    layers.extend(classifier());
    network("ZFNet", [3, 224, 224], layers)
}
