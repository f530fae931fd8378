//! Inception v3: Szegedy, Vanhoucke, Ioffe, Shlens, Wojna 2016, "Rethinking the Inception architecture for computer vision", table 1 and figures 5,
//! 6, 7 and 10; under torchvision's names, which give the channels that the paper leaves out.

use serde_json::{Value, json};

use super::write::{
    average_pool, batch_norm, conv, dropout, flatten, global_average_pool, head, linear, max_pool, narrow_mnist, network, relu, same_conv,
    stage, training, with,
};

/// Convolution without bias, batch normalization, ReLU.
fn unit(name: &str, convolution: Value) -> Value {
    let convolution = with(convolution, json!({"bias": false}));
    stage(name, vec![convolution, with(batch_norm("bn"), json!({"eps": 0.001})), relu("relu")])
}

/// A unit that keeps height and width.
fn same(name: &str, channels: usize, kernel_size: usize) -> Value {
    unit(name, same_conv("conv", channels, kernel_size))
}

/// A unit that halves height and width.
fn halving(name: &str, channels: usize) -> Value {
    unit(name, with(conv("conv", channels, 3), json!({"stride": 2})))
}

/// A unit one row high: 1xN.
fn row(name: &str, channels: usize, width: usize) -> Value {
    unit(name, json!({"op": "conv2d", "name": "conv", "out_channels": channels, "kernel_size": [1, width], "padding": [0, width / 2]}))
}

/// A unit one column wide: Nx1.
fn column(name: &str, channels: usize, height: usize) -> Value {
    unit(name, json!({"op": "conv2d", "name": "conv", "out_channels": channels, "kernel_size": [height, 1], "padding": [height / 2, 0]}))
}

/// Branches of which the layers bear the names.
fn module(name: &str, branches: Vec<Vec<Value>>) -> Value {
    json!({"parallel": {"name": name, "branches": branches}})
}

/// Pooling that keeps height and width, and a 1x1 unit.
fn pool_branch(channels: usize) -> Vec<Value> {
    vec![with(average_pool("branch_pool_avg", 3, 1), json!({"padding": 1})), same("branch_pool", channels, 1)]
}

/// Figure 5: 5x5 replaced by two 3x3.
fn a(name: &str, pool: usize) -> Value {
    let double = vec![same("branch3x3dbl_1", 64, 1), same("branch3x3dbl_2", 96, 3), same("branch3x3dbl_3", 96, 3)];
    let five = vec![same("branch5x5_1", 48, 1), same("branch5x5_2", 64, 5)];
    module(name, vec![vec![same("branch1x1", 64, 1)], five, double, pool_branch(pool)])
}

/// Figure 10: the grid reduced by branches, so that nothing is squeezed first.
fn b(name: &str) -> Value {
    let double = vec![same("branch3x3dbl_1", 64, 1), same("branch3x3dbl_2", 96, 3), halving("branch3x3dbl_3", 96)];
    module(name, vec![vec![halving("branch3x3", 384)], double, vec![max_pool("branch_pool", 3, 2)]])
}

/// Figure 6: 7x7 replaced by 1x7 and 7x1.
fn c(name: &str, channels: usize) -> Value {
    let seven = vec![same("branch7x7_1", channels, 1), row("branch7x7_2", channels, 7), column("branch7x7_3", 192, 7)];
    let double = vec![
        same("branch7x7dbl_1", channels, 1),
        column("branch7x7dbl_2", channels, 7),
        row("branch7x7dbl_3", channels, 7),
        column("branch7x7dbl_4", channels, 7),
        row("branch7x7dbl_5", 192, 7),
    ];
    module(name, vec![vec![same("branch1x1", 192, 1)], seven, double, pool_branch(192)])
}

/// The second reduction of the grid.
fn d(name: &str) -> Value {
    let three = vec![same("branch3x3_1", 192, 1), halving("branch3x3_2", 320)];
    let seven =
        vec![same("branch7x7x3_1", 192, 1), row("branch7x7x3_2", 192, 7), column("branch7x7x3_3", 192, 7), halving("branch7x7x3_4", 192)];
    module(name, vec![three, seven, vec![max_pool("branch_pool", 3, 2)]])
}

/// Figure 7: 1x3 and 3x1 side by side, for many channels on small maps.
fn e(name: &str) -> Value {
    let split = |name: &str| json!({"parallel": {"branches": [[row(&format!("{name}a"), 384, 3)], [column(&format!("{name}b"), 384, 3)]]}});
    let three = vec![same("branch3x3_1", 384, 1), split("branch3x3_2")];
    let double = vec![same("branch3x3dbl_1", 448, 1), same("branch3x3dbl_2", 384, 3), split("branch3x3dbl_3")];
    module(name, vec![vec![same("branch1x1", 320, 1)], three, double, pool_branch(192)])
}

/// At 299x299, with or without the auxiliary classifier on the last 17x17 maps, whose loss counts 0.3 as in GoogLeNet.
pub(super) fn v3(heads: bool) -> Value {
    let mut layers = vec![
        halving("Conv2d_1a_3x3", 32),
        unit("Conv2d_2a_3x3", conv("conv", 32, 3)),
        same("Conv2d_2b_3x3", 64, 3),
        max_pool("maxpool1", 3, 2),
        same("Conv2d_3b_1x1", 80, 1),
        unit("Conv2d_4a_3x3", conv("conv", 192, 3)),
        max_pool("maxpool2", 3, 2),
        a("Mixed_5b", 32),
        a("Mixed_5c", 64),
        a("Mixed_5d", 64),
        b("Mixed_6a"),
        c("Mixed_6b", 128),
        c("Mixed_6c", 160),
        c("Mixed_6d", 160),
        c("Mixed_6e", 192),
    ];
    let auxiliary = vec![
        average_pool("pool", 5, 3),
        same("conv0", 128, 1),
        unit("conv1", conv("conv", 768, 5)),
        global_average_pool("gap"),
        flatten(),
        linear("fc", 1000),
    ];
    layers.extend(heads.then(|| head("AuxLogits", 0.3, auxiliary)));
    layers.extend([d("Mixed_7a"), e("Mixed_7b"), e("Mixed_7c")]);
    layers.extend([global_average_pool("avgpool"), dropout("dropout", 0.5), flatten(), linear("fc", 1000)]);
    network("Inception v3", [3, 299, 299], layers)
}

/// The four kinds of modules at an eighth of their width: A on 13x13 maps, then the reduction by branches, C and E on 6x6.
pub(super) fn small() -> Value {
    let layers = vec![
        same("Conv2d_1a_3x3", 128, 3),
        max_pool("maxpool1", 3, 2),
        same("Conv2d_2a_3x3", 192, 3),
        a("Mixed_5b", 32),
        a("Mixed_5c", 64),
        b("Mixed_6a"),
        c("Mixed_6b", 128),
        c("Mixed_6c", 160),
        e("Mixed_7b"),
    ];
    let classifier = vec![global_average_pool("avgpool"), dropout("dropout", 0.5), flatten(), linear("fc", 10)];
    narrow_mnist("Inception, factorised", layers, 8, classifier, training(6, 0.1))
}
