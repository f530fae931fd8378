//! rustfmt and clippy.

use super::{debian, installing, present};
use crate::failure::{Failure, Result};
use crate::process::{find_on_path, output_of, run};
use crate::project::Project;

/// Finds or installs rustfmt and clippy.
pub fn ensure(project: &mut Project) -> Result<()> {
    rustfmt(project)?;
    clippy(project)
}

/// Debian's Rust has no rustfmt of its own, so any other toolchain's will do: the format does not depend on the compiler.
fn rustfmt(project: &mut Project) -> Result<()> {
    if let Some(version) = rustfmt_version(project, None) {
        present("rustfmt", &version);
        return Ok(());
    }
    let list = output_of(project.command("rustup").args(["toolchain", "list"])).unwrap_or_default();
    for toolchain in list.lines().filter_map(|line| line.split_whitespace().next()) {
        if let Some(version) = rustfmt_version(project, Some(toolchain)) {
            present("rustfmt", &format!("{version}, toolchain `{toolchain}`"));
            project.fmt_toolchain = Some(toolchain.to_owned());
            return Ok(());
        }
    }
    installing("rustfmt", "the formatting check", "a few seconds");
    let remedy = "rustup component add rustfmt";
    run(project.command("rustup").args(["component", "add", "rustfmt"])).map_err(|failure| failure.with_remedy(remedy))?;
    rustfmt_version(project, None).map(|_| ()).ok_or_else(|| Failure::new("cargo fmt does not run").with_remedy(remedy))
}

fn rustfmt_version(project: &Project, toolchain: Option<&str>) -> Option<String> {
    let project = match toolchain {
        Some(toolchain) => Project { toolchain: Some(toolchain.to_owned()), ..project.clone() },
        None => project.clone(),
    };
    output_of(project.command("cargo").args(["fmt", "--version"]))
}

fn clippy(project: &Project) -> Result<()> {
    if let Some(version) = clippy_version(project) {
        present("clippy", &version);
        return Ok(());
    }
    installing("clippy", "the lint check", "a few seconds");
    let mut remedy = "rustup component add clippy";
    if project.toolchain.as_deref() == Some(super::rust::LINKED) && debian::is_debian() {
        debian::install(project, &["rust-web-clippy"])?;
        remedy = "apt-get install rust-web-clippy";
    } else if find_on_path("rustup").is_some() {
        run(project.command("rustup").args(["component", "add", "clippy"])).map_err(|failure| failure.with_remedy(remedy))?;
    }
    clippy_version(project).map(|_| ()).ok_or_else(|| Failure::new("cargo clippy does not run").with_remedy(remedy))
}

fn clippy_version(project: &Project) -> Option<String> {
    output_of(project.command("cargo").args(["clippy", "--version"]))
}
