//! A Rust toolchain with the wasm32 standard library.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use super::{debian, installing, present};
use crate::failure::{Failure, Result};
use crate::process::{find_on_path, output_of, run, run_within};
use crate::project::Project;

const TARGET: &str = "wasm32-unknown-unknown";
/// The name under which the Debian fallback links its toolchain in rustup.
pub const LINKED: &str = "system";
/// `rustup target add` is a download of about 20 MB; without a network it must not hold up the fallback.
const RUSTUP_LIMIT: Duration = Duration::from_secs(180);

/// Finds or installs the wasm32 standard library; `project.toolchain` says afterwards which toolchain has it.
pub fn wasm_std(project: &mut Project) -> Result<()> {
    let what = "wasm32 standard library";
    if has_wasm_std(project) {
        present(what, &version(project));
        return Ok(());
    }
    let rustup = find_on_path("rustup").is_some();
    if rustup && is_linked() {
        // An earlier fallback left its toolchain here, for this or for another checkout.
        let linked = Project { toolchain: Some(LINKED.into()), ..project.clone() };
        if has_wasm_std(&linked) {
            *project = linked;
            present(what, &version(project));
            return use_linked_toolchain(project);
        }
    }
    installing(what, "the engine is compiled to WebAssembly", "a few seconds");
    if rustup {
        let mut add = project.command("rustup");
        // Without a network, rustup's error is one line when it is not asked for a backtrace.
        add.args(["target", "add", TARGET]).env("RUST_BACKTRACE", "0");
        match run_within(&mut add, RUSTUP_LIMIT) {
            Ok(()) if has_wasm_std(project) => return Ok(()),
            Ok(()) => eprintln!("  rustup says it is there, but rustc finds no libcore for {TARGET}"),
            Err(failure) => eprintln!("  {failure}"),
        }
    }
    if !debian::is_debian() {
        let remedy = if rustup {
            format!("rustup target add {TARGET}")
        } else {
            "install rustup from https://rustup.rs, then repeat this command".into()
        };
        return Err(Failure::new(format!("this Rust has no standard library for {TARGET}")).with_remedy(remedy));
    }
    installing(what, "rustup could not fetch it, so Debian's newer Rust comes with its sources and std is built from them", "3 min");
    debian::install_rust(project)?;
    if !rustup {
        // Without rustup, `cargo` on the PATH is whatever the system has: the one just installed.
        return if has_wasm_std(project) { Ok(()) } else { Err(Failure::new(format!("rustc on the PATH still lacks {TARGET}"))) };
    }
    if !is_linked() {
        run(project.command("rustup").args(["toolchain", "link", LINKED, "/usr"]))?;
    }
    project.toolchain = Some(LINKED.into());
    if !has_wasm_std(project) {
        return Err(Failure::new(format!("the toolchain in /usr was set up, but still lacks libcore for {TARGET}")));
    }
    use_linked_toolchain(project)
}

/// Makes the linked toolchain rustup's choice for the project folder, so that a plain `wasm-pack test` uses it too.
fn use_linked_toolchain(project: &Project) -> Result<()> {
    let root = project.root.to_string_lossy().into_owned();
    let overrides = output_of(project.command("rustup").args(["override", "list"])).unwrap_or_default();
    if overrides.lines().any(|line| line.split_whitespace().collect::<Vec<_>>() == [root.as_str(), LINKED]) {
        return Ok(());
    }
    eprintln!("  rustup's toolchain for this folder becomes `{LINKED}` (undo: rustup override unset)");
    run(project.command("rustup").args(["override", "set", LINKED, "--path"]).arg(&project.root))
}

fn is_linked() -> bool {
    output_of(Command::new("rustup").args(["toolchain", "list"]))
        .is_some_and(|list| list.lines().any(|line| line.split_whitespace().next() == Some(LINKED)))
}

fn version(project: &Project) -> String {
    let version = output_of(project.command("rustc").arg("--version")).unwrap_or_else(|| "rustc".into());
    match &project.toolchain {
        Some(toolchain) => format!("{version}, toolchain `{toolchain}`"),
        None => version,
    }
}

/// Whether the project's rustc has a compiled libcore for wasm32.
fn has_wasm_std(project: &Project) -> bool {
    output_of(project.command("rustc").args(["--print", "target-libdir", "--target", TARGET]))
        .is_some_and(|folder| has_libcore(&PathBuf::from(folder)))
}

/// Whether a folder of compiled libraries has libcore.
pub fn has_libcore(folder: &Path) -> bool {
    let Ok(entries) = std::fs::read_dir(folder) else { return false };
    entries.flatten().any(|entry| {
        let name = entry.file_name().to_string_lossy().into_owned();
        name.starts_with("libcore-") && name.ends_with(".rlib")
    })
}
