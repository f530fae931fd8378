//! `cargo xtask bench`: speeds in headless Chromium, through the harness build's jobs.

use serde_json::{Value, json};

use crate::args::Bench;
use crate::build::wasm::{self, Flavour, WasmBuild};
use crate::failure::{Failure, Result};
use crate::process::run_lines;
use crate::project::Project;
use crate::{data, setup};

/// Builds the harness, measures every job on every backend, prints a line each. With `--json`, JSON lines.
pub fn run(project: &mut Project, options: &Bench) -> Result<()> {
    setup::prepare(project, setup::FOR_BROWSER)?;
    data::verify(project)?;
    let flavour = Flavour::ALL.into_iter().find(|flavour| flavour.name() == options.build).unwrap_or(Flavour::RelaxedSimd);
    let build = WasmBuild { flavour, harness: true };
    wasm::build(project, build)?;
    let config = json!({
        "package": build.folder(project),
        "mnist": project.mnist(),
        "build": flavour.name(),
        "seconds": options.seconds,
        "runs": runs(options),
    });
    let mut driver = project.node("tools/drive.mjs");
    driver.arg("bench");
    let mut failed = Vec::new();
    let mut measured = 0;
    let mut roof = None;
    let ended_well = run_lines(&mut driver, Some(&config.to_string()), |line| {
        let Ok(result) = serde_json::from_str::<Value>(line) else { return eprintln!("{line}") };
        if let Some(error) = result["error"].as_str() {
            let name = format!("{} on {}", text(&result["job"]), text(&result["backend"]));
            eprintln!("{name}: {error}");
            failed.push(name);
            return;
        }
        measured += 1;
        if result["job"] == "peak" {
            roof = result["gflops"].as_f64();
        }
        println!("{}", if options.json { line.to_owned() } else { readable(&result, roof) });
    })?;
    if !failed.is_empty() {
        return Err(Failure::new(format!("not measured: {}", failed.join(", "))));
    }
    if ended_well && measured > 0 { Ok(()) } else { Err(Failure::new("the measurement ended early")) }
}

/// Each job on each backend; the roof is a property of wasm on this machine and has no WebGPU side.
fn runs(options: &Bench) -> Vec<Value> {
    let several = options.backends.len() > 1;
    options
        .jobs
        .iter()
        .flat_map(|job| options.backends.iter().map(move |backend| (job, backend)))
        .filter(|(job, backend)| !(several && *job == "peak" && *backend != "cpu"))
        .map(|(job, backend)| json!({ "job": job, "backend": backend }))
        .collect()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or("?")
}

/// `roof`: what `peak` measured in this run, the rate to divide by on the CPU.
fn readable(result: &Value, roof: Option<f64>) -> String {
    let mut line = format!("{:<12} {:<7}", text(&result["job"]), text(&result["backend"]));
    if let Some(rate) = result["images_per_second"].as_f64() {
        line += &format!(" {rate:>9.0} images/s");
    }
    if let Some(gflops) = result["gflops"].as_f64() {
        line += &format!(" {gflops:>8.2} GFLOP/s");
        if let Some(roof) = roof.filter(|_| result["backend"] == "cpu" && result["job"] != "peak") {
            line += &format!(" ({:.0} % of the roof)", 100.0 * gflops / roof);
        }
    }
    if let (Some(steps), Some(seconds)) = (result["steps"].as_u64(), result["seconds"].as_f64()) {
        line += &format!(" {steps} steps, {seconds:.1} s of training to {:.2} %", 100.0 * result["test_top1"].as_f64().unwrap_or(f64::NAN));
    }
    if let (Some(before), Some(after)) = (result["loss_before"].as_f64(), result["loss_after"].as_f64()) {
        line += &format!(", loss {before:.4} -> {after:.4}");
    }
    line + &format!(", {} windows", result["windows"].as_array().map_or(0, Vec::len))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn peak_runs_once_when_all_backends_are_asked_for() {
        let mut options = Bench {
            jobs: vec!["peak".into(), "conv-fwd".into()],
            backends: vec!["cpu".into(), "webgpu".into()],
            seconds: 1.0,
            build: "relaxed_simd".into(),
            json: false,
        };
        assert_eq!(runs(&options).len(), 3);
        options.backends = vec!["webgpu".into()];
        assert_eq!(runs(&options).len(), 2, "asked for alone it runs, and the engine says why it cannot");
    }

    #[test]
    fn a_result_for_people() {
        let result = json!({"job": "lenet-train", "backend": "cpu", "images_per_second": 12345.6, "gflops": 31.25, "loss_before": 2.3,
            "loss_after": 0.1, "windows": [1, 2, 3]});
        let line = readable(&result, Some(62.5));
        assert!(
            line.contains("12346 images/s")
                && line.contains("31.25 GFLOP/s")
                && line.contains("50 % of the roof")
                && line.contains("3 windows"),
            "{line}"
        );
    }
}
