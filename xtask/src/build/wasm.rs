//! One WebAssembly build: cargo, wasm-bindgen, then wasm-opt.

use std::path::{Path, PathBuf};
use std::process::Command;

use sha2::{Digest, Sha256};

use crate::failure::{Context, Failure, Result};
use crate::lints::{self, Warnings};
use crate::process::run;
use crate::project::Project;
use crate::setup;

const TARGET: &str = "wasm32-unknown-unknown";

/// Which SIMD instructions a build uses. A browser gets the one it can run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flavour {
    /// Fixed-width SIMD.
    Simd128,
    /// Fixed-width and relaxed SIMD (fused multiply-add).
    RelaxedSimd,
}

/// Who loads a build, which decides what is in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// The trainer: nothing that it does not use.
    Page,
    /// The page `check/`, `conformance` and `bench`: the scalar kernels too, the comparison, the reference cases and the jobs.
    Check,
}

/// What happens to a build once it is compiled. All are compiled alike: one unit, fat LTO.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Finish {
    /// wasm-opt, as it is published.
    Optimised,
    /// Nothing, for a first page: half a minute less.
    AsCompiled,
}

/// One of the builds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WasmBuild {
    /// Its SIMD instructions.
    pub flavour: Flavour,
    /// Who loads it.
    pub purpose: Purpose,
    /// What happens to it once it is compiled.
    pub finish: Finish,
}

impl Flavour {
    /// Both, the baseline first: the other lies in a folder inside its package.
    pub const ALL: [Self; 2] = [Self::Simd128, Self::RelaxedSimd];

    /// The name used in options, in reports and by the engine.
    pub fn name(self) -> &'static str {
        match self {
            Self::Simd128 => "simd128",
            Self::RelaxedSimd => "relaxed_simd",
        }
    }

    /// The compiler flags. They replace those of `.cargo/config.toml`.
    pub fn rust_flags(self) -> &'static str {
        match self {
            Self::Simd128 => {
                "-Ctarget-feature=+simd128 -Cllvm-args=-pre-RA-sched=source -Cllvm-args=-inline-threshold=60 -Cllvm-args=-inlinehint-threshold=60"
            }
            Self::RelaxedSimd => {
                "-Ctarget-feature=+simd128,+relaxed-simd -Cllvm-args=-pre-RA-sched=source -Cllvm-args=-inline-threshold=60 -Cllvm-args=-inlinehint-threshold=60"
            }
        }
    }

    /// A folder of its own for cargo: a change of flags would otherwise compile everything anew each time.
    pub fn cargo_target(self, project: &Project) -> PathBuf {
        match self {
            Self::Simd128 => project.target(),
            Self::RelaxedSimd => project.target().join("relaxed_simd"),
        }
    }
}

impl Purpose {
    /// The crate's feature that has what is needed.
    fn feature(self) -> Option<&'static str> {
        match self {
            Self::Page => None,
            Self::Check => Some("harness"),
        }
    }
}

impl WasmBuild {
    /// Where the package of this build is.
    pub fn folder(self, project: &Project) -> PathBuf {
        let base = match (self.purpose, self.finish) {
            (Purpose::Page, Finish::Optimised) => project.root.join("pkg"),
            (Purpose::Page, Finish::AsCompiled) => project.target().join("first-page").join("pkg"),
            (Purpose::Check, _) => return project.target().join("check").join(self.flavour.name()),
        };
        match self.flavour {
            Flavour::Simd128 => base,
            Flavour::RelaxedSimd => base.join("relaxed"),
        }
    }
}

/// Compiles, writes the JavaScript side, optimises.
pub fn build(project: &Project, build: WasmBuild, warnings: Warnings) -> Result<()> {
    let folder = build.folder(project);
    let target = build.flavour.cargo_target(project);
    let mut cargo = project.command("cargo");
    // Two builds go on at a time, and their progress bars would overwrite each other.
    cargo.args(["build", "--quiet", "--package", "receptive", "--lib", "--target", TARGET, "--no-default-features", "--release"]);
    if let Some(feature) = build.purpose.feature() {
        cargo.args(["--features", feature]);
    }
    cargo.env("RUSTFLAGS", build.flavour.rust_flags()).env_remove("CARGO_ENCODED_RUSTFLAGS");
    cargo.env("CARGO_TARGET_DIR", &target);
    lints::run(&mut cargo, warnings)?;
    std::fs::create_dir_all(&folder).context(|| format!("create {}", folder.display()))?;
    let compiled = target.join(TARGET).join("release").join("receptive.wasm");
    run(&mut bindgen(project, &compiled, &folder)?)?;
    // The others have the shaders' texts in the wasm.
    if build.purpose == Purpose::Page {
        run(project.node("tools/shaders.mjs").arg(&folder))?;
    }
    match build.finish {
        Finish::Optimised => optimise(project, &folder.join("receptive_bg.wasm"), build.flavour),
        Finish::AsCompiled => Ok(()),
    }
}

/// Writes the JavaScript side: wasm-bindgen's command where the right one is installed, as `wasm-pack test` needs it; else a small program of the workspace
/// with the library of that command, which compiles in a minute, the command in several. Both write the same files.
fn bindgen(project: &Project, compiled: &Path, folder: &Path) -> Result<Command> {
    if let Some(program) = setup::wasm_bindgen(project)? {
        let mut command = project.command(program);
        command.args(["--target", "web", "--out-name", "receptive", "--out-dir"]).arg(folder).arg(compiled);
        Ok(command)
    } else {
        let mut command = project.command("cargo");
        command.args(["run", "--quiet", "--package", "receptive-bindgen", "--"]).arg(compiled).arg(folder);
        Ok(command)
    }
}

/// Runs wasm-opt in place. Its results are kept by the hash of what went in: it takes longer than a compilation without changes.
fn optimise(project: &Project, file: &Path, flavour: Flavour) -> Result<()> {
    // What rustc uses by default, and the SIMD of the flavour.
    let mut options = vec![
        "-O3",
        // Functions with small numbers where they are called most: 3 kB of the package.
        "--reorder-functions",
        // What is worth copying into its callers LLVM has copied: 3 kB of the package.
        "--one-caller-inline-max-function-size=200",
        "--flexible-inline-max-function-size=2",
        "--enable-bulk-memory",
        "--enable-bulk-memory-opt",
        "--enable-call-indirect-overlong",
        "--enable-multivalue",
        "--enable-mutable-globals",
        "--enable-nontrapping-float-to-int",
        "--enable-reference-types",
        "--enable-sign-ext",
        "--enable-simd",
    ];
    if flavour == Flavour::RelaxedSimd {
        options.push("--enable-relaxed-simd");
    }
    let input = std::fs::read(file).context(|| format!("read {}", file.display()))?;
    let mut hash = Sha256::new();
    hash.update(&input);
    hash.update(options.join(" "));
    let cache = project.target().join("wasm-opt");
    let kept = cache.join(format!("{}.wasm", crate::data::hex(&hash.finalize())));
    if !kept.exists() {
        std::fs::create_dir_all(&cache).context(|| format!("create {}", cache.display()))?;
        let unfinished = kept.with_extension("unfinished");
        run(project.node("node_modules/binaryen/bin/wasm-opt").args(&options).arg(file).arg("-o").arg(&unfinished))?;
        std::fs::rename(&unfinished, &kept).context(|| format!("rename {}", unfinished.display()))?;
    }
    let size = std::fs::copy(&kept, file).context(|| format!("write {}", file.display()))?;
    if size == 0 { Err(Failure::new(format!("{} is empty", kept.display())).with_remedy("cargo clean")) } else { Ok(()) }
}
