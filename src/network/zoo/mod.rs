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

use self::resnet::{Shortcut, Step};

/// A network to start from.
#[derive(Clone, Debug, Serialize)]
pub struct Preset {
    /// How commands and links name it.
    pub name: &'static str,
    /// For people; a proper name, the same in every language.
    pub title: &'static str,
    /// The specification.
    pub spec: Value,
}

/// Every preset that trains on MNIST, in the order of the course.
pub fn presets() -> Vec<Preset> {
    vec![lenet::lenet5()]
}

/// The preset of this name.
pub fn preset(name: &str) -> Option<Preset> {
    presets().into_iter().find(|preset| preset.name == name)
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
