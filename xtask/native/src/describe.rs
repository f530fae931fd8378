//! Shapes and costs of a network, as tables or as JSON.

use receptive::describe::claims::{self, Checked};
use receptive::describe::{self, GroupDescription, NetworkDescription, NodeDescription, grouped};
use receptive::network::spec::Spec;
use receptive::network::zoo;
use serde_json::json;

use crate::{Stop, spec};

/// Prints what a network consists of and costs, and what is said of it elsewhere.
pub fn describe(network: &str, as_json: bool) -> Result<(), Stop> {
    let description = describe::describe(&Spec::from_json(&spec::find(network)?)?)?;
    let claims = claims::check(network, &description);
    if as_json {
        let mut object = json!(description);
        object["claims"] = json!(claims);
        println!("{object}");
    } else {
        print!("{}", text(&description, &claims));
    }
    Ok(())
}

/// Prints the names of all presets, and of all networks at true size.
pub fn list(as_json: bool) {
    let presets = zoo::presets().into_iter().map(|preset| (preset.name, preset.title, true));
    let title = |spec: serde_json::Value| spec["name"].as_str().unwrap_or_default().to_owned();
    let architectures = zoo::ARCHITECTURES.iter().map(|architecture| (architecture.name, title((architecture.spec)()), false));
    for (name, title, preset) in presets.chain(architectures) {
        if as_json {
            println!("{}", json!({ "name": name, "title": title, "trains_on_mnist": preset }));
        } else {
            println!("{name}");
        }
    }
}

fn text(description: &NetworkDescription, claims: &[Checked]) -> String {
    let mut text = format!("{}\n{}", description.name, nodes(description));
    let stages: Vec<&GroupDescription> = description.groups.iter().filter(|group| group.depth == 0).collect();
    if !stages.is_empty() {
        text += &format!("\nstages\n{}", groups(&stages));
    }
    let totals = &description.totals;
    text += &format!("\none image's way through it takes {} bytes\n", grouped(totals.inference_bytes));
    text += &match (&totals.training_bytes, &description.training_refused) {
        (Some(bytes), _) => format!("one training step keeps {} bytes\n", grouped(*bytes)),
        (None, Some(error)) => format!("it does not train on MNIST: {}\n", error["message"].as_str().unwrap_or_default()),
        (None, None) => String::new(),
    };
    if totals.head_params > 0 {
        let heads = [totals.head_params, totals.head_macs].map(grouped);
        text += &format!("of these, heads that are for training only have {} parameters and {} MACs\n", heads[0], heads[1]);
    }
    for claim in claims {
        text += &format!("\n{}\n  {} here, {} there\n", claim.says, figure(claim.ours), figure(claim.figure));
        if !claim.reason.is_empty() {
            text += &format!("  {}\n", claim.reason);
        }
    }
    text
}

fn figure(number: f64) -> String {
    if number >= 1000.0 { grouped(number as u64) } else { number.to_string() }
}

fn shape(dims: &[usize]) -> String {
    dims.iter().map(ToString::to_string).collect::<Vec<_>>().join("x")
}

fn nodes(description: &NetworkDescription) -> String {
    let titles = ["node", "op", "output", "parameters", "MACs", "activation bytes", "in training", "sees", "jump", "centre"];
    let row = |node: &NodeDescription| {
        let ([height, width], [down, across], [row, column]) = (node.receptive_field, node.jump, node.centre);
        let mark = if node.aligned { "" } else { " *" };
        let params = if node.params_arithmetic.is_empty() { "0".into() } else { node.params_arithmetic.clone() };
        let bytes = [node.macs, node.activation_bytes, node.training_activation_bytes].map(grouped);
        let [macs, activation, training] = bytes;
        [
            node.name.clone(),
            node.op.to_owned(),
            shape(&node.output_shape),
            params,
            macs,
            activation,
            training,
            format!("{height}x{width}"),
            format!("{down}x{across}"),
            format!("{row}, {column}{mark}"),
        ]
    };
    let totals = &description.totals;
    let [params, macs, activation, training] =
        [totals.params, totals.macs, totals.activation_bytes, totals.training_activation_bytes].map(grouped);
    let empty = String::new;
    let sums = ["total".into(), empty(), empty(), params, macs, activation, training, empty(), empty(), empty()];
    let rows = std::iter::once(titles.map(str::to_owned)).chain(description.nodes.iter().map(row)).chain([sums]);
    let mut text = columns(&rows.collect::<Vec<_>>(), 3);
    if description.nodes.iter().any(|node| !node.aligned) {
        text += "* the ways that lead here have their fields around different centres\n";
    }
    text
}

fn groups(stages: &[&GroupDescription]) -> String {
    let titles = ["stage", "kind", "output", "parameters", "MACs", "activation bytes", "in training"];
    let row = |group: &&GroupDescription| {
        let numbers = [group.params, group.macs, group.activation_bytes, group.training_activation_bytes].map(grouped);
        let [params, macs, activation, training] = numbers;
        [group.name.clone(), group.kind.to_owned(), shape(&group.output_shape), params, macs, activation, training]
    };
    columns(&std::iter::once(titles.map(str::to_owned)).chain(stages.iter().map(row)).collect::<Vec<_>>(), 3)
}

/// Rows under one another, the first `names` columns to the left, numbers to the right.
pub fn columns<const N: usize>(rows: &[[String; N]], names: usize) -> String {
    let widths: Vec<usize> = (0..N).map(|column| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0)).collect();
    let mut text = String::new();
    for row in rows {
        for (column, (cell, &width)) in row.iter().zip(&widths).enumerate() {
            text += &if column < names { format!("{cell:width$}  ") } else { format!("{cell:>width$}  ") };
        }
        text.truncate(text.trim_end().len());
        text.push('\n');
    }
    text
}
