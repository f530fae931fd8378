//! `cargo xtask forward`: networks of any size in headless Chromium, one image each, on the CPU and on WebGPU, through the page's package.

use serde_json::{Value, json};

use crate::args::Forward;
use crate::build::wasm::{self, Finish, Flavour, Purpose, WasmBuild};
use crate::failure::{Context, Failure, Result};
use crate::lints::Warnings;
use crate::process::run_lines;
use crate::project::Project;
use crate::{native, setup};

/// What two backends may differ by, as a part of the largest logit. Both sum in f32, in different orders, over up to 150 layers.
const ALLOWED: f64 = 1e-3;

/// Builds the package, runs each network on each backend, prints a line each, and fails where one cannot run or backends disagree.
pub fn run(project: &mut Project, options: &Forward) -> Result<()> {
    setup::prepare(project, setup::FOR_BROWSER)?;
    let names = if options.networks.is_empty() { native::true_sizes(project)? } else { options.networks.clone() };
    let weights = options.weights.as_ref().map(|file| file.canonicalize().context(|| format!("find {}", file.display()))).transpose()?;
    let mut runs = Vec::new();
    for name in names {
        let spec = native::spec(project, &name)?;
        let backends: Vec<&str> = options.backends.iter().map(|backend| software(backend)).collect();
        runs.push(json!({ "network": name, "spec": spec, "seed": options.seed, "weights": weights, "backends": backends }));
    }
    let build = WasmBuild { flavour: Flavour::RelaxedSimd, purpose: Purpose::Page, finish: Finish::Optimised };
    wasm::build(project, build, Warnings::Shown)?;
    let wanted = runs.len() * options.backends.len();
    let config = json!({ "package": build.folder(project), "runs": runs, "repeats": options.repeats });
    let mut driver = project.node("tools/drive.mjs");
    driver.arg("forward");
    let (mut done, mut failed) = (0, Vec::new());
    let ended_well = run_lines(&mut driver, Some(&config.to_string()), |line| {
        let Ok(result) = serde_json::from_str::<Value>(line) else { return eprintln!("{line}") };
        done += 1;
        let apart = result["difference"].as_f64().unwrap_or(0.0);
        if !result["error"].is_null() || apart.is_nan() || apart > ALLOWED {
            failed.push(format!("{} on {}", text(&result["network"]), text(&result["backend"])));
        }
        println!("{}", if options.json { line.to_owned() } else { readable(&result) });
    })?;
    if !failed.is_empty() {
        return Err(Failure::new(format!("not as it should be: {}", failed.join(", "))));
    }
    if ended_well && done == wanted { Ok(()) } else { Err(Failure::new(format!("ended after {done} of {wanted} runs"))) }
}

/// Headless Chromium's WebGPU is a software adapter, which the engine takes only when asked for by this name.
fn software(backend: &str) -> &str {
    if backend == "webgpu" { "webgpu_software" } else { backend }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or("?")
}

fn readable(result: &Value) -> String {
    let name = format!("{:<32} {:<7}", text(&result["network"]), text(&result["backend"]).trim_end_matches("_software"));
    if !result["error"].is_null() {
        return format!("{name} {}: {}", text(&result["error"]["kind"]), text(&result["error"]["message"]));
    }
    let number = |field: &str| result[field].as_f64().unwrap_or(f64::NAN);
    let (megabytes, weights, seconds) = (number("bytes") / 1e6, number("weights_seconds"), number("seconds"));
    let mut line = format!("{name} {megabytes:>7.1} MB, weights {weights:>5.2} s, forward {seconds:>7.3} s");
    match result["top"].as_array() {
        Some(top) if top.is_empty() => line += ", no class: logits are not all finite numbers",
        Some(top) => {
            let class =
                |ranked: &Value| format!("{} ({:.1} %)", ranked["class"], 100.0 * ranked["probability"].as_f64().unwrap_or(f64::NAN));
            line += &format!(", top 5: {}", top.iter().map(class).collect::<Vec<_>>().join(", "));
        }
        None => line += &format!(", output {}", result["shape"]),
    }
    if number("difference") > 0.0 {
        line += &format!(", {:.1e} apart", number("difference"));
    }
    line
}
