//! The presets: what they cost, and that they fit the engine. That each learns: `tests/cases/presets.rs`.

use crate::support::stored::{same_json, stored};
use receptive::data::dataset::SIDE;
use receptive::describe::{NetworkDescription, describe};
use receptive::network::short::{to_long, to_short};
use receptive::network::spec::Spec;
use receptive::network::zoo;
use receptive::programs::TrainingPlan;

/// The page's package has the presets as a script of its own, which is shorter than the code that writes them.
#[test]
fn the_file_of_presets_is_of_today() {
    let file = "src/network/zoo/presets.js";
    let (head, tail) = (
        "// Written by tests/native/presets.rs. Every call makes them anew: what a caller changes is the caller's.\nexport const presets = () => [\n",
        "\n];\n",
    );
    let lines: Vec<String> = zoo::presets().iter().map(|preset| serde_json::to_string(preset).unwrap()).collect();
    let list = |script: &str| format!("[{}]", script.strip_prefix(head).and_then(|rest| rest.strip_suffix(tail)).unwrap_or("null"));
    let today = format!("{head}{}{tail}", lines.join(",\n"));
    assert!(
        same_json(&list(&stored(file, &today)), &list(&today)),
        "{file} is not of today; run `UPDATE_FIXTURES=1 cargo test --package receptive-tests presets the_file`"
    );
}

fn described(name: &str) -> NetworkDescription {
    describe(&Spec::from_json(&zoo::spec(name).unwrap()).unwrap()).unwrap()
}

#[test]
fn every_preset_can_be_sent_and_planned() {
    let presets = zoo::presets();
    for preset in &presets {
        assert_eq!(to_long(&to_short(&preset.spec).unwrap()).unwrap(), preset.spec, "{}", preset.name);
        let spec = Spec::from_json(&preset.spec).unwrap_or_else(|error| panic!("{}: {error}", preset.name));
        let plan = TrainingPlan::new(&spec).unwrap_or_else(|error| panic!("{}: {error}", preset.name));
        let task = if preset.family == "U-Net" { (11, SIDE * SIDE) } else { (10, 1) };
        assert_eq!((plan.classes, plan.targets_per_image, spec.input), (task.0, task.1, [1, SIDE, SIDE]), "{}", preset.name);
        assert_eq!(zoo::preset(preset.name).unwrap().spec, preset.spec);
        assert_eq!(preset.title, spec.name);
    }
    let mut families: Vec<&str> = presets.iter().map(|preset| preset.family).collect();
    families.dedup();
    assert_eq!(families, ["LeNet", "AlexNet", "ZFNet", "VGG", "Inception", "ResNet", "U-Net"], "presets of a family stand side by side");
}

#[test]
fn parameters_and_work_are_those_of_the_papers() {
    let costs = |name: &str| (described(name).totals.params, described(name).totals.macs);
    for depth in [8, 14, 20] {
        assert_eq!(costs(&format!("resnet{depth}")), costs(&format!("small/resnet{depth}_mnist")));
    }
    // LeCun et al. 1998, section II.B; the 1x28x28 image is two channels less than CIFAR-10's: 2 * 9 * 16 weights.
    assert_eq!(costs("lenet5_1998").0, 60_000);
    assert_eq!(costs("lenet5").0, 61_706);
    for (ours, paper) in [
        ("resnet20_a", "paper/resnet20_cifar"),
        ("plain20", "paper/resnet20_cifar"),
        ("plain56", "paper/resnet56_cifar"),
        ("plain110", "paper/resnet110_cifar"),
    ] {
        assert_eq!(costs(ours).0 + 288, costs(paper).0, "{ours}");
    }
    // Option B adds two projections with their normalizations.
    let projections = (16 * 32 + 2 * 32) + (32 * 64 + 2 * 64);
    for depth in [8, 14, 20, 32, 56, 110] {
        assert_eq!(costs(&format!("resnet{depth}")).0, costs(&format!("plain{depth}")).0 + projections, "{depth}");
    }
    assert_eq!(costs("resnet20_stochastic_depth"), costs("resnet20"));
    // A factor and a summand for each of 288 channels; convolutions keep their biases, as in torchvision.
    assert_eq!(costs("vgg_bn").0, costs("vgg").0 + 2 * 288);
    let (naive, reduced) = (costs("inception_naive"), costs("inception"));
    assert!(4 * reduced.1 < naive.1 && 6 * reduced.0 < naive.0, "what reductions are for: {naive:?} {reduced:?}");
    let layers = |name: &str| {
        described(name)
            .nodes
            .iter()
            .filter(|node| matches!(node.op, "conv2d" | "linear") && !node.name.contains("proj") && node.head.is_none())
            .count()
    };
    for (name, count) in
        [("plain110", 110), ("resnet56", 56), ("resnet29_bottleneck", 29), ("resnet20_preact", 20), ("resnet20_stochastic_depth", 20)]
    {
        assert_eq!(layers(name), count, "{name}");
    }
    // Four convolutions on the way down, two at the bottom, four on the way up, and the last; the transposed ones are not counted.
    assert_eq!(layers("unet"), 11);
    for (name, most) in [("vgg_bn", 15e6), ("unet", 15e6), ("inception", 15e6), ("resnet8", 15e6), ("resnet14", 21e6)] {
        assert!((costs(name).1 as f64) < most, "{name}: {:?}", costs(name));
    }
}
