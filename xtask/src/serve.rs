//! `cargo xtask serve`: the page on localhost.

use std::path::Path;
use std::time::Instant;

use crate::args::Serve;
use crate::build;
use crate::failure::{Failure, Result};
use crate::lints::Warnings;
use crate::process::shown;
use crate::project::Project;
use crate::setup;

/// Sets up, builds and serves: what a first page needs, or `dist/`.
pub fn run(project: &mut Project, options: Serve) -> Result<()> {
    let started = Instant::now();
    setup::prepare(project, if options.full { setup::FOR_BUILD } else { setup::FOR_FIRST_PAGE })?;
    let folder = if options.full {
        build::build(project, Warnings::Shown)?;
        project.dist()
    } else {
        build::first_page(project)?
    };
    println!("\nReady after {:.0} s", started.elapsed().as_secs_f64());
    if !options.full {
        println!(
            "`cargo xtask serve --full` serves dist/ as it is published: an engine some per cent faster and smaller, and the page check/."
        );
    }
    serve(project, &folder, options.port)
}

/// Serves a folder until the server is ended (Ctrl+C).
fn serve(project: &Project, folder: &Path, port: u16) -> Result<()> {
    let mut server = project.node("tools/static-server.mjs");
    server.arg(folder).arg(port.to_string());
    let status = server.status().map_err(|error| Failure::new(format!("could not start `{}`: {error}", shown(&server))))?;
    // Ctrl+C ends the server by a signal, which has no code: that is the usual way out.
    match status.code() {
        None | Some(0) => Ok(()),
        Some(_) => Err(Failure::new(format!("nothing is served on port {port}"))
            .with_remedy(format!("cargo xtask serve --port {}", port.checked_add(1).unwrap_or(8081)))),
    }
}
