//! The page that `cargo xtask serve` shows: the same scripts, styles, data and engine as in `dist/`, made in a fraction of the time.
//!
//! The engine is compiled without link-time optimisation, and wasm-opt, the page `check/`, the type check and the sizes are left out. Trunk is too: it copies
//! `index.html`, which names nothing that Trunk would process, and runs `www/tools/assemble.mjs`, as is done here (docs/decisions/0023).

use std::path::PathBuf;

use super::wasm::{self, Effort, Flavour, Purpose, WasmBuild};
use crate::data;
use crate::failure::{Context, Result};
use crate::process::run;
use crate::project::Project;

const STEPS: usize = 4;

/// Builds the page and returns its folder.
pub fn first_page(project: &Project) -> Result<PathBuf> {
    step(1, "the images, checked and packed", "10 s the first time");
    data::pack(project)?;
    for (step_number, flavour, why) in
        [(2, Flavour::RelaxedSimd, "most browsers run this one"), (3, Flavour::Simd128, "Safari runs this one")]
    {
        step(step_number, &format!("the engine, {}: {why}", flavour.name()), "2 min the first time, 30 s after a change of the engine");
        wasm::build(project, WasmBuild { flavour, purpose: Purpose::Page, effort: Effort::Fast })?;
    }
    step(4, "the page: scripts, styles and texts", "10 s");
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
