//! The presets: one small file a family, as specifications a user could have written.

mod alexnet;
pub mod claims;
mod googlenet;
mod inception;
mod lenet;
mod resnet;
mod unet;
mod vgg;
mod write;
mod zfnet;

use serde::Serialize;
use serde_json::Value;

use self::resnet::{Block, Shortcut, Step};

/// A network to start from.
#[derive(Clone, Debug, Serialize)]
pub struct Preset {
    /// How commands and links name it.
    pub name: &'static str,
    /// For people; a proper name, the same in every language.
    pub title: String,
    /// What it belongs to: presets of a family stand side by side.
    pub family: &'static str,
    /// The specification.
    pub spec: Value,
}

/// Family, name, and what writes the specification.
type Listed = (&'static str, &'static str, fn() -> Value);

/// Every preset that trains on MNIST, in the order of the course.
const PRESETS: &[Listed] = &[
    ("LeNet", "lenet5_1998", lenet::lenet5_1998),
    ("LeNet", "lenet5", lenet::lenet5),
    ("AlexNet", "alexnet", alexnet::small),
    ("ZFNet", "zfnet", zfnet::small),
    ("VGG", "vgg", || vgg::small(false)),
    ("VGG", "vgg_bn", || vgg::small(true)),
    ("Inception", "inception_naive", || googlenet::inception(false)),
    ("Inception", "inception", || googlenet::inception(true)),
    ("Inception", "googlenet", googlenet::small),
    ("Inception", "inception_factorized", inception::small),
    ("ResNet", "plain8", || resnet::preset("Plain-8", 1, Block::Plain)),
    ("ResNet", "resnet8", || resnet::preset("ResNet-8", 1, Block::Basic(Shortcut::B))),
    ("ResNet", "plain14", || resnet::preset("Plain-14", 2, Block::Plain)),
    ("ResNet", "resnet14", || resnet::preset("ResNet-14", 2, Block::Basic(Shortcut::B))),
    ("ResNet", "plain20", || resnet::preset("Plain-20", 3, Block::Plain)),
    ("ResNet", "resnet20", || resnet::preset("ResNet-20", 3, Block::Basic(Shortcut::B))),
    ("ResNet", "plain32", || resnet::preset("Plain-32", 5, Block::Plain)),
    ("ResNet", "resnet32", || resnet::preset("ResNet-32", 5, Block::Basic(Shortcut::B))),
    ("ResNet", "plain56", || resnet::preset("Plain-56", 9, Block::Plain)),
    ("ResNet", "resnet56", || resnet::preset("ResNet-56", 9, Block::Basic(Shortcut::B))),
    ("ResNet", "plain110", || resnet::preset("Plain-110", 18, Block::Plain)),
    ("ResNet", "resnet110", || resnet::preset("ResNet-110", 18, Block::Basic(Shortcut::B))),
    ("ResNet", "resnet20_a", || resnet::preset("ResNet-20, option A", 3, Block::Basic(Shortcut::A))),
    ("ResNet", "resnet29_bottleneck", || resnet::preset("ResNet-29, bottlenecks", 3, Block::Bottleneck)),
    ("ResNet", "resnet20_preact", || resnet::preset("ResNet-20, pre-activation", 3, Block::PreActivation)),
    ("ResNet", "resnet20_stochastic_depth", || resnet::preset("ResNet-20, stochastic depth", 3, Block::Stochastic)),
    ("U-Net", "unet", unet::small),
];

/// Every preset that trains on MNIST, in the order of the course.
pub fn presets() -> Vec<Preset> {
    PRESETS.iter().map(written).collect()
}

/// The preset of this name.
pub fn preset(name: &str) -> Option<Preset> {
    PRESETS.iter().find(|(_, known, _)| *known == name).map(written)
}

fn written(&(family, name, spec): &Listed) -> Preset {
    let spec = spec();
    Preset { name, title: spec["name"].as_str().unwrap_or(name).to_owned(), family, spec }
}

/// A network of the literature at the size it was published at.
#[derive(Clone, Copy, Debug)]
pub struct Architecture {
    /// `paper/`, `torchvision/`, `common/` or `small/`, and what it is called there.
    pub name: &'static str,
    /// Writes its specification.
    pub spec: fn() -> Value,
}

/// Every architecture, in the order of the course.
pub const ARCHITECTURES: &[Architecture] = &[
    architecture("paper/lenet5_1998", lenet::paper),
    architecture("common/lenet5_modern", lenet::modern),
    architecture("paper/alexnet_2012", || alexnet::paper(2)),
    architecture("common/alexnet_2012_ungrouped", || alexnet::paper(1)),
    architecture("torchvision/alexnet", alexnet::torchvision),
    architecture("paper/zfnet_2013", zfnet::paper),
    architecture("torchvision/vgg16", || vgg::torchvision("VGG-16", vgg::VGG16, false)),
    architecture("torchvision/vgg16_bn", || vgg::torchvision("VGG-16 with batch normalization", vgg::VGG16, true)),
    architecture("torchvision/vgg19", || vgg::torchvision("VGG-19", vgg::VGG19, false)),
    architecture("torchvision/vgg19_bn", || vgg::torchvision("VGG-19 with batch normalization", vgg::VGG19, true)),
    architecture("paper/googlenet_2014", || googlenet::paper(false)),
    architecture("paper/googlenet_2014_aux", || googlenet::paper(true)),
    architecture("torchvision/googlenet", || googlenet::torchvision(false)),
    architecture("torchvision/googlenet_aux", || googlenet::torchvision(true)),
    architecture("torchvision/inception_v3", || inception::v3(false)),
    architecture("torchvision/inception_v3_aux", || inception::v3(true)),
    architecture("torchvision/resnet18", || resnet::imagenet(18, Step::Middle)),
    architecture("torchvision/resnet34", || resnet::imagenet(34, Step::Middle)),
    architecture("paper/resnet50_2015", || resnet::imagenet(50, Step::First)),
    architecture("torchvision/resnet50", || resnet::imagenet(50, Step::Middle)),
    architecture("paper/resnet101_2015", || resnet::imagenet(101, Step::First)),
    architecture("torchvision/resnet101", || resnet::imagenet(101, Step::Middle)),
    architecture("paper/resnet152_2015", || resnet::imagenet(152, Step::First)),
    architecture("torchvision/resnet152", || resnet::imagenet(152, Step::Middle)),
    architecture("paper/resnet20_cifar", || resnet::small("ResNet-20 (CIFAR-10)", [3, 32, 32], 3, Shortcut::A)),
    architecture("paper/resnet56_cifar", || resnet::small("ResNet-56 (CIFAR-10)", [3, 32, 32], 9, Shortcut::A)),
    architecture("paper/resnet110_cifar", || resnet::small("ResNet-110 (CIFAR-10)", [3, 32, 32], 18, Shortcut::A)),
    architecture("small/resnet8_mnist", || resnet::small("ResNet-8", [1, 28, 28], 1, Shortcut::B)),
    architecture("small/resnet14_mnist", || resnet::small("ResNet-14", [1, 28, 28], 2, Shortcut::B)),
    architecture("small/resnet20_mnist", || resnet::small("ResNet-20", [1, 28, 28], 3, Shortcut::B)),
    architecture("paper/unet_2015", || unet::paper("U-Net", [1, 572, 572], 0)),
    architecture("common/unet_same_padding", || unet::paper("U-Net with padding", [1, 512, 512], 1)),
];

const fn architecture(name: &'static str, spec: fn() -> Value) -> Architecture {
    Architecture { name, spec }
}

/// The specification of a preset or of an architecture.
pub fn spec(name: &str) -> Option<Value> {
    let architecture = || ARCHITECTURES.iter().find(|architecture| architecture.name == name);
    preset(name).map(|preset| preset.spec).or_else(|| architecture().map(|architecture| (architecture.spec)()))
}
