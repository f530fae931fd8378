//! Running other programs: echoed, checked, captured, or with a time limit.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use crate::failure::{Context, Failure, Result};

/// The command as a person would type it (environment left out).
pub fn shown(command: &Command) -> String {
    let mut line = command.get_program().to_string_lossy().into_owned();
    for arg in command.get_args() {
        let arg = arg.to_string_lossy();
        line.push(' ');
        if arg.is_empty() || arg.contains([' ', '"', '\'', '&', ';', '*']) {
            line.push_str(&format!("'{arg}'"));
        } else {
            line.push_str(&arg);
        }
    }
    line
}

/// Runs to the end with all output on standard error (standard output is for results); a non-zero exit is a failure.
pub fn run(command: &mut Command) -> Result<()> {
    eprintln!("  $ {}", shown(command));
    let status = command.stdout(std::io::stderr()).status().context(|| format!("start `{}`", shown(command)))?;
    if status.success() { Ok(()) } else { Err(Failure::new(format!("`{}` ended with {status}", shown(command)))) }
}

/// Runs like [`run`], but ends the program when it takes longer than `limit`.
pub fn run_within(command: &mut Command, limit: Duration) -> Result<()> {
    eprintln!("  $ {}", shown(command));
    let mut child = command.stdin(Stdio::null()).stdout(std::io::stderr()).spawn().context(|| format!("start `{}`", shown(command)))?;
    let started = Instant::now();
    loop {
        match child.try_wait().context(|| format!("wait for `{}`", shown(command)))? {
            Some(status) if status.success() => return Ok(()),
            Some(status) => return Err(Failure::new(format!("`{}` ended with {status}", shown(command)))),
            None if started.elapsed() > limit => {
                child.kill().context(|| format!("end `{}`", shown(command)))?;
                child.wait().context(|| format!("wait for `{}`", shown(command)))?;
                return Err(Failure::new(format!("`{}` took longer than {} s", shown(command), limit.as_secs())));
            }
            None => std::thread::sleep(Duration::from_millis(100)),
        }
    }
}

/// Runs quietly and returns what it printed, or `None` when it is missing or fails.
pub fn output_of(command: &mut Command) -> Option<String> {
    let Output { status, stdout, .. } = command.stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    status.success().then(|| String::from_utf8_lossy(&stdout).trim().to_owned())
}

/// Runs with `input` on standard input, standard output handed to `line` (one call a line) and standard error passed
/// through. Returns whether the program exited with 0.
pub fn run_lines(command: &mut Command, input: Option<&str>, mut line: impl FnMut(&str)) -> Result<bool> {
    command.stdin(if input.is_some() { Stdio::piped() } else { Stdio::null() });
    let mut child = command.stdout(Stdio::piped()).spawn().context(|| format!("start `{}`", shown(command)))?;
    if let (Some(input), Some(mut stdin)) = (input, child.stdin.take()) {
        // A program that ends before it has read everything says why itself, by its exit code.
        let _ = stdin.write_all(input.as_bytes());
    }
    let Some(stdout) = child.stdout.take() else {
        return Err(Failure::new(format!("`{}` has no standard output", shown(command))));
    };
    let mut reader = BufReader::new(stdout);
    let mut bytes = Vec::new();
    // Read bytes, not strings: a program's stray non-UTF-8 byte must not end the run.
    while reader.read_until(b'\n', &mut bytes).context(|| format!("read from `{}`", shown(command)))? > 0 {
        line(String::from_utf8_lossy(&bytes).trim_end_matches(['\n', '\r']));
        bytes.clear();
    }
    Ok(child.wait().context(|| format!("wait for `{}`", shown(command)))?.success())
}

/// Where `program` is on the PATH.
pub fn find_on_path(program: &str) -> Option<PathBuf> {
    find_in(program, std::env::split_paths(&std::env::var_os("PATH")?))
}

/// Where `program` is in the given folders (with `.exe` and `.cmd` tried on Windows).
pub fn find_in(program: &str, folders: impl Iterator<Item = PathBuf>) -> Option<PathBuf> {
    let names: Vec<String> =
        if cfg!(windows) { vec![format!("{program}.exe"), format!("{program}.cmd"), program.to_owned()] } else { vec![program.to_owned()] };
    folders.flat_map(|folder| names.iter().map(move |name| folder.join(name)).collect::<Vec<_>>()).find(|path| path.is_file())
}

/// `path` put before the folders of the PATH that `value` holds.
pub fn prepend_path(folders: &[PathBuf], value: Option<&OsStr>) -> Option<std::ffi::OsString> {
    let rest = value.map(|value| std::env::split_paths(value).collect::<Vec<_>>()).unwrap_or_default();
    std::env::join_paths(folders.iter().cloned().chain(rest)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_a_command_as_typed() {
        let mut command = Command::new("node");
        command.args(["a.mjs", "two words", ""]);
        assert_eq!(shown(&command), "node a.mjs 'two words' ''");
    }

    #[test]
    fn a_missing_program_gives_no_output() {
        assert_eq!(output_of(&mut Command::new("no-such-program-of-receptive")), None);
    }

    #[cfg(unix)]
    #[test]
    fn ends_a_program_that_takes_too_long() {
        let started = Instant::now();
        let failure = run_within(Command::new("sleep").arg("20"), Duration::from_millis(200)).unwrap_err();
        assert!(failure.message.contains("took longer"), "{failure}");
        assert!(started.elapsed() < Duration::from_secs(10));
    }

    #[cfg(unix)]
    #[test]
    fn hands_over_lines_and_the_exit_status() {
        let mut lines = Vec::new();
        let ok = run_lines(Command::new("sh").args(["-c", "cat; printf two; exit 3"]), Some("one\n"), |line| lines.push(line.to_owned()));
        assert_eq!((lines, ok), (vec!["one".to_owned(), "two".to_owned()], Ok(false)));
    }
}
