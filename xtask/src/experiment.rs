//! `cargo xtask experiment`: experiments as the page runs them, in headless Chromium, and docs/experiments.md.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};

use crate::args::Experiment;
use crate::failure::{Context, Failure, Result};
use crate::process::run_lines;
use crate::project::Project;
use crate::{machine, train};

/// Measures that are shares, shown in percent.
const SHARES: [&str; 3] = ["test_top1", "train_top1", "test_mean_iou"];

/// Runs each file. Returns whether every run of every experiment has a result.
pub fn run(project: &mut Project, options: &Experiment) -> Result<bool> {
    // The folder of the one who typed the command is that of the files.
    let texts = options
        .files
        .iter()
        .map(|file| Ok((file, fs::read_to_string(file).context(|| format!("read {}", file.display()))?)))
        .collect::<Result<Vec<(&PathBuf, String)>>>()?;
    train::prepare(project)?;
    let mut complete = true;
    for (file, text) in texts {
        let result = run_one(project, file, &text, options)?;
        print!("{}", section(&result));
        for failure in list(&result["failed"]) {
            complete = false;
            println!("FAILED {}, seed {}: {}", text_of(&failure["name"]), failure["seed"], text_of(&failure["message"]));
        }
        if options.report {
            keep(project, result)?;
        }
    }
    Ok(complete)
}

fn run_one(project: &Project, file: &Path, text: &str, options: &Experiment) -> Result<Value> {
    let config = json!({ "dist": project.dist(), "text": text, "seeds": options.seeds, "parallel": options.workers });
    let mut driver = project.node("tools/drive.mjs");
    driver.arg("experiment");
    let mut result = Value::Null;
    let ended_well = run_lines(&mut driver, Some(&config.to_string()), |line| {
        let Ok(mut event) = serde_json::from_str::<Value>(line) else { return eprintln!("{line}") };
        match event["type"].as_str() {
            Some("progress") => {
                let left = event["seconds_left"].as_f64().map_or(String::new(), |seconds| format!(", {seconds:.0} s left"));
                eprintln!("  {} of {} runs{left}", event["ended"], event["of"]);
            }
            Some("result") => result = event["result"].take(),
            _ => eprintln!("{line}"),
        }
    })?;
    if ended_well && result.is_object() { Ok(result) } else { Err(Failure::new(format!("{} was not run to its end", file.display()))) }
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn text_of(value: &Value) -> &str {
    value.as_str().unwrap_or("?")
}

/// Stores one experiment's numbers and writes the page anew; those of other experiments stay.
fn keep(project: &Project, mut result: Value) -> Result<()> {
    let path = project.root.join("docs/experiments.json");
    let mut known: Map<String, Value> = match fs::read_to_string(&path) {
        Ok(text) => serde_json::from_str(&text).context(|| format!("understand {}", path.display()))?,
        Err(_) => Map::new(),
    };
    result["machine"] = json!(machine::description());
    known.insert(text_of(&result["name"]).to_owned(), result);
    let lines: Vec<String> = known.iter().map(|(name, result)| format!("{}: {result}", json!(name))).collect();
    let page = project.root.join("docs/experiments.md");
    for (path, text) in [(path, format!("{{\n{}\n}}\n", lines.join(",\n"))), (page, markdown(&known))] {
        fs::write(&path, text).context(|| format!("write {}", path.display()))?;
    }
    Ok(())
}

fn markdown(known: &Map<String, Value>) -> String {
    let mut text = String::from(
        "# What the experiments give\n\nEach file of `www/experiments/`, run by `cargo xtask experiment FILE --seeds N --report` in headless Chromium on the \
         CPU as the page runs it. A cell is the mean over the seeds, ± the standard deviation of a single run; behind it the difference to the baseline \
         with its 95 % interval (percentile bootstrap over the seeds). `experiments.json` beside this file has every run.\n",
    );
    for result in known.values() {
        _ = write!(text, "\n{}", section(result));
    }
    text
}

/// A title, the claim, a table, and whether the claim was seen.
fn section(result: &Value) -> String {
    let experiment = &result["experiment"];
    let claim = &experiment["claim"];
    let mut text = format!("## {}\n\n{} ({})\n\n", text_of(&experiment["title"]["en"]), text_of(&claim["en"]), text_of(&claim["source"]));
    let measures = list(&experiment["measure"]);
    let head: Vec<String> = measures.iter().map(|measure| format!(" {} |", text_of(measure))).collect();
    _ = writeln!(text, "| variant | runs |{}\n| --- | ---: |{}", head.concat(), " --- |".repeat(measures.len()));
    for row in list(&result["rows"]) {
        let cells: Vec<String> = measures.iter().map(|measure| format!(" {} |", cell(row, text_of(measure)))).collect();
        _ = writeln!(text, "| {} | {} |{}", text_of(&row["name"]), list(&row["runs"]).len(), cells.concat());
    }
    text.push('\n');
    for outcome in list(&result["outcomes"]) {
        let expectation = &outcome["expectation"];
        let verdict = match text_of(&outcome["seen"]) {
            "seen" => "seen",
            "opposite" => "not seen: it is the other way round",
            _ => "not shown with so many seeds",
        };
        let measure = text_of(&expectation["measure"]);
        _ = writeln!(
            text,
            "{}: {} better than {}: **{verdict}**.",
            measure,
            text_of(&expectation["variant"]),
            text_of(&expectation["than"])
        );
    }
    let seconds = result["seconds"].as_f64().unwrap_or(f64::NAN);
    _ = writeln!(text, "\nAll runs took {seconds:.0} s, {} at once{}.", result["parallel"], on(&result["machine"]));
    text
}

fn on(machine: &Value) -> String {
    machine.as_str().map_or(String::new(), |machine| format!(", on {machine}"))
}

/// `98.94 ± 0.10 %; -0.21 (-0.30 to -0.11)`
fn cell(row: &Value, measure: &str) -> String {
    let summary = &row["measures"][measure];
    let Some(mean) = summary["mean"].as_f64() else { return "-".into() };
    let share = SHARES.contains(&measure);
    let number = |value: f64| if share { format!("{:.2}", 100.0 * value) } else { format!("{value:.4}") };
    let spread = summary["deviation"].as_f64().map_or(String::new(), |deviation| format!(" ± {}", number(deviation)));
    let unit = if share { " %" } else { "" };
    let difference = &row["differences"][measure];
    let to_baseline = match (difference["difference"].as_f64(), difference["interval"][0].as_f64(), difference["interval"][1].as_f64()) {
        (Some(found), Some(least), Some(most)) => format!("; {} ({} to {})", number(found), number(least), number(most)),
        (Some(found), ..) => format!("; {}", number(found)),
        _ => String::new(),
    };
    format!("{}{spread}{unit}{to_baseline}", number(mean))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_section_says_means_spreads_differences_and_the_verdict() {
        let result = json!({
            "experiment": {
                "title": {"en": "LRN"}, "claim": {"en": "It helps.", "source": "a paper"}, "measure": ["test_top1", "train_loss"],
            },
            "rows": [
                {"name": "LRN", "runs": [1, 2, 3], "measures": {
                    "test_top1": {"mean": 0.98941, "deviation": 0.001}, "train_loss": {"mean": 0.1, "deviation": null}}, "differences": {}},
                {"name": "none", "runs": [1, 2, 3], "measures": {"test_top1": {"mean": 0.9873, "deviation": 0.002}},
                    "differences": {"test_top1": {"difference": -0.0021, "interval": [-0.003, -0.0011]}}},
            ],
            "outcomes": [{"expectation": {"measure": "test_top1", "variant": "LRN", "than": "none"}, "seen": "seen"}],
            "seconds": 61.2, "parallel": 2,
        });
        let text = section(&result);
        assert!(text.contains("| LRN | 3 | 98.94 ± 0.10 % | 0.1000 |\n"), "{text}");
        assert!(text.contains("| none | 3 | 98.73 ± 0.20 %; -0.21 (-0.30 to -0.11) | - |\n"), "{text}");
        assert!(text.contains("test_top1: LRN better than none: **seen**.\n"), "{text}");
        assert!(text.contains("All runs took 61 s, 2 at once.\n"), "{text}");
    }
}
