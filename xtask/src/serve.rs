//! `cargo xtask serve`: dist/ on localhost.

use crate::failure::{Failure, Result};
use crate::process::shown;
use crate::project::Project;

/// Serves `dist/` until the server is ended (Ctrl+C).
pub fn serve(project: &Project, port: u16) -> Result<()> {
    println!();
    let mut server = project.node("tools/static-server.mjs");
    server.arg(project.dist()).arg(port.to_string());
    let status = server.status().map_err(|error| Failure::new(format!("could not start `{}`: {error}", shown(&server))))?;
    // Ctrl+C ends the server by a signal, which has no code: that is the usual way out.
    match status.code() {
        None | Some(0) => Ok(()),
        Some(_) => Err(Failure::new(format!("nothing is served on port {port}"))
            .with_remedy(format!("cargo xtask serve --port {}", port.checked_add(1).unwrap_or(8081)))),
    }
}
