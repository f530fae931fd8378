//! The page that `cargo xtask serve` shows: the same scripts, styles, data and engine as in `dist/`, made with less work.
//!
//! wasm-opt, the page `check/`, the type check and the sizes are left out. Trunk is too: it copies `index.html`, which names nothing that Trunk would process,
//! and runs `www/tools/assemble.mjs`, as is done here (docs/decisions/0023).

use std::path::PathBuf;

use super::both_flavours;
use super::wasm::{self, Finish, Purpose, WasmBuild};
use crate::data;
use crate::failure::{Context, Result};
use crate::lints::Warnings;
use crate::process::run;
use crate::project::Project;

const STEPS: usize = 3;

/// Builds the page and returns its folder.
pub fn first_page(project: &Project) -> Result<PathBuf> {
    step(1, "the images, checked and packed", "10 s the first time");
    data::pack(project)?;
    step(
        2,
        "the engine, in two builds: with relaxed SIMD for most browsers, without it for Safari",
        "3 min the first time, 1 min after a change of it",
    );
    both_flavours(|flavour| {
        wasm::build(project, WasmBuild { flavour, purpose: Purpose::Page, finish: Finish::AsCompiled }, Warnings::Shown)
    })?;
    step(3, "the page: scripts, styles and texts", "10 s");
    let base = project.target().join("first-page");
    let site = base.join("site");
    std::fs::create_dir_all(&site).context(|| format!("create {}", site.display()))?;
    let index = project.www().join("index.html");
    std::fs::copy(&index, site.join("index.html")).context(|| format!("copy {}", index.display()))?;
    run(project.node("tools/assemble.mjs").env("TRUNK_STAGING_DIR", &site).env("RECEPTIVE_FIRST_PAGE", base.join("pkg")))?;
    Ok(site)
}

/// What is done, how far that is, and what it usually takes on two cores.
fn step(number: usize, what: &str, usual_time: &str) {
    eprintln!("[{number}/{STEPS}] {what}; usually {usual_time}");
}
