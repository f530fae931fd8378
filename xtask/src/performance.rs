//! docs/performance.md: what `cargo xtask bench --report` measured, kept in docs/performance.json.

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use serde_json::{Map, Value, json};

use crate::args::JOBS;
use crate::failure::{Context, Result};
use crate::machine;
use crate::project::Project;

/// Keeps results, each in the place of an earlier one of the same job, backend, build and batch, and writes the page anew. `note`: what has to be
/// known about them.
pub fn keep(project: &Project, results: Vec<Value>, note: Option<&str>) -> Result<()> {
    let path = file(project, "performance.json");
    let mut known: Map<String, Value> = match fs::read_to_string(&path) {
        Ok(text) => serde_json::from_str(&text).context(|| format!("understand {}", path.display()))?,
        Err(_) => Map::new(),
    };
    for mut result in results {
        result["machine"] = json!(machine::description());
        if let Some(note) = note {
            result["note"] = json!(note);
        }
        known.insert(key(&result), result);
    }
    let lines: Vec<String> = known.iter().map(|(key, result)| format!("{}: {result}", json!(key))).collect();
    let page = markdown(&known.values().collect::<Vec<_>>());
    for (name, text) in [("performance.json", format!("{{\n{}\n}}\n", lines.join(",\n"))), ("performance.md", page)] {
        let path = file(project, name);
        fs::write(&path, text).context(|| format!("write {}", path.display()))?;
    }
    Ok(())
}

fn file(project: &Project, name: &str) -> PathBuf {
    project.root.join("docs").join(name)
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or("")
}

/// Who shared a step, where it was not one worker alone: `2 workers`, or `2 workers, shared memory`.
pub fn several_workers(result: &Value) -> Option<String> {
    let workers = result["workers"].as_u64().filter(|workers| *workers > 1)?;
    let memory = if result["shared_memory"] == true { ", shared memory" } else { "" };
    Some(format!("{workers} workers{memory}"))
}

/// What tells a result from others.
fn key(result: &Value) -> String {
    let workers = several_workers(result).map_or_else(String::new, |workers| format!(" {workers}"));
    format!("{} {} {} {}{workers}", text(&result["job"]), text(&result["backend"]), text(&result["build"]), result["batch"])
}

/// The results of one backend and build, in the order of [`JOBS`], then by batch.
fn of<'a>(results: &[&'a Value], backend: &str, build: &str) -> Vec<&'a Value> {
    let mut chosen: Vec<&Value> =
        results.iter().copied().filter(|result| result["backend"] == backend && text(&result["build"]) == build).collect();
    chosen.sort_by_key(|result| {
        (
            JOBS.iter().position(|job| result["job"] == *job),
            result["workers"].as_u64(),
            result["shared_memory"].as_bool(),
            result["batch"].as_u64(),
        )
    });
    chosen
}

fn figure(value: &Value, decimals: usize) -> String {
    value.as_f64().map_or_else(String::new, |number| format!("{number:.decimals$}"))
}

fn row(result: &Value) -> String {
    let share = result["share_of_peak"].as_f64().map_or_else(String::new, |share| format!("{:.0} %", 100.0 * share));
    let loss = match (result["loss_before"].as_f64(), result["loss_after"].as_f64()) {
        (Some(before), Some(after)) => format!("{before:.3} to {after:.3}"),
        _ => String::new(),
    };
    let rates = [
        figure(&result["images_per_second"], 0),
        figure(&result["gflops"], 2),
        share,
        figure(&result["planning_ms"], 0),
        figure(&result["ready_ms"], 0),
        figure(&result["first_step_ms"], 0),
        loss,
    ];
    let mark = if result["note"].is_string() { " *" } else { "" };
    let [workers, batch] =
        if result["job"] == "peak" { Default::default() } else { ["workers", "batch"].map(|name| result[name].to_string()) };
    let workers = if result["shared_memory"] == true { workers + " (m)" } else { workers };
    format!("| {}{mark} | {workers} | {batch} | {} |", text(&result["job"]), rates.join(" | "))
}

fn markdown(results: &[&Value]) -> String {
    let mut page = String::from(
        "# How fast it is\n\n`cargo xtask bench --report` measures in headless Chromium and writes this page and `performance.json` beside it; with `--job`, \
         `--backend`, `--build`, `--workers` or `--batch` it measures a part and leaves the other lines as they are. All lines \
         for the CPU: `cargo xtask bench --build all --workers all --report`, the same with `--isolated --workers 2`, with `--batch 16` and with `--batch 256`; those for WebGPU: \
         `cargo xtask bench --backend webgpu --report` (hours without a graphics card: ten thousand steps, and the deepest networks).\n\n\
         - A figure is the median of five windows after a warm-up. Training is softmax cross-entropy and SGD with momentum 0.9 at a constant rate, on MNIST; \
         GFLOP/s count two operations a multiply-accumulate and, in training, three forward passes. Inference takes arrays from the host and returns logits.\n\
         - The roof is the rate of independent multiply-adds in registers, in the same page, measured right before each window (`peak`). A share is the median \
         over the windows: what else the machine does slows both down. It is that of one core, also where several workers share a step (each with its part of the batch). \
         They send each other messages; where (m) stands the page was isolated from others (`--isolated`), and they share memory.\n\
         - Planning is that alone. Ready and the first step count from having the specification and the device: planning, memory, pipelines, parameters; then one step.\n\
         - `conv-fwd` and `conv-bwd` are a convolution of 3x3, 64 to 64 channels, 28x28, batch 16; `lenet-98` trains to 98 % of the test images, `lenet-steady` takes 10,000 steps.\n",
    );
    let sections =
        [("CPU, with relaxed SIMD", "cpu", "relaxed_simd"), ("CPU, without relaxed SIMD", "cpu", "simd128"), ("WebGPU", "webgpu", "")];
    for (title, backend, build) in sections {
        let chosen = of(results, backend, build);
        let name = |result: &Value| match several_workers(result) {
            Some(workers) => format!("{}, {workers}", text(&result["job"])),
            None => text(&result["job"]).to_owned(),
        };
        if chosen.is_empty() {
            continue;
        }
        _ = write!(
            page,
            "\n## {title}\n\n| job | workers | batch | images/s | GFLOP/s | of the roof | planning, ms | ready, ms | first step, ms | loss |\n"
        );
        page += "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n";
        for result in &chosen {
            page += &row(result);
            page.push('\n');
        }
        for result in chosen.iter().filter(|result| result["steady_steps"].is_u64()) {
            let (rates, bytes) = (&result["first_and_last"], &result["memory_bytes"]);
            let [first, last, before, after] = [&rates[0], &rates[1], &bytes[0], &bytes[1]];
            _ = write!(
                page,
                "\n{}: of {} steps the first thousand went at {first} images/s and the last at {last}; the engine's memory was {before} bytes after the \
                first thousand and {after} after the last.\n",
                name(result),
                result["steady_steps"]
            );
        }
        for result in chosen.iter().filter(|result| result["steps"].is_u64()) {
            let (steps, seconds) = (&result["steps"], figure(&result["seconds"], 1));
            let top1 = result["test_top1"].as_f64().map_or_else(String::new, |top1| format!("{:.2} %", 100.0 * top1));
            _ = write!(page, "\n{}: {steps} steps and {seconds} s of training to {top1} of the test images.\n", name(result));
        }
    }
    let mut notes: Vec<&str> = results.iter().filter_map(|result| result["note"].as_str()).collect();
    notes.sort_unstable();
    notes.dedup();
    for note in notes {
        _ = write!(page, "\n\\* {note}\n");
    }
    let mut machines: Vec<&str> = results.iter().map(|result| text(&result["machine"])).collect();
    machines.sort_unstable();
    machines.dedup();
    _ = write!(page, "\nMeasured on: {}. WebGPU there is SwiftShader, a program on the same cores.\n", machines.join("; "));
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_has_a_line_for_each_result_under_its_backend_and_build() {
        let line = |job: &str, backend: &str, build: Option<&str>, rate: f64| {
            json!({"job": job, "backend": backend, "build": build, "workers": 1, "batch": 64, "images_per_second": rate, "gflops": 20.5, "share_of_peak": 0.375,
                "planning_ms": 1.4, "ready_ms": 20.6, "first_step_ms": 31.4, "loss_before": 2.3, "loss_after": 0.25, "machine": "a chip, 2 cores"})
        };
        let results = [
            line("resnet20-train", "cpu", Some("relaxed_simd"), 410.0),
            line("lenet-train", "cpu", Some("relaxed_simd"), 20_000.0),
            line("lenet-train", "webgpu", None, 600.0),
        ];
        let mut busy = line("lenet-infer", "webgpu", None, 900.0);
        busy["note"] = json!("Something else ran.");
        let results = [results.to_vec(), vec![busy]].concat();
        let page = markdown(&results.iter().collect::<Vec<_>>());
        let lenet = "| lenet-train | 1 | 64 | 20000 | 20.50 | 38 % | 1 | 21 | 31 | 2.300 to 0.250 |";
        let (first, second) = (page.find(lenet).unwrap(), page.find("| resnet20-train | 1 | 64 | 410 |").unwrap());
        assert!(first < second && page.find("## WebGPU").unwrap() > second, "{page}");
        assert!(page.contains("| lenet-infer * | 1 | 64 | 900 |") && page.contains("\\* Something else ran."), "{page}");
        assert!(page.contains("a chip, 2 cores") && !page.contains("without relaxed SIMD\n\n|"), "{page}");
    }

    #[test]
    fn a_result_replaces_only_its_own_line() {
        let result = |batch: u32| json!({"job": "lenet-train", "backend": "cpu", "build": "simd128", "batch": batch});
        assert_ne!(key(&result(16)), key(&result(64)));
        let mut shared = result(64);
        shared["workers"] = json!(2);
        assert_ne!(key(&shared), key(&result(64)));
        let by_messages = key(&shared);
        shared["shared_memory"] = json!(true);
        assert_ne!(key(&shared), by_messages);
        assert_ne!(key(&result(16)), key(&json!({"job": "lenet-train", "backend": "cpu", "build": "relaxed_simd", "batch": 16})));
    }
}
