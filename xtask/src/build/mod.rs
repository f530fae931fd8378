//! `cargo xtask build`: WebAssembly builds, type check, data, and Trunk to assemble `dist/`; and the first page of `cargo xtask serve`.

mod first_page;
mod package;
mod sizes;
pub mod wasm;

pub use first_page::first_page;

use crate::data;
use crate::failure::{Failure, Result};
use crate::lints::Warnings;
use crate::process::run;
use crate::project::Project;
use wasm::{Finish, Flavour, Purpose, WasmBuild};

/// Builds `dist/` and checks its sizes.
pub fn build(project: &Project, warnings: Warnings) -> Result<()> {
    eprintln!("Build");
    data::pack(project)?;
    type_check(project)?;
    both_flavours(|flavour| {
        for purpose in [Purpose::Page, Purpose::Check] {
            wasm::build(project, WasmBuild { flavour, purpose, finish: Finish::Optimised }, warnings)?;
        }
        Ok(())
    })?;
    package::complete(project, &project.root.join("pkg"))?;
    run(project
        .command("trunk")
        .args(["build", "--offline", "--color", "never"])
        .env_remove("NO_COLOR")
        .env("TRUNK_SKIP_VERSION_CHECK", "true"))?;
    sizes::check(project)
}

/// Does something for both flavours at the same time: link-time optimisation uses one core for most of it, and each flavour has a target folder of its own.
fn both_flavours(make: impl Fn(Flavour) -> Result<()> + Sync) -> Result<()> {
    let make = &make;
    std::thread::scope(|scope| {
        let threads = Flavour::ALL.map(|flavour| scope.spawn(move || make(flavour)));
        threads.into_iter().try_for_each(|thread| thread.join().unwrap_or_else(|_| Err(Failure::new("a build panicked"))))
    })
}

/// Checks the types of the page's scripts.
pub fn type_check(project: &Project) -> Result<()> {
    run(project.node("node_modules/typescript/bin/tsc").args(["--noEmit", "--project", "tsconfig.json"]))
}
