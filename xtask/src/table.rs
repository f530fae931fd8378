//! `cargo xtask table`: trains presets for their own epochs, and keeps what came of it in docs/presets.json and, for people, docs/presets.md.

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use serde_json::{Map, Value, json};

use crate::args::Table;
use crate::failure::{Context, Failure, Result};
use crate::project::Project;
use crate::{machine, native, train};

/// Trains each preset on the CPU and stores its row as soon as it is done; those of other presets stay.
pub fn run(project: &mut Project, options: &Table) -> Result<()> {
    let known = native::presets(project)?;
    if let Some(unknown) = options.presets.iter().find(|name| !known.contains(name)) {
        return Err(Failure::new(format!("`{unknown}` is no preset: {}", known.join(", "))));
    }
    if options.render {
        return store(project, &known, &rows(project)?);
    }
    train::prepare(project)?;
    for name in known.iter().filter(|name| options.presets.is_empty() || options.presets.contains(name)) {
        eprintln!("{name}");
        let spec = native::spec(project, name)?;
        let mut epochs = Vec::new();
        train::epochs(project, &spec, "cpu", 1, |event| epochs.push(train::epoch_json(event)))?;
        let totals = native::description(project, name)?["totals"].take();
        let mut rows = rows(project)?;
        rows.insert(
            name.clone(),
            json!({ "params": totals["params"], "macs": totals["macs"], "machine": machine::processor(), "epochs": epochs }),
        );
        store(project, &known, &rows)?;
    }
    Ok(())
}

fn file(project: &Project, name: &str) -> PathBuf {
    project.root.join("docs").join(name)
}

/// What is known, by preset.
fn rows(project: &Project) -> Result<Map<String, Value>> {
    let path = file(project, "presets.json");
    match fs::read_to_string(&path) {
        Ok(text) => serde_json::from_str(&text).context(|| format!("understand {}", path.display())),
        Err(_) => Ok(Map::new()),
    }
}

fn store(project: &Project, order: &[String], rows: &Map<String, Value>) -> Result<()> {
    let lines: Vec<String> = order.iter().filter_map(|name| Some(format!("{}: {}", json!(name), rows.get(name)?))).collect();
    for (name, text) in [("presets.json", format!("{{\n{}\n}}\n", lines.join(",\n"))), ("presets.md", markdown(order, rows))] {
        let path = file(project, name);
        fs::write(&path, text).context(|| format!("write {}", path.display()))?;
    }
    Ok(())
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or(f64::NAN)
}

/// `12,345,678`
fn grouped(value: &Value) -> String {
    let digits = value.as_u64().unwrap_or(0).to_string();
    let groups: Vec<&str> = digits.as_bytes().rchunks(3).rev().map(|group| std::str::from_utf8(group).unwrap_or("")).collect();
    groups.join(",")
}

fn markdown(order: &[String], rows: &Map<String, Value>) -> String {
    let mut text = String::from(
        "# What the presets reach\n\nEach preset trained once, with its own settings and seed 1, on all 60,000 images of MNIST, in headless Chromium on one core \
         of the CPU: `cargo xtask table NAME...` trains the presets it is given and writes their lines and curves anew (`presets.json` beside this file has \
         every epoch). Accuracy is that on the 10,000 test images after the last epoch; U-Net's is of pixels, with the mean IoU of its eleven classes. The \
         seconds are those of training alone.\n\n\
         | preset | parameters | multiply-accumulates | epochs | test accuracy | seconds |\n| --- | ---: | ---: | ---: | ---: | ---: |\n",
    );
    let measured = || order.iter().filter_map(|name| Some((name, rows.get(name)?)));
    let mut notes: Vec<&str> = Vec::new();
    for (name, row) in measured() {
        let epochs = row["epochs"].as_array().map_or(&[][..], Vec::as_slice);
        let Some(last) = epochs.last() else { continue };
        let mut accuracy = format!("{:.2} %", 100.0 * number(&last["test_top1"]));
        if let Some(mean_iou) = last["test_mean_iou"].as_f64() {
            _ = write!(accuracy, ", mean IoU {mean_iou:.3}");
        }
        let mut seconds = format!("{:.0}", epochs.iter().map(|epoch| number(&epoch["seconds"])).sum::<f64>());
        if let Some(note) = row["note"].as_str() {
            let known = notes.iter().position(|known| *known == note);
            let place = known.unwrap_or(notes.len());
            if known.is_none() {
                notes.push(note);
            }
            _ = write!(seconds, " ({})", place + 1);
        }
        let (params, macs) = (grouped(&row["params"]), grouped(&row["macs"]));
        _ = writeln!(text, "| {name} | {params} | {macs} | {} | {accuracy} | {seconds} |", epochs.len());
    }
    for (place, note) in notes.iter().enumerate() {
        _ = write!(text, "\n({}) {note}\n", place + 1);
    }
    let missing: Vec<&str> = order.iter().filter(|name| !rows.contains_key(*name)).map(String::as_str).collect();
    if !missing.is_empty() {
        _ = write!(text, "\nNot trained yet: {}.\n", missing.join(", "));
    }
    text += "\n## Test accuracy by epoch\n\n";
    for (name, row) in measured() {
        let epochs = row["epochs"].as_array().map_or(&[][..], Vec::as_slice);
        let curve: Vec<String> = epochs.iter().map(|epoch| format!("{:.2}", 100.0 * number(&epoch["test_top1"]))).collect();
        _ = writeln!(text, "- {name}: {} %", curve.join(", "));
    }
    let mut machines: Vec<&str> = measured().filter_map(|(_, row)| row["machine"].as_str()).collect();
    machines.sort_unstable();
    machines.dedup();
    _ = write!(text, "\nMeasured on: {}.\n", machines.join("; "));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_says_what_its_last_epoch_reached_and_how_long_all_took() {
        let epoch = |top1: f64, seconds: f64| json!({"test_top1": top1, "seconds": seconds});
        let rows = json!({
            "lenet5": {"params": 61706, "macs": 416520, "machine": "a", "epochs": [epoch(0.98, 3.0), epoch(0.9916, 3.5)]},
            "unet": {"params": 1, "macs": 1_000_000, "machine": "b", "note": "busy", "epochs": [{"test_top1": 0.9, "test_mean_iou": 0.86, "seconds": 9}]},
        });
        let text = markdown(&["lenet5", "resnet8", "unet"].map(str::to_owned), rows.as_object().unwrap());
        assert!(text.contains("| lenet5 | 61,706 | 416,520 | 2 | 99.16 % | 6 |"), "{text}");
        assert!(text.contains("| unet | 1 | 1,000,000 | 1 | 90.00 %, mean IoU 0.860 | 9 (1) |\n\n(1) busy"), "{text}");
        assert!(
            text.contains("Not trained yet: resnet8.") && text.contains("- lenet5: 98.00, 99.16 %") && text.ends_with("a; b.\n"),
            "{text}"
        );
    }
}
