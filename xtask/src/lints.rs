//! Clippy while compiling, and warnings that are failures.
//!
//! `cargo clippy` is cargo with clippy's compiler for the workspace's crates, in a mode that makes no code. With the same compiler a build makes the code that
//! tests run and says what clippy says, so that nothing is read twice (docs/decisions/0023).

use std::process::Command;

use crate::failure::{Failure, Result};
use crate::process::{run_all_lines, shown};

/// What to do about a warning of the compiler's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Warnings {
    /// It is shown: who is in the middle of a change wants to see the page.
    Shown,
    /// It is a failure, as in the suite.
    Denied,
}

/// Makes a cargo command compile the workspace's crates with clippy.
pub fn with_clippy(cargo: &mut Command) -> &mut Command {
    cargo.env("RUSTC_WORKSPACE_WRAPPER", "clippy-driver")
}

/// Whether a line of cargo's says that a crate has warnings. It says so again when nothing has to be compiled. Only the workspace's own crates warn.
pub fn is_warned(line: &str) -> bool {
    line.starts_with("warning: `") && line.contains(" generated ") && line.contains(" warning")
}

/// The failure of a command that ended well but for warnings.
pub fn denied(command: &Command) -> Failure {
    Failure::new(format!("`{}` warns: the lines that begin with \"warning\"", shown(command)))
}

/// Runs cargo to its end, all output on standard error.
pub fn run(cargo: &mut Command, warnings: Warnings) -> Result<()> {
    if warnings == Warnings::Shown {
        return crate::process::run(cargo);
    }
    eprintln!("  $ {}", shown(cargo));
    let mut warned = false;
    let ended_well = run_all_lines(cargo, |line| {
        eprintln!("{line}");
        warned |= is_warned(line);
    })?;
    match (ended_well, warned) {
        (true, false) => Ok(()),
        (true, true) => Err(denied(cargo)),
        (false, _) => Err(Failure::new(format!("`{}` failed", shown(cargo)))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_a_crate_with_warnings() {
        assert!(is_warned("warning: `receptive` (lib) generated 1 warning (run `cargo fix --lib -p receptive` to apply 1 suggestion)"));
        assert!(is_warned("warning: `receptive` (lib test) generated 3 warnings (2 duplicates)"));
        for other in
            ["warning: unused variable: `x`", "warning: the following packages contain code that will be rejected", "    Finished", ""]
        {
            assert!(!is_warned(other), "{other}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_warning_is_shown_or_denied() {
        let says = |text: &str| {
            let mut command = Command::new("sh");
            command.args(["-c", text]);
            command
        };
        let warns = "echo 'warning: `a` (lib) generated 1 warning' >&2";
        assert!(run(&mut says(warns), Warnings::Shown).is_ok());
        assert!(run(&mut says(warns), Warnings::Denied).unwrap_err().message.contains("warns"));
        assert!(run(&mut says("echo fine"), Warnings::Denied).is_ok());
        assert!(run(&mut says("exit 1"), Warnings::Denied).is_err());
    }
}
