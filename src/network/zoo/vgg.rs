//! VGG: Simonyan, Zisserman 2015, "Very deep convolutional networks for large-scale image recognition", table 1. Only 3x3 windows; the channels
//! double where the maps halve.

use serde_json::Value;

use super::write::{
    adaptive_average_pool, batch_norm, dropout, flatten, linear, max_pool, narrow_mnist, network, relu, same_conv, stage, training,
};

/// Column D of table 1: 13 convolutions. A 0 is a pooling layer.
pub(super) const VGG16: &[usize] = &[64, 64, 0, 128, 128, 0, 256, 256, 256, 0, 512, 512, 512, 0, 512, 512, 512, 0];

/// Column E: 16 convolutions.
pub(super) const VGG19: &[usize] = &[64, 64, 0, 128, 128, 0, 256, 256, 256, 256, 0, 512, 512, 512, 512, 0, 512, 512, 512, 512, 0];

/// A column of the table under torchvision's names, with or without batch normalization behind every convolution.
pub(super) fn torchvision(name: &str, column: &[usize], normalized: bool) -> Value {
    let layers =
        vec![features(column, normalized), adaptive_average_pool("avgpool", 7), flatten(), stage("classifier", classifier(4096, 1000))];
    network(name, [3, 224, 224], layers)
}

/// The first three blocks of column D at a quarter of its width: 28x28 halves no further.
pub(super) fn small(normalized: bool) -> Value {
    let classifier = vec![flatten(), stage("classifier", classifier(128, 10))];
    let (name, learning_rate) = if normalized { ("VGG with batch normalization", 0.1) } else { ("VGG", 0.02) };
    narrow_mnist(name, vec![features(&VGG16[..10], normalized)], 4, classifier, training(6, learning_rate))
}

fn features(column: &[usize], normalized: bool) -> Value {
    let mut features = Vec::new();
    for &channels in column {
        let next = |features: &[Value]| features.len().to_string();
        if channels == 0 {
            features.push(max_pool(&next(&features), 2, 2));
            continue;
        }
        features.push(same_conv(&next(&features), channels, 3));
        if normalized {
            features.push(batch_norm(&next(&features)));
        }
        features.push(relu(&next(&features)));
    }
    stage("features", features)
}

fn classifier(hidden: usize, classes: usize) -> Vec<Value> {
    vec![linear("0", hidden), relu("1"), dropout("2", 0.5), linear("3", hidden), relu("4"), dropout("5", 0.5), linear("6", classes)]
}
