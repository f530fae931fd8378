//! The stages of the suite, cheapest first.

use std::path::PathBuf;
use std::process::Command;

use super::times::{Reader, TestTime};
use crate::args::Conformance;
use crate::build::{self, wasm::Flavour};
use crate::conformance;
use crate::counts::{self, Counts};
use crate::failure::{Context, Failure, Result};
use crate::lints::{self, Warnings};
use crate::process::{find_on_path, run_all_lines, shown};
use crate::project::Project;
use crate::setup::{self, Tool};

/// In which runs of the suite a stage takes part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// In all of them, also `--quick`.
    Quick,
    /// Whenever nothing else is asked.
    Usual,
    /// With `--all` only. The reason stands beside the stage.
    All,
}

/// One step of the suite.
#[derive(Debug, Clone, Copy)]
pub struct Stage {
    /// As `--only` names it.
    pub name: &'static str,
    /// What it proves.
    pub about: &'static str,
    pub when: When,
    /// Whether it runs tests. One that does and finds none has failed.
    pub has_tests: bool,
    /// It is ended after so many minutes: several times what it takes on two busy cores.
    pub minutes: u64,
    /// What it needs on the machine.
    pub tools: &'static [Tool],
    /// Stages that have to end first.
    pub after: &'static [&'static str],
    /// Does it, and notes each test.
    pub run: fn(&mut Project, &mut Vec<TestTime>) -> Result<Counts>,
}

/// A stage that has nothing special.
const PLAIN: Stage = Stage {
    name: "",
    about: "",
    when: When::Usual,
    has_tests: false,
    minutes: 10,
    tools: &[],
    after: &[],
    run: |_, _| Ok(Counts::default()),
};

/// Everything, in the order in which they begin. Some stages use one folder of cargo's, which only one cargo at a time can write: each waits for the one
/// before.
pub const STAGES: &[Stage] = &[
    Stage { name: "format", about: "rustfmt", when: When::Quick, tools: &[Tool::Lints], run: format, ..PLAIN },
    Stage { name: "types", about: "Biome and types of the page's scripts", when: When::Quick, tools: &[Tool::Npm], run: types, ..PLAIN },
    Stage {
        name: "lint",
        about: "clippy, native, and all that the next stages run",
        when: When::Quick,
        tools: &[Tool::Lints, Tool::Npm, Tool::Nextest],
        after: &["format"],
        minutes: 20,
        run: lint_native,
        ..PLAIN
    },
    Stage {
        name: "node",
        about: "tests of the page's scripts",
        when: When::Quick,
        has_tests: true,
        tools: &[Tool::Npm],
        after: &["types"],
        run: tests_node,
        ..PLAIN
    },
    Stage {
        name: "build",
        about: "dist/, as it is published, and its sizes",
        tools: setup::FOR_BUILD,
        after: &["types"],
        minutes: 60,
        run: build_and_sizes,
        ..PLAIN
    },
    Stage {
        name: "exports",
        about: "networks for and of other programs, run by them against the engine's own logits",
        has_tests: true,
        tools: &[Tool::Npm],
        after: &["build"],
        minutes: 20,
        run: |project, tests| counted(&mut npm(project, "test:exports")?, tests),
        ..PLAIN
    },
    Stage {
        name: "unit",
        about: "unit tests of the engine and of the commands, native",
        when: When::Quick,
        has_tests: true,
        tools: &[Tool::Nextest, Tool::Npm],
        after: &["lint"],
        minutes: 20,
        run: |project, tests| nextest(project, &[&PACKAGES[..], &["--lib", "--bins"]].concat(), tests),
    },
    Stage {
        name: "native",
        about: "integration tests, native",
        has_tests: true,
        tools: &[Tool::Nextest, Tool::Npm],
        after: &["unit"],
        minutes: 60,
        run: |project, tests| nextest(project, &[&PACKAGES[..], &["--test", "native"]].concat(), tests),
        ..PLAIN
    },
    Stage {
        name: "cases",
        about: "every reference case on the scalar and SIMD kernels, and every preset, native and optimised",
        has_tests: true,
        tools: &[Tool::Nextest, Tool::Npm],
        after: &["format"],
        minutes: 60,
        run: |project, tests| nextest(project, &["--package", "receptive-cases", "--cargo-profile", "cases"], tests),
        ..PLAIN
    },
    Stage { name: "doc", about: "documentation without warnings", after: &["native"], run: documentation, ..PLAIN },
    Stage {
        name: "wasm",
        about: "the engine's tests in a browser: kernels, runs, WebGPU; and clippy, wasm32",
        has_tests: true,
        tools: setup::FOR_WASM_TESTS,
        after: &["build"],
        minutes: 60,
        run: tests_wasm,
        ..PLAIN
    },
    Stage {
        name: "conformance",
        about: "every reference case on the wasm SIMD kernels of both builds, and on WebGPU",
        has_tests: true,
        tools: setup::FOR_BROWSER,
        after: &["build"],
        minutes: 60,
        run: |project, _| conformance_in_the_browser(project),
        ..PLAIN
    },
    // Last of the usual ones: it keeps both cores busy by itself.
    Stage {
        name: "browser",
        about: "tests of the page in a browser",
        has_tests: true,
        tools: &[Tool::Npm, Tool::Chromium],
        after: &["build"],
        minutes: 60,
        run: tests_browser,
        ..PLAIN
    },
    // The other build differs in one instruction, the fused multiply-add. All reference cases run on it in `conformance`, whole runs in `browser`; these tests
    // would compile the engine once more for it, three minutes on two cores.
    Stage {
        name: "wasm-relaxed",
        about: "the kernels' own tests on the build with relaxed SIMD",
        when: When::All,
        has_tests: true,
        tools: setup::FOR_WASM_TESTS,
        after: &["wasm"],
        minutes: 40,
        run: tests_relaxed,
    },
    // What only the page's build has, without the scalar kernels, is a few lines: the stage `build` denies the compiler's warnings there, and clippy's are seen here.
    // It would read all that the engine depends on once more, a minute on two cores.
    Stage {
        name: "lint-wasm",
        about: "clippy, wasm32, as the page has the engine",
        when: When::All,
        tools: &[Tool::WasmStd, Tool::Lints],
        after: &["build"],
        minutes: 15,
        run: lint_wasm,
        ..PLAIN
    },
    // Every node of every preset, where `native` takes some of each: minutes on two cores.
    Stage {
        name: "every-node",
        about: "the receptive field of every node of every preset",
        when: When::All,
        has_tests: true,
        tools: &[Tool::Nextest, Tool::Npm],
        after: &["native"],
        minutes: 40,
        run: |project, tests| nextest(project, &[&PACKAGES[..], &["--test", "native", "--run-ignored", "only"]].concat(), tests),
    },
];

/// Runs a program, passes its output on, counts the tests it reports and notes their times. Where it compiles, a warning is a failure.
fn counted(command: &mut Command, tests: &mut Vec<TestTime>) -> Result<Counts> {
    println!("  $ {}", shown(command));
    let mut counts = Counts::default();
    let mut reader = Reader::new();
    let mut warned = false;
    let ended_well = run_all_lines(command, |line| {
        println!("{line}");
        warned |= lints::is_warned(line);
        tests.extend(reader.read(line));
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
    if warned && counts.failed == 0 {
        return Err(lints::denied(command));
    }
    Ok(counts)
}

fn checked(command: &mut Command) -> Result<Counts> {
    crate::process::run(command).map(|()| Counts::default())
}

fn format(project: &mut Project, _: &mut Vec<TestTime>) -> Result<Counts> {
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
    let differences =
        list("tests/native/gradcheck")?.into_iter().filter(|path| path.extension().is_some_and(|extension| extension == "rs"));
    Ok(operators.chain(differences).collect())
}

fn types(project: &mut Project, _: &mut Vec<TestTime>) -> Result<Counts> {
    checked(&mut npm(project, "lint")?)?;
    build::type_check(project).map(|()| Counts::default())
}

/// What is tested natively is compiled here, by clippy; what is not is only read.
fn lint_native(project: &mut Project, tests: &mut Vec<TestTime>) -> Result<Counts> {
    nextest(project, &[&PACKAGES[..], &["--lib", "--bins", "--test", "native", "--no-run"]].concat(), tests)?;
    let mut cargo = project.command("cargo");
    once(&mut cargo);
    cargo.args(["clippy", "--package", "receptive-benches", "--package", "receptive-bindgen", "--all-targets"]);
    checked(cargo.args(["--", "--deny", "warnings"]))
}

fn lint_wasm(project: &mut Project, _: &mut Vec<TestTime>) -> Result<Counts> {
    let mut cargo = project.command("cargo");
    cargo.args(["clippy", "--package", "receptive", "--target", "wasm32-unknown-unknown", "--no-default-features"]);
    checked(cargo.args(["--", "--deny", "warnings"]))
}

/// The packages of unit tests and of integration tests. Both stages name all of them: which features a library is compiled with depends on the packages
/// that are named, and the engine would be compiled twice.
const PACKAGES: [&str; 8] =
    ["--package", "receptive", "--package", "receptive-native", "--package", "receptive-tests", "--package", "xtask"];

/// What is compiled once needs neither notes for compiling it again nor lines for a debugger.
fn once(cargo: &mut Command) {
    if std::env::var_os("CI").is_some() {
        cargo.env("CARGO_INCREMENTAL", "0").env("CARGO_PROFILE_DEV_DEBUG", "none");
    }
}

/// Runs these targets' tests, all in one pool. Clippy compiles them.
fn nextest(project: &Project, targets: &[&str], tests: &mut Vec<TestTime>) -> Result<Counts> {
    let mut cargo = project.command("cargo");
    once(&mut cargo);
    cargo.args(["nextest", "run", "--features", "receptive/harness", "--color", "never", "--status-level", "all"]);
    counted(lints::with_clippy(cargo.args(targets)), tests)
}

fn documentation(project: &mut Project, _: &mut Vec<TestTime>) -> Result<Counts> {
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

fn tests_node(project: &mut Project, tests: &mut Vec<TestTime>) -> Result<Counts> {
    counted(&mut npm(project, "test:unit")?, tests)
}

fn build_and_sizes(project: &mut Project, _: &mut Vec<TestTime>) -> Result<Counts> {
    build::build(project, Warnings::Denied).map(|()| Counts::default())
}

/// The scalar kernels have run the same cases natively, one test each.
fn conformance_in_the_browser(project: &mut Project) -> Result<Counts> {
    let backends = ["simd", "webgpu"].map(str::to_owned).to_vec();
    // The suite ends in one plain line of counts: these must not look like it.
    conformance::run(project, &Conformance { fixtures: project.root.join("tests/fixtures"), backends, only: None }, "conformance ")
}

fn tests_browser(project: &mut Project, tests: &mut Vec<TestTime>) -> Result<Counts> {
    counted(&mut npm(project, "test:browser")?, tests)
}

fn tests_wasm(project: &mut Project, tests: &mut Vec<TestTime>) -> Result<Counts> {
    wasm_pack(project, Flavour::Simd128, &["--lib", "--test", "browser", "--test", "webgpu"], tests)
}

/// What differs are the kernels, which are the library's tests.
fn tests_relaxed(project: &mut Project, tests: &mut Vec<TestTime>) -> Result<Counts> {
    wasm_pack(project, Flavour::RelaxedSimd, &["--lib"], tests)
}

fn wasm_pack(project: &Project, flavour: Flavour, targets: &[&str], tests: &mut Vec<TestTime>) -> Result<Counts> {
    let mut wasm_pack = project.command("wasm-pack");
    wasm_pack.args(["test", "--headless", "--chrome"]);
    if let Some(chromedriver) = &project.chromedriver {
        wasm_pack.arg("--chromedriver").arg(chromedriver);
    }
    wasm_pack.arg("--").args(targets);
    once(&mut wasm_pack);
    wasm_pack.env("RUSTFLAGS", flavour.rust_flags()).env_remove("CARGO_ENCODED_RUSTFLAGS");
    wasm_pack.env("CARGO_TARGET_DIR", flavour.cargo_target(project)).env("CARGO_TERM_COLOR", "never");
    counted(lints::with_clippy(&mut wasm_pack), tests)
}
