//! Programs that come from the crate registry: cargo-nextest, wasm-bindgen-cli, wasm-pack, Trunk.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use super::{installing, present};
use crate::failure::{Failure, Result};
use crate::process::{output_of, run, run_within};
use crate::project::Project;

/// A program and the version of it that the project wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CargoTool {
    package: &'static str,
    programs: &'static [&'static str],
    version: Version,
    accepts: Accepts,
    locked: bool,
    /// Which of its parts are compiled, where not all are needed.
    features: &'static [&'static str],
    why: &'static str,
    usual_time: &'static str,
}

/// A version known when this file was written, or read from Cargo.lock.
type Version = std::borrow::Cow<'static, str>;

/// Which installed versions will do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Accepts {
    /// Only the wanted one.
    Exact,
    /// The wanted one's major and minor number, any patch.
    SameMinor,
    /// The wanted one or newer.
    AtLeast,
}

/// Packs the wasm builds and runs their tests.
pub const WASM_PACK: CargoTool = CargoTool {
    package: "wasm-pack",
    programs: &["wasm-pack"],
    version: Version::Borrowed("0.15.1"),
    accepts: Accepts::AtLeast,
    locked: true,
    features: &[],
    why: "runs the engine's tests in a browser",
    usual_time: "2 min (seconds with cargo binstall)",
};

/// Assembles the page. Not newer: 0.22 needs a newer compiler than `rust-version` in Cargo.toml.
pub const TRUNK: CargoTool = CargoTool {
    package: "trunk",
    programs: &["trunk"],
    version: Version::Borrowed("0.21.14"),
    accepts: Accepts::SameMinor,
    locked: true,
    // Nothing here asks a server whether there is a newer one, and nothing is served over TLS.
    features: &["--no-default-features"],
    why: "assembles dist/",
    usual_time: "4 min (seconds with cargo binstall)",
};

/// Runs the native tests, all in one pool, and says what each took.
pub const NEXTEST: CargoTool = CargoTool {
    package: "cargo-nextest",
    programs: &["cargo-nextest"],
    version: Version::Borrowed("0.9.143"),
    accepts: Accepts::AtLeast,
    locked: true,
    features: &["--no-default-features", "--features", "default-no-update"],
    why: "runs the native tests side by side, with a time limit for each",
    usual_time: "3 min (seconds with cargo binstall)",
};

/// The runner of the wasm tests; must be of exactly the version of the crate in Cargo.lock.
pub fn wasm_bindgen(locked: &BTreeMap<String, String>) -> Result<CargoTool> {
    let version = locked.get("wasm-bindgen").ok_or_else(|| {
        Failure::new("Cargo.lock has no wasm-bindgen, so the version of its command-line tool is unknown")
            .with_remedy("cargo generate-lockfile")
    })?;
    Ok(CargoTool {
        package: "wasm-bindgen-cli",
        programs: &["wasm-bindgen", "wasm-bindgen-test-runner"],
        version: Version::Owned(version.clone()),
        accepts: Accepts::Exact,
        // Its own lock file names a crate version that some registry mirrors lack.
        locked: false,
        features: &[],
        why: "wasm-pack's runner of tests, and the JavaScript side of the engine; must equal the crate's version in Cargo.lock",
        usual_time: "2 min (seconds with cargo binstall)",
    })
}

/// Installs `tool` unless an acceptable version of it is there.
pub fn ensure(project: &Project, tool: &CargoTool) -> Result<()> {
    let before = acceptable_version(project, tool);
    if let Ok(version) = &before {
        present(tool.package, version);
        return Ok(());
    }
    installing(&format!("{} {}", tool.package, tool.version), tool.why, tool.usual_time);
    if let Err(Some(found)) = &before {
        eprintln!("  (found version {found}, which does not do)");
    }
    if output_of(project.command("cargo").args(["binstall", "-V"])).is_some() {
        let mut binstall = project.command("cargo");
        binstall.args(["binstall", "--no-confirm", "--disable-strategies", "compile", "--force", "--version", &tool.version, tool.package]);
        match run_within(&mut binstall, Duration::from_secs(180)) {
            Ok(()) if acceptable_version(project, tool).is_ok() => return Ok(()),
            Ok(()) => eprintln!("  cargo binstall left no {} {}", tool.package, tool.version),
            Err(failure) => eprintln!("  {failure}"),
        }
    }
    let mut install = project.command("cargo");
    install.args(["install", "--quiet", "--force", tool.package, "--version", &tool.version]);
    install.args(tool.features);
    let mut typed = format!("cargo install {} --version {}", tool.package, tool.version);
    if tool.locked {
        install.arg("--locked");
        typed.push_str(" --locked");
    }
    // One folder for all: they share many dependencies, and an interrupted install goes on where it was.
    install.env("CARGO_TARGET_DIR", project.target().join("setup").join("tools"));
    // They run for seconds: optimising them would take longer than all they do.
    for (setting, value) in [("LTO", "off"), ("CODEGEN_UNITS", "16"), ("OPT_LEVEL", "0")] {
        install.env(format!("CARGO_PROFILE_RELEASE_{setting}"), value);
    }
    run(&mut install).map_err(|failure| failure.with_remedy(typed.clone()))?;
    acceptable_version(project, tool).map(|_| ()).map_err(|_| {
        Failure::new(format!("{} was installed, but `{} --version` does not show {}", tool.package, tool.programs[0], tool.version))
            .with_remedy(format!("which {}   (an older one earlier on the PATH?)", tool.programs[0]))
    })
}

/// A tool's first program, where an acceptable version of the tool is installed.
pub fn find(project: &Project, tool: &CargoTool) -> Option<PathBuf> {
    acceptable_version(project, tool).ok()?;
    path_of(project, tool.programs[0])
}

/// `Command` looks programs up on this process's own PATH: cargo's folder is looked through by hand where that lacks it.
fn path_of(project: &Project, program: &str) -> Option<PathBuf> {
    crate::process::find_on_path(program).or_else(|| crate::process::find_in(program, project.extra_folders().into_iter()))
}

/// The installed version if it will do; otherwise what was found instead, if anything.
fn acceptable_version(project: &Project, tool: &CargoTool) -> std::result::Result<String, Option<String>> {
    let mut first = None;
    for program in tool.programs {
        let path = path_of(project, program).ok_or(None)?;
        let found = output_of(project.command(path).arg("--version")).as_deref().and_then(version_in).ok_or(None)?;
        if !accepted(tool.accepts, &found, &tool.version) {
            return Err(Some(found));
        }
        first.get_or_insert(found);
    }
    first.ok_or(None)
}

/// The first word that looks like a version: `trunk 0.21.14`, `wasm-bindgen 0.2.130 (abc)`.
fn version_in(text: &str) -> Option<String> {
    text.split_whitespace()
        .map(|word| word.trim_start_matches('v'))
        .find(|word| word.starts_with(|first: char| first.is_ascii_digit()) && word.contains('.'))
        .map(str::to_owned)
}

fn numbers(version: &str) -> Vec<u64> {
    version.split(['-', '+']).next().unwrap_or_default().split('.').map(|part| part.parse().unwrap_or(0)).collect()
}

fn accepted(accepts: Accepts, found: &str, wanted: &str) -> bool {
    match accepts {
        Accepts::Exact => found == wanted,
        Accepts::SameMinor => numbers(found).get(..2) == numbers(wanted).get(..2) && numbers(found).len() == 3,
        Accepts::AtLeast => numbers(found) >= numbers(wanted),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_versions() {
        assert_eq!(version_in("wasm-bindgen 0.2.130").as_deref(), Some("0.2.130"));
        assert_eq!(version_in("trunk 0.21.14-alpha (x)").as_deref(), Some("0.21.14-alpha"));
        assert_eq!(version_in("v20.20.2").as_deref(), Some("20.20.2"));
        assert_eq!(version_in("no version"), None);
    }

    #[test]
    fn accepts_versions() {
        assert!(accepted(Accepts::Exact, "0.2.130", "0.2.130"));
        assert!(!accepted(Accepts::Exact, "0.2.131", "0.2.130"));
        assert!(accepted(Accepts::SameMinor, "0.21.9", "0.21.14"));
        assert!(!accepted(Accepts::SameMinor, "0.22.1", "0.21.14"));
        assert!(accepted(Accepts::AtLeast, "0.15.10", "0.15.2"));
        assert!(!accepted(Accepts::AtLeast, "0.13.1", "0.15.1"));
    }

    #[test]
    fn wants_the_locked_wasm_bindgen() {
        let locked = BTreeMap::from([("wasm-bindgen".to_owned(), "0.2.999".to_owned())]);
        assert_eq!(wasm_bindgen(&locked).unwrap().version, "0.2.999");
        assert!(wasm_bindgen(&BTreeMap::new()).is_err());
    }
}
