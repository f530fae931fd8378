//! `cargo xtask bench`: speeds in headless Chromium, through the harness build's jobs.

use serde_json::{Value, json};

use crate::args::Bench;
use crate::build::wasm::{self, Finish, Flavour, Purpose, WasmBuild};
use crate::failure::{Failure, Result};
use crate::lints::Warnings;
use crate::process::run_lines;
use crate::project::Project;
use crate::{data, performance, setup};

/// Builds the harness, measures every job on every backend, prints a line each. With `--json`, JSON lines.
pub fn run(project: &mut Project, options: &Bench) -> Result<()> {
    setup::prepare(project, setup::FOR_BROWSER)?;
    data::verify(project)?;
    let chosen: Vec<Flavour> =
        Flavour::ALL.into_iter().filter(|flavour| options.builds.iter().any(|build| build == flavour.name())).collect();
    for &flavour in &chosen {
        wasm::build(project, WasmBuild { flavour, purpose: Purpose::Check, finish: Finish::Optimised }, Warnings::Shown)?;
    }
    let (mut results, mut failed) = (Vec::new(), Vec::new());
    for (place, &flavour) in chosen.iter().enumerate() {
        // WebGPU runs the same shaders whatever the build's SIMD instructions are.
        let backends: Vec<String> = options.backends.iter().filter(|backend| place == 0 || backend.as_str() != "webgpu").cloned().collect();
        measure(project, options, flavour, &backends, &mut results, &mut failed)?;
    }
    if options.report {
        performance::keep(project, results, options.note.as_deref())?;
    }
    if failed.is_empty() { Ok(()) } else { Err(Failure::new(format!("not measured: {}", failed.join(", ")))) }
}

/// Measures with one build, and adds what came of it to `results` or, by name, to `failed`.
fn measure(
    project: &Project,
    options: &Bench,
    flavour: Flavour,
    backends: &[String],
    results: &mut Vec<Value>,
    failed: &mut Vec<String>,
) -> Result<()> {
    let runs = runs(&options.jobs, backends, &options.workers);
    if runs.is_empty() {
        return Ok(());
    }
    let build = WasmBuild { flavour, purpose: Purpose::Check, finish: Finish::Optimised };
    let config = json!({
        "package": build.folder(project),
        "mnist": project.mnist(),
        "build": flavour.name(),
        "seconds": options.seconds,
        "batch": options.batch,
        "isolated": options.isolated,
        "runs": runs,
    });
    let mut driver = project.node("tools/drive.mjs");
    driver.arg("bench");
    let before = results.len() + failed.len();
    let ended_well = run_lines(&mut driver, Some(&config.to_string()), |line| {
        let Ok(result) = serde_json::from_str::<Value>(line) else { return eprintln!("{line}") };
        if let Some(error) = result["error"].as_str() {
            let name = format!("{} on {}", text(&result["job"]), text(&result["backend"]));
            eprintln!("{name}: {error}");
            return failed.push(name);
        }
        println!("{}", if options.json { line.to_owned() } else { readable(&result) });
        results.push(result);
    })?;
    let measured = results.len() + failed.len() - before;
    if ended_well && measured == runs.len() { Ok(()) } else { Err(Failure::new("the measurement ended early")) }
}

/// Each job on each backend; the roof is a property of wasm on this machine and has no WebGPU side. Several workers only train, on the CPU.
fn runs(jobs: &[String], backends: &[String], workers: &[u32]) -> Vec<Value> {
    let several = backends.len() > 1;
    jobs.iter()
        .flat_map(|job| backends.iter().map(move |backend| (job, backend)))
        .flat_map(|(job, backend)| workers.iter().map(move |workers| (job, backend, *workers)))
        .filter(|(job, backend, _)| !(several && *job == "peak" && *backend != "cpu"))
        .filter(|(job, backend, workers)| {
            *workers == 1 || (*backend == "cpu" && (job.ends_with("-train") || ["lenet-98", "lenet-steady"].contains(&job.as_str())))
        })
        .map(|(job, backend, workers)| json!({ "job": job, "backend": backend, "workers": workers }))
        .collect()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or("?")
}

fn readable(result: &Value) -> String {
    let mut line = format!("{:<15} {:<7}", text(&result["job"]), text(&result["backend"]));
    if let Some(workers) = performance::several_workers(result) {
        line += &format!(" {workers}");
    }
    if let Some(rate) = result["images_per_second"].as_f64() {
        line += &format!(" {rate:>9.0} images/s");
    }
    if let Some(gflops) = result["gflops"].as_f64() {
        line += &format!(" {gflops:>8.2} GFLOP/s");
    }
    if let Some(share) = result["share_of_peak"].as_f64() {
        line += &format!(" ({:.0} % of the roof)", 100.0 * share);
    }
    if let (Some(steps), Some(seconds)) = (result["steps"].as_u64(), result["seconds"].as_f64()) {
        line += &format!(" {steps} steps, {seconds:.1} s of training to {:.2} %", 100.0 * result["test_top1"].as_f64().unwrap_or(f64::NAN));
    }
    if let Some(steps) = result["steady_steps"].as_u64() {
        let (rates, bytes) = (&result["first_and_last"], &result["memory_bytes"]);
        line += &format!(
            " {steps} steps, the first and the last thousand {} and {} images/s, memory {} and {} bytes",
            rates[0], rates[1], bytes[0], bytes[1]
        );
    }
    if let (Some(before), Some(after)) = (result["loss_before"].as_f64(), result["loss_after"].as_f64()) {
        line += &format!(", loss {before:.4} -> {after:.4}");
    }
    if let (Some(ready), Some(first)) = (result["ready_ms"].as_f64(), result["first_step_ms"].as_f64()) {
        let planning = result["planning_ms"].as_f64().unwrap_or(f64::NAN);
        line += &format!(", planned in {planning:.0} ms, ready after {ready:.0} ms, first step after {first:.0} ms");
    }
    line + &format!(", {} windows", result["windows"].as_array().map_or(0, Vec::len))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn peak_runs_once_when_all_backends_are_asked_for() {
        let (jobs, backends) = (["peak", "conv-fwd"].map(str::to_owned), ["cpu", "webgpu"].map(str::to_owned));
        assert_eq!(runs(&jobs, &backends, &[1]).len(), 3);
        assert_eq!(runs(&jobs, &backends[1..], &[1]).len(), 2, "asked for alone it runs, and the engine says why it cannot");
    }

    #[test]
    fn several_workers_only_train_on_the_cpu() {
        let jobs = ["peak", "conv-fwd", "lenet-infer", "lenet-train", "lenet-98"].map(str::to_owned);
        let chosen = runs(&jobs, &["cpu", "webgpu"].map(str::to_owned), &[2]);
        assert_eq!(chosen, ["lenet-train", "lenet-98"].map(|job| json!({ "job": job, "backend": "cpu", "workers": 2 })));
    }

    #[test]
    fn a_result_for_people() {
        let result = json!({"job": "lenet-train", "backend": "cpu", "images_per_second": 12345.6, "gflops": 31.25, "share_of_peak": 0.5,
            "planning_ms": 2.1, "ready_ms": 30.2, "first_step_ms": 41.6, "loss_before": 2.3, "loss_after": 0.1, "windows": [1, 2, 3]});
        let line = readable(&result);
        for part in [
            "12346 images/s",
            "31.25 GFLOP/s",
            "50 % of the roof",
            "planned in 2 ms, ready after 30 ms, first step after 42 ms",
            "3 windows",
        ] {
            assert!(line.contains(part), "{part}: {line}");
        }
    }
}
