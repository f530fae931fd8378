//! `cargo xtask conformance`: reference cases on the scalar kernels (natively), the SIMD kernels and WebGPU (in Chromium).

mod cases;
mod tally;

use serde_json::{Value, json};

use crate::args::Conformance;
use crate::build::wasm::{self, Finish, Flavour, Purpose, WasmBuild};
use crate::counts::Counts;
use crate::failure::{Context, Failure, Result};
use crate::lints::Warnings;
use crate::native;
use crate::process::run_lines;
use crate::project::Project;
use crate::setup;
use cases::Case;
use tally::Tally;

/// Runs the cases, prints one line a failure and one closing line a backend, the latter behind `prefix`. Returns the
/// counts of all backends.
pub fn run(project: &mut Project, options: &Conformance, prefix: &str) -> Result<Counts> {
    let fixtures = std::path::absolute(&options.fixtures).context(|| format!("find {}", options.fixtures.display()))?;
    let cases = cases::select(&fixtures, options.only.as_deref())?;
    if options.backends.iter().any(|backend| backend != "scalar") {
        setup::prepare(project, setup::FOR_BROWSER)?;
    } else if cases.iter().any(|case| case.kind == "trajectories") {
        setup::prepare(project, &[setup::Tool::Npm])?;
    }
    if cases.iter().any(|case| case.kind == "trajectories") {
        crate::data::verify(project)?;
    }
    let mut total = Counts::default();
    for backend in &options.backends {
        let mut tally = Tally::new(backend, &cases);
        for run in runs(backend) {
            let config = json!({
                "fixtures": fixtures,
                "mnist": project.mnist(),
                "backend": backend,
                "cases": cases.iter().map(Case::json).collect::<Vec<_>>(),
            });
            one_run(project, *run, config, &mut tally)?;
        }
        println!("{prefix}{}", tally.closing_line());
        total += tally.counts();
    }
    Ok(total)
}

/// What a backend is run with: the native program, or a wasm build.
fn runs(backend: &str) -> &'static [Option<Flavour>] {
    match backend {
        "scalar" => &[None],
        // Both builds have kernels of their own.
        "simd" => &[Some(Flavour::Simd128), Some(Flavour::RelaxedSimd)],
        // WGSL is the same in both builds.
        _ => &[Some(Flavour::RelaxedSimd)],
    }
}

fn one_run(project: &Project, flavour: Option<Flavour>, mut config: Value, tally: &mut Tally) -> Result<()> {
    let (mut command, label) = match flavour {
        None => {
            native::compile(project)?;
            (native::command(project, &["conformance"]), String::new())
        }
        Some(flavour) => {
            // As it is published.
            let build = WasmBuild { flavour, purpose: Purpose::Check, finish: Finish::Optimised };
            wasm::build(project, build, Warnings::Shown)?;
            config["package"] = json!(build.folder(project));
            let mut node = project.node("tools/drive.mjs");
            node.arg("conformance");
            (node, if tally.backend() == "simd" { format!(" ({})", flavour.name()) } else { String::new() })
        }
    };
    let mut unreadable = None;
    let finished = run_lines(&mut command, Some(&config.to_string()), |line| match serde_json::from_str::<Value>(line) {
        Ok(message) => {
            for text in tally.take(&message, &label) {
                println!("{text}");
            }
        }
        Err(error) => unreadable = Some(format!("{error}: {line}")),
    })?;
    if let Some(line) = unreadable {
        return Err(Failure::new(format!("the {} runner wrote something else than JSON: {line}", tally.backend())));
    }
    for text in tally.end_run(finished, &label) {
        println!("{text}");
    }
    Ok(())
}
