//! One WebAssembly build: cargo, wasm-bindgen's library, then wasm-opt.

use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::failure::{Context, Failure, Result};
use crate::process::run;
use crate::project::Project;

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
    /// The page `check/`: the scalar kernels, which it compares with, and the comparison.
    Check,
    /// `conformance` and `bench`: all that they need.
    Harness,
}

/// How long a build may take for what comes out of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effort {
    /// As it is published: one unit, fat LTO, wasm-opt.
    Full,
    /// In a fraction of the time, for a first page and for proofs of results: the profile `fast-build` of Cargo.toml, without wasm-opt.
    Fast,
}

/// One of the builds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WasmBuild {
    /// Its SIMD instructions.
    pub flavour: Flavour,
    /// Who loads it.
    pub purpose: Purpose,
    /// How it is compiled.
    pub effort: Effort,
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
            Self::Check => Some("check"),
            Self::Harness => Some("harness"),
        }
    }
}

impl Effort {
    /// Cargo's profile, and the folder of its output.
    fn profile(self) -> &'static str {
        match self {
            Self::Full => "release",
            Self::Fast => "fast-build",
        }
    }
}

impl WasmBuild {
    /// Where the package of this build is.
    pub fn folder(self, project: &Project) -> PathBuf {
        let base = match (self.purpose, self.effort) {
            (Purpose::Page, Effort::Full) => project.root.join("pkg"),
            (Purpose::Page, Effort::Fast) => project.target().join("first-page").join("pkg"),
            (Purpose::Check, _) => return project.target().join("check").join(self.flavour.name()),
            (Purpose::Harness, Effort::Full) => return project.target().join("harness").join(self.flavour.name()),
            (Purpose::Harness, Effort::Fast) => return project.target().join("harness-fast").join(self.flavour.name()),
        };
        match self.flavour {
            Flavour::Simd128 => base,
            Flavour::RelaxedSimd => base.join("relaxed"),
        }
    }
}

/// Compiles, writes the JavaScript side, optimises.
pub fn build(project: &Project, build: WasmBuild) -> Result<()> {
    let folder = build.folder(project);
    let target = build.flavour.cargo_target(project);
    let mut cargo = project.command("cargo");
    // Two full builds go on at a time, and their progress bars would overwrite each other.
    let quiet: &[&str] = if build.effort == Effort::Full { &["--quiet"] } else { &[] };
    cargo.arg("build").args(quiet).args(["--package", "receptive", "--lib", "--target", TARGET, "--no-default-features"]);
    cargo.args(["--profile", build.effort.profile()]);
    if let Some(feature) = build.purpose.feature() {
        cargo.args(["--features", feature]);
    }
    cargo.env("RUSTFLAGS", build.flavour.rust_flags()).env_remove("CARGO_ENCODED_RUSTFLAGS");
    cargo.env("CARGO_TARGET_DIR", &target);
    run(&mut cargo)?;
    std::fs::create_dir_all(&folder).context(|| format!("create {}", folder.display()))?;
    let mut bindgen = project.command("cargo");
    bindgen.arg("run").args(quiet).args(["--package", "receptive-bindgen", "--"]);
    bindgen.arg(target.join(TARGET).join(build.effort.profile()).join("receptive.wasm")).arg(&folder);
    run(&mut bindgen)?;
    // The others have the shaders' texts in the wasm.
    if build.purpose == Purpose::Page {
        run(project.node("tools/shaders.mjs").arg(&folder))?;
    }
    match build.effort {
        Effort::Full => optimise(project, &folder.join("receptive_bg.wasm"), build.flavour),
        Effort::Fast => Ok(()),
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
