//! `cargo xtask build`: WebAssembly builds, type check, data, and Trunk to assemble `dist/`.

mod sizes;
pub mod wasm;

use crate::data;
use crate::failure::Result;
use crate::process::run;
use crate::project::Project;
use wasm::{Flavour, Purpose, WasmBuild};

/// Builds `dist/` and checks its sizes.
pub fn build(project: &Project) -> Result<()> {
    eprintln!("Build");
    data::pack(project)?;
    type_check(project)?;
    for purpose in [Purpose::Page, Purpose::Check] {
        for flavour in Flavour::ALL {
            wasm::build(project, WasmBuild { flavour, purpose })?;
        }
    }
    run(project
        .command("trunk")
        .args(["build", "--offline", "--color", "never"])
        .env_remove("NO_COLOR")
        .env("TRUNK_SKIP_VERSION_CHECK", "true"))?;
    sizes::check(project)
}

/// Checks the types of the page's scripts.
pub fn type_check(project: &Project) -> Result<()> {
    run(project.node("node_modules/typescript/bin/tsc").args(["--noEmit", "--project", "tsconfig.json"]))
}
