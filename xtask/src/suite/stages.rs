//! The stages of the suite, cheapest first.

use std::path::PathBuf;
use std::process::Command;

use super::Stage;
use crate::args::Conformance;
use crate::build::{self, wasm::Flavour};
use crate::conformance;
use crate::counts::{self, Counts};
use crate::failure::{Context, Failure, Result};
use crate::process::{find_on_path, run_lines, shown};
use crate::project::Project;

/// Everything CI runs.
pub const STAGES: &[Stage] = &[
    Stage { name: "rustfmt", has_tests: false, run: format },
    Stage { name: "types of the page's scripts", has_tests: false, run: types },
    Stage { name: "clippy", has_tests: false, run: clippy_native },
    Stage { name: "clippy, wasm32", has_tests: false, run: clippy_wasm },
    Stage { name: "tests, native", has_tests: true, run: tests_native },
    Stage { name: "documentation", has_tests: false, run: documentation },
    Stage { name: "tests of the page's scripts", has_tests: true, run: tests_node },
    Stage { name: "build and sizes", has_tests: false, run: build_and_sizes },
    Stage { name: "conformance", has_tests: true, run: conformance_all },
    Stage { name: "tests of the page in a browser", has_tests: true, run: tests_browser },
    Stage { name: "tests, wasm simd128", has_tests: true, run: |project| tests_wasm(project, Flavour::Simd128) },
    Stage { name: "tests, wasm relaxed-simd", has_tests: true, run: |project| tests_wasm(project, Flavour::RelaxedSimd) },
];

/// Runs a program, passes its output on, and counts the tests it reports.
fn counted(command: &mut Command) -> Result<Counts> {
    println!("  $ {}", shown(command));
    let mut counts = Counts::default();
    let ended_well = run_lines(command, None, |line| {
        println!("{line}");
        if let Some(more) = counts::in_line(line) {
            counts += more;
        }
    })?;
    if !ended_well && counts.failed == 0 {
        // A test binary that does not compile or that crashed: its tests are not among the counts.
        if counts.total() == 0 {
            return Err(Failure::new(format!("`{}` failed", shown(command))));
        }
        counts.failed = 1;
    }
    Ok(counts)
}

fn checked(command: &mut Command) -> Result<Counts> {
    crate::process::run(command).map(|()| Counts::default())
}

fn format(project: &mut Project) -> Result<Counts> {
    let mut cargo = project.command("cargo");
    if let Some(toolchain) = &project.fmt_toolchain {
        cargo.env("RUSTUP_TOOLCHAIN", toolchain);
    }
    // rustfmt does not see modules that a macro declares: it is told their files.
    let declared = declared_by_macro(project)?;
    checked(cargo.args(["fmt", "--all", "--check", "--"]).args(declared))
}

/// The files of the operators, and of their finite differences; what these declare themselves is found from there.
fn declared_by_macro(project: &Project) -> Result<Vec<PathBuf>> {
    let list = |folder: &str| -> Result<Vec<PathBuf>> {
        let folder = project.root.join(folder);
        let entries = folder.read_dir().context(|| format!("list {}", folder.display()))?;
        Ok(entries.flatten().map(|entry| entry.path()).collect())
    };
    let operators = list("src/ops")?.into_iter().map(|path| path.join("mod.rs")).filter(|path| path.is_file());
    let differences = list("tests/native/gradcheck")?.into_iter().filter(|path| path.extension().is_some_and(|extension| extension == "rs"));
    Ok(operators.chain(differences).collect())
}

fn types(project: &mut Project) -> Result<Counts> {
    build::type_check(project).map(|()| Counts::default())
}

fn clippy_native(project: &mut Project) -> Result<Counts> {
    checked(project.command("cargo").args(["clippy", "--workspace", "--all-targets", "--features", "harness", "--", "--deny", "warnings"]))
}

/// With the harness, and as the page has it: code that only the harness calls would otherwise be noticed in no other build.
fn clippy_wasm(project: &mut Project) -> Result<Counts> {
    for features in [&["--lib", "--tests", "--features", "harness"][..], &["--no-default-features"]] {
        let mut cargo = project.command("cargo");
        cargo.args(["clippy", "--package", "receptive", "--target", "wasm32-unknown-unknown"]).args(features);
        checked(cargo.args(["--", "--deny", "warnings"]))?;
    }
    Ok(Counts::default())
}

fn tests_native(project: &mut Project) -> Result<Counts> {
    counted(project.command("cargo").args(["test", "--workspace", "--features", "harness", "--no-fail-fast"]))
}

fn documentation(project: &mut Project) -> Result<Counts> {
    let mut cargo = project.command("cargo");
    cargo.args(["doc", "--quiet", "--workspace", "--no-deps", "--features", "harness"]);
    checked(cargo.env("RUSTDOCFLAGS", "--deny warnings"))
}

fn npm(project: &Project, script: &str) -> Result<Command> {
    let npm = find_on_path("npm").ok_or_else(|| Failure::new("no npm on the PATH").with_remedy("cargo xtask setup"))?;
    let mut command = project.command(npm);
    command.current_dir(project.www()).args(["run", "--silent", script]);
    Ok(command)
}

fn tests_node(project: &mut Project) -> Result<Counts> {
    counted(&mut npm(project, "test:unit")?)
}

fn build_and_sizes(project: &mut Project) -> Result<Counts> {
    build::build(project).map(|()| Counts::default())
}

fn conformance_all(project: &mut Project) -> Result<Counts> {
    let backends = ["scalar", "simd", "webgpu"].map(str::to_owned).to_vec();
    // The suite ends in one plain line of counts: these must not look like it.
    conformance::run(project, &Conformance { fixtures: project.root.join("tests/fixtures"), backends, only: None }, "conformance ")
}

fn tests_browser(project: &mut Project) -> Result<Counts> {
    counted(&mut npm(project, "test:browser")?)
}

fn tests_wasm(project: &mut Project, flavour: Flavour) -> Result<Counts> {
    let mut wasm_pack = project.command("wasm-pack");
    wasm_pack.args(["test", "--headless", "--chrome"]);
    if let Some(chromedriver) = &project.chromedriver {
        wasm_pack.arg("--chromedriver").arg(chromedriver);
    }
    wasm_pack.env("RUSTFLAGS", flavour.rust_flags()).env_remove("CARGO_ENCODED_RUSTFLAGS");
    wasm_pack.env("CARGO_TARGET_DIR", flavour.cargo_target(project));
    counted(&mut wasm_pack)
}
