//! The engine without a browser: the workspace member `xtask/native`, built optimised and run.

use std::process::Command;

use serde_json::Value;

use crate::args::{Describe, Plan};
use crate::failure::{Context, Failure, Result};
use crate::process::{run_lines, shown};
use crate::project::Project;

/// A run of the native program, compiled first where needed.
pub fn command(project: &Project, arguments: &[&str]) -> Command {
    let mut cargo = project.command("cargo");
    cargo.args(["run", "--quiet", "--release", "--package", "receptive-native", "--"]).args(arguments);
    cargo
}

/// `cargo xtask describe`. Returns whether the network is valid.
pub fn describe(project: &Project, options: &Describe) -> Result<bool> {
    let mut arguments = match &options.network {
        Some(network) if !options.list => vec!["describe", network],
        _ => vec!["list"],
    };
    if options.json {
        arguments.push("--json");
    }
    here(project, &arguments)
}

/// `cargo xtask plan`. Returns whether the network can be trained.
pub fn plan(project: &Project, options: &Plan) -> Result<bool> {
    let batch = options.batch.map(|batch| batch.to_string());
    let mut arguments = vec!["plan", &options.network];
    arguments.extend(batch.as_deref());
    if options.json {
        arguments.push("--json");
    }
    here(project, &arguments)
}

/// Runs the native program in the working directory: a spec file is named relative to where the person is. Returns whether it ended well.
fn here(project: &Project, arguments: &[&str]) -> Result<bool> {
    let mut command = command(project, arguments);
    let here = std::env::current_dir().context(|| "find the working directory".into())?;
    let status = command.current_dir(here).status().context(|| format!("start `{}`", shown(&command)))?;
    Ok(status.success())
}

/// The specification of a preset or in a file, checked by the engine.
pub fn spec(project: &Project, network: &str) -> Result<Value> {
    let mut command = command(project, &["spec", network]);
    command.current_dir(std::env::current_dir().context(|| "find the working directory".into())?);
    let mut text = String::new();
    let ok = run_lines(&mut command, None, |line| text.push_str(line))?;
    if !ok {
        return Err(Failure::new(format!("`{network}` cannot be trained")).with_remedy("cargo xtask describe --list"));
    }
    serde_json::from_str(&text).context(|| format!("understand the specification of {network}"))
}

/// Names of all presets.
pub fn presets(project: &Project) -> Result<Vec<String>> {
    listed(project, true)
}

/// Names of all networks that are not presets for MNIST.
pub fn true_sizes(project: &Project) -> Result<Vec<String>> {
    listed(project, false)
}

fn listed(project: &Project, presets: bool) -> Result<Vec<String>> {
    let mut names = Vec::new();
    let ok = run_lines(&mut command(project, &["list", "--json"]), None, |line| {
        let network: Value = serde_json::from_str(line).unwrap_or_default();
        if network["trains_on_mnist"] == presets {
            names.extend(network["name"].as_str().map(str::to_owned));
        }
    })?;
    if ok { Ok(names) } else { Err(Failure::new("the networks could not be listed")) }
}

/// What `describe --json` prints of a network.
pub fn description(project: &Project, network: &str) -> Result<Value> {
    let mut command = command(project, &["describe", network, "--json"]);
    command.current_dir(std::env::current_dir().context(|| "find the working directory".into())?);
    let mut text = String::new();
    let ok = run_lines(&mut command, None, |line| text.push_str(line))?;
    if !ok {
        return Err(Failure::new(format!("`{network}` cannot be described")));
    }
    serde_json::from_str(&text).context(|| format!("understand the description of {network}"))
}

/// Compiles the native program, so that the time of what follows is its own.
pub fn compile(project: &Project) -> Result<()> {
    let mut cargo = project.command("cargo");
    cargo.args(["build", "--quiet", "--release", "--package", "receptive-native"]);
    crate::process::run(&mut cargo)
}
