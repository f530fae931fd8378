//! Figures that courses and papers give for these networks, beside what their definitions come to, with the reason where the two differ.

use serde::Serialize;
use serde_json::json;

use crate::describe::{NetworkDescription, describe};
use crate::network::spec::Spec;

/// A figure someone gives.
#[derive(Clone, Copy, Debug)]
pub struct Claim {
    /// Which of [`crate::network::zoo::ARCHITECTURES`] it is about.
    pub network: &'static str,
    /// What is said, and where.
    pub says: &'static str,
    /// The figure.
    pub figure: f64,
    /// What the definition comes to.
    pub measure: fn(&NetworkDescription) -> f64,
    /// Why they differ, where they do by more than rounding.
    pub reason: &'static str,
}

/// A claim with what its network comes to.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[expect(missing_docs, reason = "as in Claim")]
pub struct Checked {
    pub says: &'static str,
    pub figure: f64,
    pub ours: f64,
    pub reason: &'static str,
}

fn params(network: &NetworkDescription) -> f64 {
    network.totals.params as f64
}

fn macs(network: &NetworkDescription) -> f64 {
    network.totals.macs as f64
}

/// The parameters of one node.
fn params_of(network: &NetworkDescription, name: &str) -> f64 {
    network.nodes.iter().find(|node| node.name == name).map_or(0.0, |node| node.params as f64)
}

/// Weights of `count` convolutions of one size from C to C channels, in units of C^2.
fn weights_per_square(kernel_size: usize, count: usize) -> f64 {
    const CHANNELS: usize = 64;
    let layer = json!({"op": "conv2d", "out_channels": CHANNELS, "kernel_size": kernel_size, "bias": false});
    let spec = json!({"version": 1, "input": [CHANNELS, 7, 7], "layers": [{"repeat": {"times": count, "body": [layer]}}]});
    let network = Spec::from_json(&spec).ok().and_then(|spec| describe(&spec).ok());
    network.map_or(0.0, |network| network.totals.params as f64 / (CHANNELS * CHANNELS) as f64)
}

/// All of them.
pub const CLAIMS: &[Claim] = &[
    Claim {
        network: "paper/lenet5_1998",
        says: "60,000 trainable parameters (LeCun et al. 1998, section II.B)",
        figure: 60_000.0,
        measure: params,
        reason: "",
    },
    Claim {
        network: "paper/alexnet_2012",
        says: "60 million parameters (Krizhevsky et al. 2012, abstract)",
        figure: 60e6,
        measure: params,
        reason: "60,965,224 with the two towers; 62,378,344 where every layer sees all channels; torchvision's variant has 61,100,840.",
    },
    Claim {
        network: "common/alexnet_2012_ungrouped",
        says: "60 million parameters (Krizhevsky et al. 2012, abstract)",
        figure: 60e6,
        measure: params,
        reason: "without the two towers conv2, conv4 and conv5 have twice the weights; the paper's network has 60,965,224.",
    },
    Claim {
        network: "torchvision/alexnet",
        says: "60 million parameters (Krizhevsky et al. 2012, abstract)",
        figure: 60e6,
        measure: params,
        reason: "one tower of other widths, 64-192-384-256-256 (Krizhevsky 2014); the paper's network has 60,965,224.",
    },
    Claim {
        network: "paper/zfnet_2013",
        says: "62 million parameters (widely quoted; the paper gives no total)",
        figure: 62e6,
        measure: params,
        reason: "",
    },
    Claim {
        network: "torchvision/vgg16",
        says: "138 million parameters (Simonyan and Zisserman 2015, table 2, D)",
        figure: 138e6,
        measure: params,
        reason: "",
    },
    Claim {
        network: "torchvision/vgg16",
        says: "about 100 million of them in the first fully connected layer",
        figure: 100e6,
        measure: |network| params_of(network, "classifier.0"),
        reason: "7*7*512*4096 weights and 4096 biases: 74 % of the network.",
    },
    Claim {
        network: "torchvision/vgg16",
        says: "a 7x7 layer from C to C channels has 49 C^2 weights (section 2.3)",
        figure: 49.0,
        measure: |_| weights_per_square(7, 1),
        reason: "",
    },
    Claim {
        network: "torchvision/vgg16",
        says: "three 3x3 layers, which see as much, have 27 C^2 (section 2.3)",
        figure: 27.0,
        measure: |_| weights_per_square(3, 3),
        reason: "",
    },
    Claim {
        network: "torchvision/vgg19",
        says: "144 million parameters (Simonyan and Zisserman 2015, table 2, E)",
        figure: 144e6,
        measure: params,
        reason: "",
    },
    Claim {
        network: "paper/googlenet_2014",
        says: "4 million parameters (often taught)",
        figure: 4e6,
        measure: params,
        reason: "no way of counting gives 4 million. Table 1 of the paper sums to 6.8 million (6.96 million if its K is 1024); 6,990,272 weights and 8,280 \
                 biases; 13.4 million with both auxiliary classifiers; about 6.0 million without the 1000-way classifier. Say about 7 million.",
    },
    Claim {
        network: "paper/googlenet_2014",
        says: "12 times fewer parameters than AlexNet's 60 million (Szegedy et al. 2015, section 1)",
        figure: 5e6,
        measure: params,
        reason: "the factor is 8.7: see the sum of table 1.",
    },
    Claim {
        network: "paper/googlenet_2014",
        says: "6.8 million parameters (sum of table 1)",
        figure: 6_797_700.0,
        measure: params,
        reason: "the column counts weights without biases, with K = 1024 in some rows, and lists the first 7x7 as 2.7K where it has 9,408.",
    },
    Claim {
        network: "paper/googlenet_2014",
        says: "1.5 billion multiply-adds (Szegedy et al. 2015, section 1; table 1)",
        figure: 1_502e6,
        measure: macs,
        reason: "table 1 lists the first convolution with 34M, which a 7x1 and a 1x7 would take; 7x7*3*64 takes 118M.",
    },
    Claim {
        network: "torchvision/inception_v3",
        says: "less than 25 million parameters (Szegedy et al. 2016, section 1)",
        figure: 25e6,
        measure: params,
        reason: "",
    },
    Claim {
        network: "torchvision/inception_v3",
        says: "5 billion multiply-adds (Szegedy et al. 2016, section 1)",
        figure: 5e9,
        measure: macs,
        reason: "5.71 billion at 299x299, of which the first five convolutions, before any module, take 1.34 billion.",
    },
    Claim {
        network: "torchvision/resnet18",
        says: "1.8 billion multiply-adds (He et al. 2016, table 1)",
        figure: 1.8e9,
        measure: macs,
        reason: "",
    },
    Claim {
        network: "torchvision/resnet34",
        says: "3.6 billion multiply-adds (He et al. 2016, table 1)",
        figure: 3.6e9,
        measure: macs,
        reason: "",
    },
    Claim {
        network: "paper/resnet50_2015",
        says: "3.8 billion multiply-adds (He et al. 2016, table 1)",
        figure: 3.8e9,
        measure: macs,
        reason: "",
    },
    Claim {
        network: "torchvision/resnet50",
        says: "3.8 billion multiply-adds (He et al. 2016, table 1)",
        figure: 3.8e9,
        measure: macs,
        reason: "torchvision takes the step of two in the 3x3 convolution, not in the 1x1 before it: 4.09 against 3.86 billion, with the same parameters.",
    },
    Claim {
        network: "paper/resnet101_2015",
        says: "7.6 billion multiply-adds (He et al. 2016, table 1)",
        figure: 7.6e9,
        measure: macs,
        reason: "",
    },
    Claim {
        network: "paper/resnet152_2015",
        says: "11.3 billion multiply-adds (He et al. 2016, table 1)",
        figure: 11.3e9,
        measure: macs,
        reason: "",
    },
    Claim {
        network: "paper/resnet20_cifar",
        says: "0.27 million parameters (He et al. 2016, table 6)",
        figure: 0.27e6,
        measure: params,
        reason: "",
    },
    Claim {
        network: "paper/resnet56_cifar",
        says: "0.85 million parameters (He et al. 2016, table 6)",
        figure: 0.85e6,
        measure: params,
        reason: "",
    },
    Claim {
        network: "paper/resnet110_cifar",
        says: "1.7 million parameters (He et al. 2016, table 6)",
        figure: 1.7e6,
        measure: params,
        reason: "",
    },
    Claim {
        network: "paper/unet_2015",
        says: "31 million parameters (widely quoted; the paper gives no total)",
        figure: 31e6,
        measure: params,
        reason: "",
    },
];

/// What is said of a network, beside what it comes to.
pub fn check(name: &str, network: &NetworkDescription) -> Vec<Checked> {
    let about = CLAIMS.iter().filter(|claim| claim.network == name);
    about.map(|claim| Checked { says: claim.says, figure: claim.figure, ours: (claim.measure)(network), reason: claim.reason }).collect()
}
