//! Debian's packages, where the standard way does not work or does not exist.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};

use super::rust::has_libcore;
use crate::failure::{Context, Failure, Result};
use crate::process::{find_on_path, output_of, run};
use crate::project::Project;

/// Debian's newer Rust (the one its browsers are built with), its sources, its clippy, and the linker that knows wasm.
const RUST_PACKAGES: [&str; 5] = ["rustc-web", "cargo-web", "rust-web-src", "rust-web-clippy", "lld-19"];
const WASM_LIBRARIES: &str = "/usr/lib/rustlib/wasm32-unknown-unknown/lib";

/// Whether this is a Debian-like system with apt-get.
pub fn is_debian() -> bool {
    Path::new("/etc/debian_version").exists() && find_on_path("apt-get").is_some()
}

/// Whether packages can be installed without asking anybody.
pub fn is_root() -> bool {
    output_of(Command::new("id").arg("-u")).is_some_and(|id| id == "0")
}

/// Installs packages, after fetching the package lists once a run.
pub fn install(project: &Project, packages: &[&str]) -> Result<()> {
    static LISTS_FETCHED: AtomicBool = AtomicBool::new(false);
    let remedy = format!("apt-get update && apt-get install -y --no-install-recommends {}   (as root)", packages.join(" "));
    if !LISTS_FETCHED.swap(true, Ordering::Relaxed)
        && let Err(failure) = run(as_root(project, "apt-get").args(["update", "-q"]))
    {
        // One unreachable source fails `update` though the lists that matter may be there: let the install decide.
        eprintln!("  {failure}");
    }
    let mut command = as_root(project, "apt-get");
    command.args(["install", "-y", "-q", "--no-install-recommends"]).args(packages);
    run(&mut command).map_err(|failure| failure.with_remedy(remedy))
}

/// Installs Debian's Rust into /usr and gives it a wasm32 standard library, built from Debian's sources.
pub fn install_rust(project: &Project) -> Result<()> {
    if !Path::new("/usr/bin/rustc").exists() || !Path::new("/usr/bin/lld-19").exists() || !has_sources() {
        install(project, &RUST_PACKAGES)?;
    }
    if !has_libcore(Path::new(WASM_LIBRARIES)) {
        let libraries = build_std(project)?;
        run(as_root(project, "mkdir").args(["-p", WASM_LIBRARIES]))?;
        run_quietly(as_root(project, "cp").args(&libraries).arg(WASM_LIBRARIES))?;
    }
    link_linker(project)
}

fn has_sources() -> bool {
    Path::new("/usr/lib/rustlib/src/rust/library/std/Cargo.toml").exists()
}

/// Compiles std for wasm32 in an empty package; returns the libraries to copy.
fn build_std(project: &Project) -> Result<Vec<PathBuf>> {
    let folder = project.target().join("setup").join("wasm32-std");
    std::fs::create_dir_all(folder.join("src")).context(|| format!("create {}", folder.display()))?;
    let manifest = "[package]\nname = \"std-for-wasm32\"\nversion = \"0.0.0\"\nedition = \"2021\"\n\n[profile.release]\npanic = \"abort\"\n\n[workspace]\n";
    for (name, text) in [("Cargo.toml", manifest), ("src/lib.rs", "#![no_std]\n")] {
        std::fs::write(folder.join(name), text).context(|| format!("write {name} of an empty package"))?;
    }
    let target = folder.join("target");
    let path = std::env::var_os("PATH").unwrap_or_default();
    let path = crate::process::prepend_path(&[PathBuf::from("/usr/bin")], Some(&path))
        .ok_or_else(|| Failure::new("the PATH cannot be extended"))?;
    let mut cargo = project.command("/usr/bin/cargo");
    cargo
        .current_dir(&folder)
        .args(["build", "--release", "--target", "wasm32-unknown-unknown", "-Z", "build-std=std,panic_abort,test,proc_macro"])
        .env("PATH", path)
        .env("CARGO_TARGET_DIR", &target)
        .env("RUSTC", "/usr/bin/rustc")
        // build-std is a nightly feature; Debian's compiler is as its sources expect, so this switch is safe here.
        .env("RUSTC_BOOTSTRAP", "1")
        // Without bitcode a fat-LTO test build fails with "failed to get bitcode".
        .env("RUSTFLAGS", "-Cembed-bitcode=yes")
        .env_remove("RUSTUP_TOOLCHAIN");
    run(&mut cargo)?;
    let deps = target.join("wasm32-unknown-unknown/release/deps");
    let entries = std::fs::read_dir(&deps).context(|| format!("read {}", deps.display()))?;
    let libraries: Vec<PathBuf> = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "rlib" || extension == "rmeta"))
        .filter(|path| !path.to_string_lossy().contains("std_for_wasm32"))
        .collect();
    if libraries.is_empty() {
        return Err(Failure::new(format!("building std left no libraries in {}", deps.display())));
    }
    Ok(libraries)
}

/// rustc looks for its wasm linker under the name rust-lld in its own folder.
fn link_linker(project: &Project) -> Result<()> {
    let described = output_of(Command::new("/usr/bin/rustc").arg("-vV").env_remove("RUSTUP_TOOLCHAIN")).unwrap_or_default();
    let host = described.lines().find_map(|line| line.strip_prefix("host: ")).unwrap_or("x86_64-unknown-linux-gnu");
    let folder = format!("/usr/lib/rustlib/{host}/bin");
    let linker = format!("{folder}/rust-lld");
    if Path::new(&linker).exists() {
        return Ok(());
    }
    run(as_root(project, "mkdir").args(["-p", &folder]))?;
    run(as_root(project, "ln").args(["-sf", "/usr/bin/lld-19", &linker]))
}

/// The command itself for root, through sudo for others.
fn as_root(project: &Project, program: &str) -> Command {
    let mut command = if is_root() {
        project.command(program)
    } else {
        let mut command = project.command("sudo");
        command.arg(program);
        command
    };
    command.env("DEBIAN_FRONTEND", "noninteractive");
    command
}

/// Like `run`, without the hundred file names in the echo.
fn run_quietly(command: &mut Command) -> Result<()> {
    let program = command.get_program().to_string_lossy().into_owned();
    let status = command.status().context(|| format!("start `{program}`"))?;
    if status.success() { Ok(()) } else { Err(Failure::new(format!("`{program}` ended with {status}"))) }
}
