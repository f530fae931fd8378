//! How many tests passed, failed and were skipped, as test runners say it in their closing lines.

use std::fmt;
use std::ops::AddAssign;

/// Numbers of tests.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Passed.
    pub passed: usize,
    /// Failed.
    pub failed: usize,
    /// Skipped.
    pub skipped: usize,
}

impl Counts {
    /// All of them.
    pub fn total(self) -> usize {
        self.passed + self.failed + self.skipped
    }
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed, {} skipped", self.passed, self.failed, self.skipped)
    }
}

/// What one line of a runner's output adds; nothing, for all but closing lines.
pub fn in_line(line: &str) -> Option<Counts> {
    let line = line.trim();
    rust(line).or_else(|| nextest(line)).or_else(|| node(line))
}

/// `test result: ok. 3 passed; 0 failed; 1 ignored; ...`, of cargo and of wasm-bindgen's runner.
fn rust(line: &str) -> Option<Counts> {
    let numbers = line.strip_prefix("test result: ")?;
    let mut counts = Counts::default();
    for part in numbers.split([';', '.']) {
        let mut words = part.split_whitespace();
        let (Some(Ok(number)), Some(what)) = (words.next().map(str::parse::<usize>), words.next()) else { continue };
        match what {
            "passed" => counts.passed = number,
            "failed" => counts.failed = number,
            "ignored" => counts.skipped = number,
            _ => (),
        }
    }
    Some(counts)
}

/// `Summary [  12.3s] 9 tests run: 7 passed (1 slow), 2 failed, 1 skipped`, of cargo-nextest. What timed out or crashed has failed too.
fn nextest(line: &str) -> Option<Counts> {
    let (_, numbers) = line.strip_prefix("Summary [")?.split_once(" run: ")?;
    let mut counts = Counts::default();
    // What is in brackets is told once more: of those that passed, how many were slow.
    let outside: String = numbers.split('(').map(|part| part.split_once(')').map_or(part, |(_, rest)| rest)).collect();
    for part in outside.split(", ") {
        let mut words = part.split_whitespace();
        let (Some(Ok(number)), Some(what)) = (words.next().map(str::parse::<usize>), words.next()) else { continue };
        match what {
            "passed" => counts.passed = number,
            "skipped" => counts.skipped = number,
            _ => counts.failed += number,
        }
    }
    Some(counts)
}

/// `# pass 3` or `ℹ pass 3` of Node.js's runner, and likewise `fail`, `cancelled`, `skipped`, `todo`: a line each.
fn node(line: &str) -> Option<Counts> {
    let mut words = line.strip_prefix('#').or_else(|| line.strip_prefix('ℹ'))?.split_whitespace();
    let (what, number) = (words.next()?, words.next()?.parse().ok()?);
    if words.next().is_some() {
        return None;
    }
    match what {
        "pass" => Some(Counts { passed: number, ..Counts::default() }),
        "fail" | "cancelled" => Some(Counts { failed: number, ..Counts::default() }),
        "skipped" | "todo" => Some(Counts { skipped: number, ..Counts::default() }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_rust_results() {
        let line = "test result: FAILED. 12 passed; 2 failed; 1 ignored; 0 measured; 3 filtered out; finished in 0.21s";
        assert_eq!(in_line(line), Some(Counts { passed: 12, failed: 2, skipped: 1 }));
        assert_eq!(in_line("test result: ok. 5 passed; 0 failed; 0 ignored; 0 filtered out").map(Counts::total), Some(5));
        assert_eq!(in_line("test result::passes ... ok"), None);
    }

    #[test]
    fn reads_nextest_results() {
        let line = "     Summary [  12.300s] 10 tests run: 7 passed (1 slow, 1 leaky), 2 failed, 1 timed out, 1 skipped";
        assert_eq!(in_line(line), Some(Counts { passed: 7, failed: 3, skipped: 1 }));
        let cut = "     Summary [   0.100s] 3/10 tests run: 3 passed, 7 skipped";
        assert_eq!(in_line(cut), Some(Counts { passed: 3, failed: 0, skipped: 7 }));
    }

    #[test]
    fn reads_node_results() {
        let mut counts = Counts::default();
        for line in ["# tests 7", "# suites 2", "# pass 4", "# fail 1", "# cancelled 1", "# skipped 1", "# todo 0", "# duration_ms 80.5"] {
            if let Some(more) = in_line(line) {
                counts += more;
            }
        }
        assert_eq!(counts, Counts { passed: 4, failed: 2, skipped: 1 });
        assert_eq!(in_line("ℹ pass 9"), Some(Counts { passed: 9, ..Counts::default() }));
        assert_eq!(in_line("# pass 4 of them"), None);
        assert_eq!(in_line("# Subtest: pass 3"), None);
    }

    #[test]
    fn writes_the_closing_line() {
        let mut counts = Counts { passed: 1, failed: 0, skipped: 0 };
        counts += Counts { passed: 2, failed: 3, skipped: 4 };
        assert_eq!(counts.to_string(), "3 passed, 3 failed, 4 skipped");
    }
}
