//! Running other programs: echoed, checked, captured, or with a time limit.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
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

/// Runs like [`run`], but ends the program and what it has started when it takes longer than `limit`.
pub fn run_within(command: &mut Command, limit: Duration) -> Result<()> {
    eprintln!("  $ {}", shown(command));
    let mut child = command.stdin(Stdio::null()).stdout(std::io::stderr()).spawn().context(|| format!("start `{}`", shown(command)))?;
    match wait_within(&mut child, limit).context(|| format!("wait for `{}`", shown(command)))? {
        Some(status) if status.success() => Ok(()),
        Some(status) => Err(Failure::new(format!("`{}` ended with {status}", shown(command)))),
        None => Err(Failure::new(format!("`{}` took longer than {} s", shown(command), limit.as_secs()))),
    }
}

/// Waits for a program. After `limit` it is ended, with all that it has started: then there is no exit status.
pub fn wait_within(child: &mut Child, limit: Duration) -> std::io::Result<Option<ExitStatus>> {
    let started = Instant::now();
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if started.elapsed() > limit {
            end_descendants(child.id());
            // It may have ended by itself in the meantime.
            let _ = child.kill();
            child.wait()?;
            return Ok(None);
        }
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// Ends all that a program has started, and what that has started.
fn end_descendants(program: u32) {
    if cfg!(windows) {
        output_of(Command::new("taskkill").args(["/F", "/T", "/PID", &program.to_string()]));
        return;
    }
    let table = output_of(Command::new("ps").args(["-A", "-o", "pid=", "-o", "ppid="])).unwrap_or_default();
    let descendants = descendants(program, &table);
    if !descendants.is_empty() {
        output_of(Command::new("kill").arg("-KILL").args(descendants.iter().map(u32::to_string)));
    }
}

/// All descendants of a process, in a table of process numbers, each with its parent's.
fn descendants(program: u32, table: &str) -> Vec<u32> {
    let pairs: Vec<(u32, u32)> = table
        .lines()
        .filter_map(|line| {
            let mut numbers = line.split_whitespace().map(str::parse);
            Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
        })
        .collect();
    let mut found = vec![program];
    let mut next = 0;
    while let Some(&parent) = found.get(next) {
        found.extend(pairs.iter().filter(|(_, of)| *of == parent).map(|(process, _)| process));
        next += 1;
    }
    found.split_off(1)
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
    each_line(BufReader::new(stdout), &mut line).context(|| format!("read from `{}`", shown(command)))?;
    Ok(child.wait().context(|| format!("wait for `{}`", shown(command)))?.success())
}

/// Runs with both outputs handed to `line`, in the order in which they come. Returns whether the program exited with 0.
pub fn run_all_lines(command: &mut Command, mut line: impl FnMut(&str)) -> Result<bool> {
    let (reader, writer) = std::io::pipe().context(|| "make a pipe".into())?;
    let errors = writer.try_clone().context(|| "make a pipe".into())?;
    command.stdin(Stdio::null()).stdout(writer).stderr(errors);
    let mut child = command.spawn().context(|| format!("start `{}`", shown(command)))?;
    // The pipe ends when nobody can write into it any more: the command must not keep it open.
    command.stdout(Stdio::null()).stderr(Stdio::null());
    each_line(BufReader::new(reader), &mut line).context(|| format!("read from `{}`", shown(command)))?;
    Ok(child.wait().context(|| format!("wait for `{}`", shown(command)))?.success())
}

/// Reads bytes, not strings: a program's stray non-UTF-8 byte must not end the run.
fn each_line(mut reader: impl BufRead, line: &mut impl FnMut(&str)) -> std::io::Result<()> {
    let mut bytes = Vec::new();
    while reader.read_until(b'\n', &mut bytes)? > 0 {
        line(String::from_utf8_lossy(&bytes).trim_end_matches(['\n', '\r']));
        bytes.clear();
    }
    Ok(())
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

    #[test]
    fn finds_what_a_program_has_started() {
        assert_eq!(descendants(7, "1 0\n7 1\n9 7\n8 1\n10 9\n11 7\nnot a line\n"), [9, 11, 10]);
        assert_eq!(descendants(5, "1 0\n"), [0u32; 0]);
    }

    #[cfg(unix)]
    #[test]
    fn ends_what_it_has_started_too() {
        let mut shell = Command::new("sh").args(["-c", "sleep 987654 & wait"]).spawn().unwrap();
        assert_eq!(wait_within(&mut shell, Duration::from_millis(300)).unwrap(), None);
        assert!(!output_of(Command::new("ps").args(["-A", "-o", "args="])).unwrap().contains("sleep 987654\n"));
    }

    #[cfg(unix)]
    #[test]
    fn hands_over_lines_and_the_exit_status() {
        let mut lines = Vec::new();
        let ok = run_lines(Command::new("sh").args(["-c", "cat; printf two; exit 3"]), Some("one\n"), |line| lines.push(line.to_owned()));
        assert_eq!((lines, ok), (vec!["one".to_owned(), "two".to_owned()], Ok(false)));
        let mut lines = Vec::new();
        let ok = run_all_lines(Command::new("sh").args(["-c", "echo one; echo two >&2; echo three"]), |line| lines.push(line.to_owned()));
        assert_eq!((lines.join(" "), ok), ("one two three".to_owned(), Ok(true)));
    }
}
