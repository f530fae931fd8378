//! The presets: one small file a family, as specifications a user could have written.

mod alexnet;
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

/// Where a network comes from.
#[derive(Clone, Copy, Debug)]
pub struct Publication {
    /// What it belongs to: networks of a family stand side by side.
    pub family: &'static str,
    /// Authors, year and title.
    pub text: &'static str,
}

/// What weights expect of an image with values from 0 to 1: each channel less its mean, divided by its standard deviation.
#[derive(Clone, Copy, Debug, Serialize)]
#[expect(missing_docs, reason = "each is one value a channel")]
pub struct Normalization {
    pub mean: &'static [f64],
    pub std: &'static [f64],
}

/// A network of the literature at the size it was published at.
#[derive(Clone, Copy, Debug)]
pub struct Architecture {
    /// `paper/`, `torchvision/`, `common/` or `small/`, and what it is called there.
    pub name: &'static str,
    /// Where it was published.
    pub publication: &'static Publication,
    /// What its published weights expect.
    pub normalization: &'static Normalization,
    /// Writes its specification.
    pub spec: fn() -> Value,
}

const LECUN_1998: Publication =
    Publication { family: "LeNet", text: "LeCun, Bottou, Bengio, Haffner 1998. Gradient-based learning applied to document recognition" };
const KRIZHEVSKY_2012: Publication = Publication {
    family: "AlexNet",
    text: "Krizhevsky, Sutskever, Hinton 2012. ImageNet classification with deep convolutional neural networks",
};
const KRIZHEVSKY_2014: Publication =
    Publication { family: "AlexNet", text: "Krizhevsky 2014. One weird trick for parallelizing convolutional neural networks" };
const ZEILER_2014: Publication =
    Publication { family: "ZFNet", text: "Zeiler, Fergus 2014. Visualizing and understanding convolutional networks" };
const SIMONYAN_2015: Publication =
    Publication { family: "VGG", text: "Simonyan, Zisserman 2015. Very deep convolutional networks for large-scale image recognition" };
const SZEGEDY_2015: Publication = Publication { family: "Inception", text: "Szegedy et al. 2015. Going deeper with convolutions" };
const SZEGEDY_2016: Publication = Publication {
    family: "Inception",
    text: "Szegedy, Vanhoucke, Ioffe, Shlens, Wojna 2016. Rethinking the Inception architecture for computer vision",
};
const HE_2016: Publication =
    Publication { family: "ResNet", text: "He, Zhang, Ren, Sun 2016. Deep residual learning for image recognition" };
const RONNEBERGER_2015: Publication = Publication {
    family: "U-Net",
    text: "Ronneberger, Fischer, Brox 2015. U-Net: convolutional networks for biomedical image segmentation",
};

/// As training on MNIST does here: `plan::MEAN` and `plan::DEVIATION`.
const MNIST: Normalization = Normalization { mean: &[0.1307], std: &[0.3081] };
/// The means and deviations of CIFAR-10's training images.
const CIFAR10: Normalization = Normalization { mean: &[0.4914, 0.4822, 0.4465], std: &[0.247, 0.2435, 0.2616] };
/// Those of ImageNet, which torchvision's weights expect.
const IMAGENET: Normalization = Normalization { mean: &[0.485, 0.456, 0.406], std: &[0.229, 0.224, 0.225] };
/// From -1 to 1: the weights of torchvision's GoogLeNet and Inception v3 were trained so (their `transform_input` undoes ImageNet's).
const HALVES: Normalization = Normalization { mean: &[0.5, 0.5, 0.5], std: &[0.5, 0.5, 0.5] };
/// From -1 to 1, for a network whose weights were never published for PyTorch.
const HALVES_GREY: Normalization = Normalization { mean: &[0.5], std: &[0.5] };

/// Every architecture, in the order of the course.
pub const ARCHITECTURES: &[Architecture] = &[
    architecture("paper/lenet5_1998", &LECUN_1998, &MNIST, lenet::paper),
    architecture("common/lenet5_modern", &LECUN_1998, &MNIST, lenet::modern),
    architecture("paper/alexnet_2012", &KRIZHEVSKY_2012, &IMAGENET, || alexnet::paper(2)),
    architecture("common/alexnet_2012_ungrouped", &KRIZHEVSKY_2012, &IMAGENET, || alexnet::paper(1)),
    architecture("torchvision/alexnet", &KRIZHEVSKY_2014, &IMAGENET, alexnet::torchvision),
    architecture("paper/zfnet_2013", &ZEILER_2014, &IMAGENET, zfnet::paper),
    architecture("torchvision/vgg16", &SIMONYAN_2015, &IMAGENET, || vgg::torchvision("VGG-16", vgg::VGG16, false)),
    architecture("torchvision/vgg16_bn", &SIMONYAN_2015, &IMAGENET, || {
        vgg::torchvision("VGG-16 with batch normalization", vgg::VGG16, true)
    }),
    architecture("torchvision/vgg19", &SIMONYAN_2015, &IMAGENET, || vgg::torchvision("VGG-19", vgg::VGG19, false)),
    architecture("torchvision/vgg19_bn", &SIMONYAN_2015, &IMAGENET, || {
        vgg::torchvision("VGG-19 with batch normalization", vgg::VGG19, true)
    }),
    architecture("paper/googlenet_2014", &SZEGEDY_2015, &IMAGENET, || googlenet::paper(false)),
    architecture("paper/googlenet_2014_aux", &SZEGEDY_2015, &IMAGENET, || googlenet::paper(true)),
    architecture("torchvision/googlenet", &SZEGEDY_2015, &HALVES, || googlenet::torchvision(false)),
    architecture("torchvision/googlenet_aux", &SZEGEDY_2015, &HALVES, || googlenet::torchvision(true)),
    architecture("torchvision/inception_v3", &SZEGEDY_2016, &HALVES, || inception::v3(false)),
    architecture("torchvision/inception_v3_aux", &SZEGEDY_2016, &HALVES, || inception::v3(true)),
    architecture("torchvision/resnet18", &HE_2016, &IMAGENET, || resnet::imagenet(18, Step::Middle)),
    architecture("torchvision/resnet34", &HE_2016, &IMAGENET, || resnet::imagenet(34, Step::Middle)),
    architecture("paper/resnet50_2015", &HE_2016, &IMAGENET, || resnet::imagenet(50, Step::First)),
    architecture("torchvision/resnet50", &HE_2016, &IMAGENET, || resnet::imagenet(50, Step::Middle)),
    architecture("paper/resnet101_2015", &HE_2016, &IMAGENET, || resnet::imagenet(101, Step::First)),
    architecture("torchvision/resnet101", &HE_2016, &IMAGENET, || resnet::imagenet(101, Step::Middle)),
    architecture("paper/resnet152_2015", &HE_2016, &IMAGENET, || resnet::imagenet(152, Step::First)),
    architecture("torchvision/resnet152", &HE_2016, &IMAGENET, || resnet::imagenet(152, Step::Middle)),
    architecture("paper/resnet20_cifar", &HE_2016, &CIFAR10, || resnet::small("ResNet-20 (CIFAR-10)", [3, 32, 32], 3, Shortcut::A)),
    architecture("paper/resnet56_cifar", &HE_2016, &CIFAR10, || resnet::small("ResNet-56 (CIFAR-10)", [3, 32, 32], 9, Shortcut::A)),
    architecture("paper/resnet110_cifar", &HE_2016, &CIFAR10, || resnet::small("ResNet-110 (CIFAR-10)", [3, 32, 32], 18, Shortcut::A)),
    architecture("small/resnet8_mnist", &HE_2016, &MNIST, || resnet::small("ResNet-8", [1, 28, 28], 1, Shortcut::B)),
    architecture("small/resnet14_mnist", &HE_2016, &MNIST, || resnet::small("ResNet-14", [1, 28, 28], 2, Shortcut::B)),
    architecture("small/resnet20_mnist", &HE_2016, &MNIST, || resnet::small("ResNet-20", [1, 28, 28], 3, Shortcut::B)),
    architecture("paper/unet_2015", &RONNEBERGER_2015, &HALVES_GREY, || unet::paper("U-Net", [1, 572, 572], 0)),
    architecture("common/unet_same_padding", &RONNEBERGER_2015, &HALVES_GREY, || unet::paper("U-Net with padding", [1, 512, 512], 1)),
];

const fn architecture(
    name: &'static str,
    publication: &'static Publication,
    normalization: &'static Normalization,
    spec: fn() -> Value,
) -> Architecture {
    Architecture { name, publication, normalization, spec }
}

impl Architecture {
    /// Its specification as one runs it: `paper/lenet5_1998` ends before its outputs, which have nothing that is trained, and gets them here.
    pub fn with_outputs(&self) -> Value {
        if self.name == "paper/lenet5_1998" { lenet::paper_with_outputs() } else { (self.spec)() }
    }
}

/// The specification of a preset or of an architecture.
pub fn spec(name: &str) -> Option<Value> {
    let architecture = || ARCHITECTURES.iter().find(|architecture| architecture.name == name);
    preset(name).map(|preset| preset.spec).or_else(|| architecture().map(|architecture| (architecture.spec)()))
}
