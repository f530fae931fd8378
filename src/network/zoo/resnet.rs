//! ResNet: He, Zhang, Ren, Sun 2016, "Deep residual learning for image recognition", table 1 (ImageNet) and section 4.2 (CIFAR-10); the former under
//! torchvision's names.

use serde_json::{Value, json};

use super::write::{
    batch_norm, conv, flatten, global_average_pool, linear, max_pool, mnist, network, op, relu, same_conv, stage, training, with,
};

/// Blocks in conv2_x to conv5_x of table 1.
pub(super) const DEPTHS: [(usize, [usize; 4]); 5] =
    [(18, [2, 2, 2, 2]), (34, [3, 4, 6, 3]), (50, [3, 4, 6, 3]), (101, [3, 4, 23, 3]), (152, [3, 8, 36, 3])];

/// Where a bottleneck block takes its step of two.
#[derive(Clone, Copy, Eq, PartialEq)]
pub(super) enum Step {
    /// In the first 1x1 convolution, as the paper has it.
    First,
    /// In the 3x3 convolution, as torchvision has it ("v1.5"): more work, a little more accurate.
    Middle,
}

/// Batch normalization follows, so there is no bias.
fn bare(convolution: Value, stride: usize) -> Value {
    let convolution = with(convolution, json!({"bias": false}));
    if stride == 1 { convolution } else { with(convolution, json!({"stride": stride})) }
}

fn residual(name: Option<&str>, body: Vec<Value>, after: &str, shortcut: Value) -> Value {
    let mut fields = json!({"body": body});
    let optional = [("name", name.map_or(Value::Null, Value::from)), ("after", after.into()), ("shortcut", shortcut)];
    for (field, value) in optional.into_iter().filter(|(_, value)| !value.is_null() && value != "") {
        fields[field] = value;
    }
    json!({"residual": fields})
}

/// Figure 5, left: two 3x3 convolutions.
fn basic(channels: usize, stride: usize) -> Vec<Value> {
    vec![
        bare(same_conv("conv1", channels, 3), stride),
        batch_norm("bn1"),
        relu("relu1"),
        bare(same_conv("conv2", channels, 3), 1),
        batch_norm("bn2"),
    ]
}

/// Figure 5, right: 1x1 down to a quarter, 3x3, 1x1 back up.
fn bottleneck(channels: usize, stride: usize, step: Step) -> Vec<Value> {
    let (first, middle) = if step == Step::First { (stride, 1) } else { (1, stride) };
    vec![
        bare(conv("conv1", channels, 1), first),
        batch_norm("bn1"),
        relu("relu1"),
        bare(same_conv("conv2", channels, 3), middle),
        batch_norm("bn2"),
        relu("relu2"),
        bare(conv("conv3", 4 * channels, 1), 1),
        batch_norm("bn3"),
    ]
}

/// A column of table 1: up to 34 layers of basic blocks, bottlenecks beyond. Shapes change through projections (option B).
pub(super) fn imagenet(layers: usize, step: Step) -> Value {
    let blocks = DEPTHS.iter().find(|(depth, _)| *depth == layers).map_or([0; 4], |(_, blocks)| *blocks);
    let expansion = if layers < 50 { 1 } else { 4 };
    let mut items =
        vec![bare(same_conv("conv1", 64, 7), 2), batch_norm("bn1"), relu("relu"), with(max_pool("maxpool", 3, 2), json!({"padding": 1}))];
    let mut in_channels = 64;
    for (i, &count) in blocks.iter().enumerate() {
        let channels = 64 << i;
        let block = |n: usize| {
            let stride = if n == 0 && i > 0 { 2 } else { 1 };
            let body = if expansion == 1 { basic(channels, stride) } else { bottleneck(channels, stride, step) };
            let changes = n == 0 && (stride > 1 || in_channels != expansion * channels);
            let projection = || json!([stage("downsample", vec![bare(conv("0", expansion * channels, 1), stride), batch_norm("1")])]);
            residual(Some(&n.to_string()), body, "relu", if changes { projection() } else { Value::Null })
        };
        items.push(stage(&format!("layer{}", i + 1), (0..count).map(block).collect()));
        in_channels = expansion * channels;
    }
    items.extend([global_average_pool("avgpool"), flatten(), linear("fc", 1000)]);
    network(&format!("ResNet-{layers}"), [3, 224, 224], items)
}

/// How a small network's shortcuts change shape.
#[derive(Clone, Copy, Eq, PartialEq)]
pub(super) enum Shortcut {
    /// Every other pixel, and zero channels: no parameters.
    A,
    /// A 1x1 convolution.
    B,
}

/// Section 4.2: `6 n + 2` layers in three groups of n blocks of 16, 32 and 64 channels.
pub(super) fn small(name: &str, input: [usize; 3], n: usize, option: Shortcut) -> Value {
    let mut items = vec![bare(same_conv("conv0", 16, 3), 1), batch_norm("bn0"), relu("relu0")];
    let block = |i: usize| {
        let channels = 16 << (i / n);
        let changes = i > 0 && i.is_multiple_of(n);
        let stride = if changes { 2 } else { 1 };
        let shortcut = match option {
            _ if !changes => Value::Null,
            Shortcut::A => json!("pad"),
            Shortcut::B => json!([bare(conv("proj", channels, 1), stride), batch_norm("proj_bn")]),
        };
        residual(Some(&i.to_string()), basic(channels, stride), "relu", shortcut)
    };
    items.push(stage("blocks", (0..3 * n).map(block).collect()));
    items.extend([global_average_pool("gap"), flatten(), linear("fc", 10)]);
    network(name, input, items)
}

/// What a network of the presets is made of.
#[derive(Clone, Copy, Eq, PartialEq)]
pub(super) enum Block {
    /// No shortcuts: "plain" in the paper.
    Plain,
    /// Figure 5, left.
    Basic(Shortcut),
    /// Figure 5, right.
    Bottleneck,
    /// He et al. 2016, "Identity mappings in deep residual networks", figure 4e: nothing stands on the way of the shortcuts. What changes shapes shares
    /// its first batch normalization and ReLU with its shortcut.
    PreActivation,
    /// Huang et al. 2016, "Deep networks with stochastic depth", section 3: later blocks are dropped more often, up to half of the time.
    Stochastic,
}

/// Section 4.2 for MNIST: three groups of n blocks of 16, 32 and 64 channels, which makes `6 n + 2` layers, or `9 n + 2` of bottlenecks. A group is the
/// block that changes shapes, `down`, and the others, repeated.
pub(super) fn preset(name: &str, n: usize, block: Block) -> Value {
    let mut items = vec![bare(same_conv("conv0", 16, 3), 1)];
    if block != Block::PreActivation {
        items.extend([batch_norm("bn0"), relu("relu0")]);
    }
    for group in 0..3 {
        let changes = group > 0 || block == Block::Bottleneck;
        let written = |i: usize| {
            // In thousandths, so that links do not hold 0.05555555555555555.
            let drop = (500 * (group * n + i + 1)).div_ceil(3 * n) as f64 / 1000.0;
            let step = if changes && i == 0 { Some(if group > 0 { 2 } else { 1 }) } else { None };
            block_of(block, 16 << group, step, drop)
        };
        let first = usize::from(changes);
        let mut body: Vec<Value> = changes.then(|| stage("down", written(0))).into_iter().collect();
        if block == Block::Stochastic {
            body.extend((first..n).map(|i| stage(&format!("block{}", i + 1 - first), written(i))));
        } else if first < n {
            body.push(json!({"repeat": {"name": "block", "times": n - first, "body": written(first)}}));
        }
        items.push(stage(&format!("group{}", group + 1), body));
    }
    if block == Block::PreActivation {
        items.extend([batch_norm("bn"), relu("relu")]);
    }
    items.extend([global_average_pool("gap"), flatten(), linear("fc", 10)]);
    // Deeper ones see the images less often, so that each is trained in half an hour or so.
    let epochs = match n {
        ..=2 => 6,
        3 => 4,
        4..=5 => 2,
        _ => 1,
    };
    mnist(name, items, training(epochs, 0.1))
}

/// One block. Where it changes shapes, it has a `step` of one or two; `drop` is how often stochastic depth leaves it out.
fn block_of(block: Block, channels: usize, step: Option<usize>, drop: f64) -> Vec<Value> {
    let stride = step.unwrap_or(1);
    let shortcut = |items: Vec<Value>| if step.is_some() { items.into() } else { Value::Null };
    let projection = |channels: usize| vec![bare(conv("proj", channels, 1), stride), batch_norm("proj_bn")];
    let around = |body: Vec<Value>, shortcut: Value| vec![residual(None, body, "relu", shortcut)];
    let mut body = basic(channels, stride);
    match block {
        Block::Plain => {
            body.push(relu("relu2"));
            body
        }
        Block::Basic(Shortcut::A) => around(body, step.map_or(Value::Null, |_| "pad".into())),
        Block::Basic(Shortcut::B) => around(body, shortcut(projection(channels))),
        Block::Bottleneck => around(bottleneck(channels, stride, Step::Middle), shortcut(projection(4 * channels))),
        Block::Stochastic => {
            body.push(with(op("depth", "stochastic_depth"), json!({"p": drop})));
            around(body, shortcut(projection(channels)))
        }
        Block::PreActivation => {
            let mut before = vec![batch_norm("bn1"), relu("relu1")];
            let first = bare(same_conv("conv1", channels, 3), stride);
            let rest = vec![first, batch_norm("bn2"), relu("relu2"), bare(same_conv("conv2", channels, 3), 1)];
            match step {
                Some(_) => before.push(residual(None, rest, "", shortcut(vec![bare(conv("proj", channels, 1), stride)]))),
                None => before = vec![residual(None, [before, rest].concat(), "", Value::Null)],
            }
            before
        }
    }
}
