//! Shapes and costs of a network, as a table or as JSON.

use receptive::network::describe::{self, NetworkDescription};
use receptive::network::spec::Spec;
use receptive::network::zoo;
use serde_json::json;

use crate::{Stop, spec};

/// Prints what a network consists of and costs.
pub fn describe(network: &str, as_json: bool) -> Result<(), Stop> {
    let description = describe::describe(&Spec::from_json(&spec::find(network)?)?)?;
    if as_json {
        println!("{}", json!(description));
    } else {
        print!("{}", table(&description));
    }
    Ok(())
}

/// Prints the names of all presets.
pub fn list(as_json: bool) {
    for preset in zoo::presets() {
        if as_json {
            println!("{}", json!({ "name": preset.name, "title": preset.title }));
        } else {
            println!("{}", preset.name);
        }
    }
}

fn table(description: &NetworkDescription) -> String {
    let titles = ["node", "op", "output", "params", "MACs", "activation bytes", "receptive field"];
    let mut rows = vec![titles.map(str::to_owned)];
    for node in &description.nodes {
        let shape: Vec<String> = node.output_shape.iter().map(ToString::to_string).collect();
        rows.push([
            node.name.clone(),
            node.op.to_owned(),
            shape.join("x"),
            node.params.to_string(),
            node.macs.to_string(),
            node.activation_bytes.to_string(),
            format!("{}x{}", node.receptive_field[0], node.receptive_field[1]),
        ]);
    }
    let totals = &description.totals;
    let sums = [totals.params, totals.macs, totals.activation_bytes].map(|sum| sum.to_string());
    let [params, macs, bytes] = sums;
    rows.push(["total".into(), String::new(), String::new(), params, macs, bytes, String::new()]);
    let widths: Vec<usize> = (0..titles.len()).map(|column| rows.iter().map(|row| row[column].len()).max().unwrap_or(0)).collect();
    let mut text = format!("{}\n", description.name);
    for row in &rows {
        for (column, (cell, &width)) in row.iter().zip(&widths).enumerate() {
            // Names to the left, numbers to the right.
            text += &if column < 3 { format!("{cell:width$}  ") } else { format!("{cell:>width$}  ") };
        }
        text.truncate(text.trim_end().len());
        text.push('\n');
    }
    text
}
