//! U-Net: Ronneberger, Fischer, Brox 2015, "U-Net: convolutional networks for biomedical image segmentation", figure 1.

use serde_json::{Value, json};

use super::write::{batch_norm, conv, max_pool, mnist, network, relu, same_conv, stage, with};

/// Two 3x3 convolutions, each with its ReLU.
fn double(name: &str, channels: usize, padding: usize) -> Value {
    let three = |name: &str| with(conv(name, channels, 3), json!({"padding": padding}));
    stage(name, vec![three("conv1"), relu("relu1"), three("conv2"), relu("relu2")])
}

/// Four times down and up again, from 64 channels to 1024. Without padding every convolution costs a border of one pixel, and what is handed
/// across is cut to what is left; with padding 1 the output is as large as the input.
pub(super) fn paper(name: &str, input: [usize; 3], padding: usize) -> Value {
    let mut items = Vec::new();
    for level in 1..=4 {
        items.push(double(&format!("down{level}"), 32 << level, padding));
        items.push(json!({"save": format!("down{level}")}));
        items.push(max_pool(&format!("pool{level}"), 2, 2));
    }
    items.push(double("bottom", 1024, padding));
    for level in (1..=4).rev() {
        let channels = 32 << level;
        items
            .push(json!({"op": "conv_transpose2d", "name": format!("up{level}"), "out_channels": channels, "kernel_size": 2, "stride": 2}));
        items.push(json!({"join": format!("down{level}"), "name": format!("join{level}"), "how": "concat", "crop": true}));
        items.push(double(&format!("dec{level}"), channels, padding));
    }
    items.push(conv("head", 2, 1));
    with(network(name, input, items), json!({"training": {"batch_size": 1}}))
}

/// Twice down and up again between 28x28 and 7x7, with padding, and with batch normalization as most code since has it: digits over strokes and noise,
/// and of every pixel whether it is background or which digit.
pub(super) fn small() -> Value {
    let double = |name: &str, channels: usize| {
        let three = |n: usize| {
            let conv = with(same_conv(&format!("conv{n}"), channels, 3), json!({"bias": false}));
            [conv, batch_norm(&format!("bn{n}")), relu(&format!("relu{n}"))]
        };
        stage(name, [three(1), three(2)].concat())
    };
    let mut items = Vec::new();
    for (level, channels) in [(1, 12), (2, 24)] {
        items.extend([
            double(&format!("down{level}"), channels),
            json!({"save": format!("down{level}")}),
            max_pool(&format!("pool{level}"), 2, 2),
        ]);
    }
    items.push(double("bottom", 64));
    for (level, channels) in [(2, 24), (1, 12)] {
        items
            .push(json!({"op": "conv_transpose2d", "name": format!("up{level}"), "out_channels": channels, "kernel_size": 2, "stride": 2}));
        items.push(json!({"join": format!("down{level}"), "name": format!("join{level}"), "how": "concat"}));
        items.push(double(&format!("dec{level}"), channels));
    }
    items.push(conv("head", 11, 1));
    let training = json!({
        "batch_size": 64,
        "epochs": 6,
        "seed": 1,
        "init": "kaiming",
        "optimizer": {"type": "adamw", "learning_rate": 0.004, "weight_decay": 0.01, "decay": "weights"},
        "schedule": {"type": "cosine", "warmup": 0.5}
    });
    with(mnist("U-Net", items, training), json!({"data": "cluttered_mnist"}))
}
