//! The definitions at true size against PyTorch's: shapes, parameters and multiply-accumulates, layer by layer and in sum.
use std::collections::{HashMap, HashSet};

use crate::support::stored::{same_json, stored};
use receptive::backend::MEMORY_LIMIT;
use receptive::describe::claims;
use receptive::describe::{GroupDescription, NetworkDescription, NodeDescription, describe};
use receptive::network::spec::Spec;
use receptive::network::zoo;
use serde_json::{Value, json};

/// What the page shows of the networks before one runs, and their specifications: fetched when it is asked for, and no part of the package. What only
/// training has is left out: auxiliary heads, and the networks that differ in them alone.
#[test]
fn the_file_of_architectures_is_of_today() {
    let file = "www/architectures.json";
    let networks = zoo::ARCHITECTURES.iter().filter(|architecture| !architecture.name.ends_with("_aux")).map(|architecture| {
        let spec = architecture.with_outputs();
        let described = describe(&Spec::from_json(&spec).unwrap()).unwrap();
        let output = described.nodes.iter().rev().find(|node| node.head.is_none()).unwrap();
        let totals = &described.totals;
        json!({
            "name": architecture.name,
            "title": spec["name"],
            "family": architecture.publication.family,
            "publication": architecture.publication.text,
            "normalization": architecture.normalization,
            "output": output.output_shape,
            "params": totals.params - totals.head_params,
            "macs": totals.macs - totals.head_macs,
            "bytes": totals.inference_bytes,
            "spec": spec,
        })
    });
    let lines: Vec<String> = networks.map(|network| network.to_string()).collect();
    let today = format!("{{\"limit_bytes\": {MEMORY_LIMIT}, \"networks\": [\n{}\n]}}\n", lines.join(",\n"));
    assert!(
        same_json(&stored(file, &today), &today),
        "{file} is not of today; run `UPDATE_FIXTURES=1 cargo test --package receptive-tests architectures the_file`"
    );
}

#[test]
fn images_are_normalized_channel_by_channel_and_families_stand_side_by_side() {
    let mut families: Vec<&str> = zoo::ARCHITECTURES.iter().map(|architecture| architecture.publication.family).collect();
    families.dedup();
    assert_eq!(families, ["LeNet", "AlexNet", "ZFNet", "VGG", "Inception", "ResNet", "U-Net"]);
    for architecture in zoo::ARCHITECTURES {
        let (channels, normalization) = ((architecture.spec)()["input"][0].as_u64().unwrap() as usize, architecture.normalization);
        assert_eq!((normalization.mean.len(), normalization.std.len()), (channels, channels), "{}", architecture.name);
        assert!(channels == 1 || normalization.std.iter().all(|std| *std > 0.2 && *std <= 0.5), "{}", architecture.name);
    }
}

fn reference() -> Value {
    serde_json::from_str(include_str!("../fixtures/architectures.json")).unwrap()
}

fn description(name: &str) -> NetworkDescription {
    let spec = zoo::spec(name).unwrap_or_else(|| panic!("there is no {name}"));
    let spec = Spec::from_json(&spec).unwrap_or_else(|error| panic!("{name}: {error}"));
    describe(&spec).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// The operator that a row of the reference data is about.
fn operators(kind: &str) -> &[&str] {
    match kind {
        "conv" => &["conv2d"],
        "conv_transpose" => &["conv_transpose2d"],
        "max_pool" => &["max_pool2d"],
        "avg_pool" => &["avg_pool2d"],
        "adaptive_avg_pool" => &["adaptive_avg_pool2d", "global_avg_pool2d"],
        "batch_norm" => &["batch_norm2d"],
        "linear" => &["linear"],
        "lrn" => &["local_response_norm"],
        other => panic!("no operator for {other}"),
    }
}

fn whole(value: &Value) -> u64 {
    value.as_u64().unwrap()
}

fn shape(value: &Value) -> Vec<usize> {
    value.as_array().unwrap().iter().map(|dim| whole(dim) as usize).collect()
}

/// One row: `[name, type, detail, output_shape, params, macs]`.
fn check_node(place: &str, row: &Value, node: &NodeDescription) {
    assert!(operators(row[1].as_str().unwrap()).contains(&node.op), "{place}: {}", node.op);
    assert_eq!(node.output_shape, shape(&row[3]), "{place}");
    assert_eq!((node.params, node.macs), (whole(&row[4]), whole(&row[5])), "{place}: parameters and multiply-accumulates");
    let counted = node.params_arithmetic.rsplit(" = ").next().unwrap_or_default().replace(',', "");
    assert_eq!(counted.parse().unwrap_or(0), node.params, "{place}: {}", node.params_arithmetic);
}

/// The row of a block gives its output, and the parameters and multiply-accumulates that no row inside it has.
fn check_group(place: &str, row: &Value, group: &GroupDescription, inside: &[&Value]) {
    assert_eq!(group.output_shape, shape(&row[3]), "{place}");
    let sum = |column: usize| inside.iter().map(|row| whole(&row[column])).sum::<u64>() + whole(&row[column]);
    assert_eq!((group.params, group.macs), (sum(4), sum(5)), "{place}: parameters and multiply-accumulates");
}

#[test]
fn every_network_equals_pytorchs_layer_by_layer() {
    let reference = reference();
    let mut rows_checked = 0;
    for (name, expected) in reference["nets"].as_object().unwrap() {
        let ours = description(name);
        assert_eq!(ours.totals.params, whole(&expected["params_in_forward"]), "{name}: parameters");
        assert_eq!(ours.totals.macs, whole(&expected["macs"]), "{name}: multiply-accumulates");
        let output = ours.nodes.iter().rev().find(|node| node.head.is_none() && !node.op.contains("tanh")).unwrap();
        assert_eq!(output.output_shape, shape(&expected["output"]), "{name}: output");
        let nodes: HashMap<&str, &NodeDescription> = ours.nodes.iter().map(|node| (node.name.as_str(), node)).collect();
        let groups: HashMap<&str, &GroupDescription> = ours.groups.iter().map(|group| (group.name.as_str(), group)).collect();
        let rows = expected["layers"].as_array().unwrap();
        let mut named = HashSet::new();
        for row in rows {
            let row_name = row[0].as_str().unwrap();
            let place = format!("{name}: {row}");
            rows_checked += 1;
            if row[1] == "block:Crop" {
                // What is handed across has as many channels as what comes up, and its size.
                let join = groups[row_name.replace("crop", "join").as_str()];
                let mut halved = join.output_shape.clone();
                halved[0] /= 2;
                assert_eq!(halved, shape(&row[3]), "{place}");
            } else if row[1].as_str().unwrap().starts_with("block:") {
                let inside: Vec<&Value> = rows.iter().filter(|row| row[0].as_str().unwrap().starts_with(&format!("{row_name}."))).collect();
                check_group(&place, row, groups.get(row_name).unwrap_or_else(|| panic!("{place}: no such group")), &inside);
            } else {
                check_node(&place, row, nodes.get(row_name).unwrap_or_else(|| panic!("{place}: no such node")));
                named.insert(row_name);
            }
        }
        // The other way round: nothing of ours with parameters or work is missing from the reference, but for what blocks add up.
        let blocks: Vec<&str> = rows.iter().filter(|row| row[1] == "block:ScaleSum").map(|row| row[0].as_str().unwrap()).collect();
        for node in ours.nodes.iter().filter(|node| node.params + node.macs > 0 && !named.contains(node.name.as_str())) {
            assert!(blocks.iter().any(|block| node.name.starts_with(block)), "{name}: {} is in no row", node.name);
        }
        // And they come in the same order.
        let order: Vec<&str> = ours.nodes.iter().map(|node| node.name.as_str()).filter(|name| named.contains(name)).collect();
        let expected: Vec<&str> = rows.iter().map(|row| row[0].as_str().unwrap()).filter(|name| named.contains(name)).collect();
        assert_eq!(order, expected, "{name}: the order of layers");
    }
    assert!(rows_checked > 3000, "{rows_checked} rows");
}

/// What is said of the networks in the reference data is said by us too, with the same numbers.
#[test]
fn figures_of_lectures_and_papers_stand_beside_ours() {
    let reference = reference();
    for claim in reference["lecture_claims"].as_array().unwrap() {
        let (name, computed) = (claim["net"].as_str().unwrap(), claim["computed"].as_f64().unwrap());
        let ours = claims::check(name, &description(name));
        let found = ours.iter().find(|checked| checked.ours == computed);
        let found = found.unwrap_or_else(|| panic!("{name}: {} is not shown", claim["claim"]));
        assert!(claim["agrees"] == true || !found.reason.is_empty(), "{name}: {} differs without a reason", claim["claim"]);
    }
    let published = reference["published_checks"].as_array().unwrap();
    let papers = published.iter().filter(|check| !check["source"].as_str().unwrap().contains("documentation"));
    for check in papers {
        let (name, computed) = (check["net"].as_str().unwrap(), check["computed"].as_f64().unwrap());
        let (quantity, figure) = (&check["quantity"], check["published"].as_f64().unwrap());
        let ours = claims::check(name, &description(name));
        assert!(
            ours.iter().any(|checked| checked.ours == computed && checked.figure == figure),
            "{name}: {quantity} {figure} is not shown"
        );
    }
}

#[test]
fn claims_that_differ_say_why() {
    for claim in claims::CLAIMS {
        let ours = (claim.measure)(&description(claim.network));
        let off = (ours / claim.figure - 1.0).abs();
        assert!(off < 0.05 || !claim.reason.is_empty(), "{}: {} against {ours}", claim.network, claim.says);
    }
}

/// Fast enough to run on every keystroke. How long it takes is printed and not asserted: `cargo test --package receptive-tests architectures -- --nocapture`.
#[test]
fn the_deepest_network_is_described_in_milliseconds() {
    let json = zoo::spec("torchvision/resnet152").unwrap();
    let mut times: Vec<f64> = (0..9)
        .map(|_| {
            let start = std::time::Instant::now();
            let network = describe(&Spec::from_json(&json).unwrap()).unwrap();
            assert_eq!(network.totals.params, 60_192_808);
            start.elapsed().as_secs_f64() * 1e3
        })
        .collect();
    times.sort_by(f64::total_cmp);
    println!("ResNet-152: read and described in {:.2} ms (median of {})", times[times.len() / 2], times.len());
}
