//! The layers of the engine point one way: a folder of `src/` uses only folders below it, so that there is no circle between folders.
//!
//! Read are the paths in the code, not in comments. Unit tests may look up: they prove a lower layer on the networks of a higher one.

use std::fs;
use std::path::{Path, PathBuf};

/// The folders of `src/` (or files, where a layer is one), the lowest first.
const LAYERS: [&str; 19] = [
    "core",
    "ir",
    "backend",
    "ops",
    "optim",
    "data",
    "network",
    "autodiff",
    "plan",
    "programs",
    "kernels",
    "describe",
    "executor",
    "inference",
    "check",
    "run",
    "instruments",
    "conformance",
    "web",
];

/// Files of Rust under a folder, in order.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut entries: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    let mut files = Vec::new();
    for entry in entries {
        if entry.is_dir() {
            files.extend(sources(&entry));
        } else if entry.extension().is_some_and(|extension| extension == "rs") {
            files.push(entry);
        }
    }
    files
}

/// The layer that a file is of: `src/plan/fuse.rs` is of `plan`, `src/executor.rs` of `executor`.
fn layer_of(path: &str) -> &str {
    path.split('/').next().unwrap_or_default().trim_end_matches(".rs")
}

/// The code of a file: comments are left out, and the unit tests at its end.
fn code(source: &str) -> impl Iterator<Item = (usize, &str)> {
    let lines = source.lines().enumerate().map(|(index, line)| (index + 1, line));
    lines.take_while(|(_, line)| !line.starts_with("mod tests {")).filter(|(_, line)| !line.trim_start().starts_with("//"))
}

/// The layers that a line names: what follows `crate::`, also in `use crate::{a, b}`.
fn named(line: &str) -> Vec<&str> {
    let mut names = Vec::new();
    for rest in line.split("crate::").skip(1) {
        let list = rest.strip_prefix('{').map_or(rest, |list| list.trim_end_matches(['}', ';']));
        let parts = if rest.starts_with('{') { list.split(',').collect() } else { vec![list] };
        names.extend(
            parts.into_iter().map(|part| part.trim_start().split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default()),
        );
    }
    names
}

/// What of a file breaks the rule, one text a line of code.
fn breaches(path: &str, source: &str) -> Vec<String> {
    let place = |layer: &str| LAYERS.iter().position(|known| *known == layer);
    let own = layer_of(path);
    let Some(floor) = place(own) else { return vec![format!("src/{path}: {own} is no layer: give it its place in LAYERS")] };
    let mut found = Vec::new();
    for (number, line) in code(source) {
        for name in named(line) {
            if place(name).is_some_and(|other| other > floor) {
                found.push(format!("src/{path}:{number}: {own} may not use {name}, which is a layer above it: {}", line.trim()));
            }
        }
    }
    found
}

#[test]
fn each_layer_uses_only_those_below_it() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("src");
    let mut found = Vec::new();
    let mut read = 0;
    for file in sources(&root) {
        let path = file.strip_prefix(&root).unwrap().to_string_lossy().replace('\\', "/");
        if path == "lib.rs" || path.ends_with("tests.rs") {
            continue;
        }
        read += 1;
        found.extend(breaches(&path, &fs::read_to_string(&file).unwrap()));
    }
    assert!(read > 150, "{read} files read");
    assert!(found.is_empty(), "layers, the lowest first: {}\n{}", LAYERS.join(", "), found.join("\n"));
}

#[test]
fn a_path_to_a_layer_above_is_found_and_named() {
    let source = "//! See [`crate::plan`].\nuse crate::core::shape::Shape;\nuse crate::plan::Plan;\nuse crate::{core, run, ops};\nmod tests {\nuse crate::web;\n}";
    let found = breaches("ops/add/mod.rs", source);
    assert_eq!(
        found,
        [
            "src/ops/add/mod.rs:3: ops may not use plan, which is a layer above it: use crate::plan::Plan;",
            "src/ops/add/mod.rs:4: ops may not use run, which is a layer above it: use crate::{core, run, ops};",
        ]
    );
    assert!(breaches("executor.rs", "let program = crate::ops::add::FAMILY;").is_empty());
    assert!(
        breaches("executor.rs", "    let runs = crate::run::session::Next::Stop;")[0]
            .starts_with("src/executor.rs:1: executor may not use run")
    );
    assert_eq!(breaches("cellar/mod.rs", ""), ["src/cellar/mod.rs: cellar is no layer: give it its place in LAYERS"]);
}
