//! GoogLeNet: Szegedy et al. 2015, "Going deeper with convolutions", table 1; and torchvision's, which has batch normalization, no biases, and
//! 3x3 windows in the branch that the paper gives 5x5.

use serde_json::{Value, json};

use super::write::{
    adaptive_average_pool, average_pool, batch_norm, branches, conv, dropout, flatten, global_average_pool, head, linear, max_pool,
    narrow_mnist, network, op, relu, same_conv, stage, training, with,
};

/// The columns #1x1, #3x3 reduce, #3x3, #5x5 reduce, #5x5 and pool proj of table 1; an empty row is a pooling layer.
const TABLE: &[(&str, [usize; 6])] = &[
    ("3a", [64, 96, 128, 16, 32, 32]),
    ("3b", [128, 128, 192, 32, 96, 64]),
    ("pool3", [0; 6]),
    ("4a", [192, 96, 208, 16, 48, 64]),
    ("4b", [160, 112, 224, 24, 64, 64]),
    ("4c", [128, 128, 256, 24, 64, 64]),
    ("4d", [112, 144, 288, 32, 64, 64]),
    ("4e", [256, 160, 320, 32, 128, 128]),
    ("pool4", [0; 6]),
    ("5a", [256, 160, 320, 32, 128, 128]),
    ("5b", [384, 192, 384, 48, 128, 128]),
];

/// The loss of each auxiliary classifier counts 0.3 (section 5).
const HEAD_WEIGHT: f64 = 0.3;

/// Sizes are rounded up, or 224 would not lead to 7.
fn pool(name: &str, kernel_size: usize) -> Value {
    with(max_pool(name, kernel_size, 2), json!({"ceil_mode": true}))
}

/// The paper gives no values; these are those of Caffe's GoogLeNet, where `alpha` is divided by `size`.
fn local_response_norm(name: &str) -> Value {
    with(op(name, "local_response_norm"), json!({"size": 5, "alpha": 1e-4, "beta": 0.75, "k": 1}))
}

/// A convolution and its ReLU.
fn conv_relu(name: &str, channels: usize, kernel_size: usize) -> Vec<Value> {
    vec![same_conv(name, channels, kernel_size), relu(&format!("{name}_relu"))]
}

/// A convolution with batch normalization and its ReLU.
fn conv_norm_relu(name: &str, channels: usize, kernel_size: usize) -> Vec<Value> {
    let convolution = with(same_conv(name, channels, kernel_size), json!({"bias": false}));
    vec![convolution, batch_norm(&format!("{name}_bn")), relu(&format!("{name}_relu"))]
}

/// Makes a convolution, of a name, channels and a window, and what follows it.
type Convolution = fn(&str, usize, usize) -> Vec<Value>;

/// Figure 2: an inception module, with dimension reductions (b) or naive (a). The naive one concatenates what it pools as it is, and gets wider with
/// every module.
fn module((name, columns): (&str, [usize; 6]), conv: Convolution, reduced: bool) -> Value {
    let [one, three_reduce, three, five_reduce, five, pool] = columns;
    let reduce = |name: &str, width: usize| if reduced { conv(name, width, 1) } else { Vec::new() };
    let pooled = with(max_pool("pool", 3, 1), json!({"padding": 1}));
    let branches = [
        conv("b1", one, 1),
        [reduce("b2r", three_reduce), conv("b2", three, 3)].concat(),
        [reduce("b3r", five_reduce), conv("b3", five, 5)].concat(),
        [vec![pooled], reduce("b4", pool)].concat(),
    ];
    json!({"parallel": {"name": format!("i{name}"), "branches": branches}})
}

/// As in the paper, with or without the auxiliary classifiers behind 4a and 4d.
pub(super) fn paper(heads: bool) -> Value {
    let mut layers =
        vec![with(same_conv("conv1", 64, 7), json!({"stride": 2})), relu("conv1_relu"), pool("pool1", 3), local_response_norm("lrn1")];
    layers.extend(conv_relu("conv2r", 64, 1));
    layers.extend(conv_relu("conv2", 192, 3));
    layers.extend([local_response_norm("lrn2"), pool("pool2", 3)]);
    layers.extend(modules(heads, 1024, 1000));
    layers.extend(classifier(1000));
    network("GoogLeNet", [3, 224, 224], layers)
}

/// All nine modules and both auxiliary classifiers at an eighth of the width. 28x28 are pooled once before the modules. SGD takes two of six epochs to
/// leave where it begins, without batch normalization; AdamW does not.
pub(super) fn small() -> Value {
    let mut layers = [conv_relu("conv1", 64, 3), vec![pool("pool1", 3), local_response_norm("lrn1")]].concat();
    layers.extend([conv_relu("conv2r", 64, 1), conv_relu("conv2", 192, 3), vec![local_response_norm("lrn2")]].concat());
    layers.extend(modules(true, 128, 10));
    let adamw = json!({"type": "adamw", "learning_rate": 0.003, "weight_decay": 0.01, "decay": "weights"});
    narrow_mnist("GoogLeNet", layers, 8, classifier(10), with(training(6, 0.003), json!({"optimizer": adamw})))
}

/// The table from 3a to 5b.
fn modules(heads: bool, hidden_features: usize, classes: usize) -> Vec<Value> {
    let mut layers = Vec::new();
    for &row in TABLE {
        layers.push(if row.0.starts_with("pool") { pool(row.0, 3) } else { module(row, conv_relu, true) });
        let name = match row.0 {
            "4a" => "aux1",
            "4d" => "aux2",
            _ => continue,
        };
        let body = [vec![average_pool("pool", 5, 3)], conv_relu("conv", 128, 1), hidden(hidden_features, classes)].concat();
        layers.extend(heads.then(|| head(name, HEAD_WEIGHT, body)));
    }
    layers
}

fn classifier(classes: usize) -> Vec<Value> {
    vec![global_average_pool("gap"), flatten(), dropout("drop", 0.4), linear("fc", classes)]
}

/// The end of an auxiliary classifier.
fn hidden(features: usize, classes: usize) -> Vec<Value> {
    vec![flatten(), linear("fc1", features), relu("fc1_relu"), dropout("drop", 0.7), linear("fc2", classes)]
}

/// The modules 3a, 3b, 4a and 4b of the table at a sixth of the width, with reductions or without: the same windows, and what they cost. With batch
/// normalization as in Ioffe and Szegedy 2015.
pub(super) fn inception(reduced: bool) -> Value {
    let module = |row| module(row, conv_norm_relu, reduced);
    let mut layers = [conv_norm_relu("conv1", 64, 3), vec![pool("pool1", 3)], conv_norm_relu("conv2", 192, 3)].concat();
    layers.extend([module(TABLE[0]), module(TABLE[1]), pool("pool3", 3), module(TABLE[3]), module(TABLE[4])]);
    let classifier = vec![global_average_pool("gap"), flatten(), linear("fc", 10)];
    let name = if reduced { "Inception with reduction" } else { "Inception, naive" };
    narrow_mnist(name, layers, 6, classifier, training(6, 0.1))
}

/// torchvision's unit: convolution without bias, batch normalization, ReLU.
fn unit(convolution: Value) -> Vec<Value> {
    vec![with(convolution, json!({"bias": false})), with(batch_norm("bn"), json!({"eps": 0.001})), relu("relu")]
}

fn torchvision_module(name: &str, [one, three_reduce, three, five_reduce, five, pool]: [usize; 6]) -> Value {
    let pooled = with(max_pool("0", 3, 1), json!({"padding": 1, "ceil_mode": true}));
    let pair = |reduce, channels| vec![stage("0", unit(conv("conv", reduce, 1))), stage("1", unit(same_conv("conv", channels, 3)))];
    branches(
        &format!("inception{name}"),
        vec![
            ("branch1", unit(conv("conv", one, 1))),
            ("branch2", pair(three_reduce, three)),
            ("branch3", pair(five_reduce, five)),
            ("branch4", vec![pooled, stage("1", unit(conv("conv", pool, 1)))]),
        ],
    )
}

/// torchvision's, under its names, with or without the auxiliary classifiers.
pub(super) fn torchvision(heads: bool) -> Value {
    let mut layers = vec![
        stage("conv1", unit(with(same_conv("conv", 64, 7), json!({"stride": 2})))),
        pool("maxpool1", 3),
        stage("conv2", unit(conv("conv", 64, 1))),
        stage("conv3", unit(same_conv("conv", 192, 3))),
        pool("maxpool2", 3),
    ];
    for &(row, columns) in TABLE {
        layers.push(match row {
            "pool3" => pool("maxpool3", 3),
            "pool4" => pool("maxpool4", 2),
            row => torchvision_module(row, columns),
        });
        let name = match row {
            "4a" => "aux1",
            "4d" => "aux2",
            _ => continue,
        };
        let body = [vec![adaptive_average_pool("pool", 4), stage("conv", unit(conv("conv", 128, 1)))], hidden(1024, 1000)].concat();
        layers.extend(heads.then(|| head(name, HEAD_WEIGHT, body)));
    }
    layers.extend([global_average_pool("avgpool"), flatten(), dropout("dropout", 0.2), linear("fc", 1000)]);
    network("GoogLeNet (torchvision)", [3, 224, 224], layers)
}
