//! How long each test took, as its runner says it, and the record of a run of the suite.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// A test that ended.
#[derive(Debug, Clone, PartialEq)]
pub struct TestTime {
    /// As its runner names it.
    pub name: String,
    /// What it took.
    pub seconds: f64,
    /// Whether it failed.
    pub failed: bool,
}

impl TestTime {
    pub fn to_json(&self) -> Value {
        json!({ "name": self.name, "seconds": (self.seconds * 1e3).round() / 1e3, "failed": self.failed })
    }

    pub fn from_json(value: &Value) -> Option<Self> {
        Some(Self { name: value["name"].as_str()?.to_owned(), seconds: value["seconds"].as_f64()?, failed: value["failed"] == true })
    }
}

/// Reads a runner's output line by line.
#[derive(Debug)]
pub struct Reader {
    last: Instant,
}

impl Reader {
    pub fn new() -> Self {
        Self { last: Instant::now() }
    }

    /// The test that a line tells the end of.
    pub fn read(&mut self, line: &str) -> Option<TestTime> {
        let since = self.last.elapsed();
        let found = nextest(line).or_else(|| node(line)).or_else(|| wasm_bindgen(line, since));
        // wasm-bindgen's runner says no times, and runs one test after the other.
        if found.is_some() || line.trim_start().starts_with("running ") {
            self.last = Instant::now();
        }
        found
    }
}

/// `    PASS [   0.005s] (1/304) receptive::native presets::x`. A failed test is told twice; the first time it has its place in the count.
fn nextest(line: &str) -> Option<TestTime> {
    let (state, rest) = line.trim_start().split_once('[')?;
    let (seconds, rest) = rest.split_once("s]")?;
    let (_, name) = rest.strip_prefix(" (")?.split_once(") ")?;
    let failed = match state.trim() {
        "PASS" | "LEAK" => false,
        state if state.chars().all(|letter| letter.is_ascii_uppercase() || letter == '-') && state != "SLOW" => true,
        _ => return None,
    };
    Some(TestTime { name: name.trim().to_owned(), seconds: seconds.trim().trim_start_matches('>').parse().ok()?, failed })
}

/// `✔ name (12.3ms)` and `✖ name (12.3ms)` of Node.js's runner.
fn node(line: &str) -> Option<TestTime> {
    let line = line.trim_start();
    let failed = line.starts_with('✖');
    let (name, time) = line.strip_prefix('✔').or_else(|| line.strip_prefix('✖'))?.trim_end().strip_suffix("ms)")?.rsplit_once(" (")?;
    Some(TestTime { name: name.trim().to_owned(), seconds: time.parse::<f64>().ok()? / 1e3, failed })
}

/// `test webgpu::x ... ok`.
fn wasm_bindgen(line: &str, since: Duration) -> Option<TestTime> {
    let (name, state) = line.trim_start().strip_prefix("test ")?.rsplit_once(" ... ")?;
    let failed = state.starts_with("FAIL");
    (failed || state == "ok").then(|| TestTime { name: name.to_owned(), seconds: since.as_secs_f64(), failed })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Option<(String, f64, bool)> {
        Reader::new().read(line).map(|test| (test.name, test.seconds, test.failed))
    }

    #[test]
    fn reads_nextest() {
        let name = "receptive::cases presets/by_heart/lenet5".to_owned();
        assert_eq!(read("        PASS [   1.250s] ( 12/934) receptive::cases presets/by_heart/lenet5"), Some((name.clone(), 1.25, false)));
        assert_eq!(read("        FAIL [   0.500s] (  1/934) receptive::cases presets/by_heart/lenet5"), Some((name.clone(), 0.5, true)));
        assert_eq!(read("     TIMEOUT [ 600.000s] (  1/934) receptive::cases presets/by_heart/lenet5"), Some((name.clone(), 600.0, true)));
        assert_eq!(read("        SLOW [> 60.000s] receptive::cases presets/by_heart/lenet5"), None);
        assert_eq!(read("        FAIL [   0.500s] receptive::cases presets/by_heart/lenet5"), None, "told again at the end");
    }

    #[test]
    fn reads_node() {
        assert_eq!(read("✔ a link opens (three times) (1204.5ms)"), Some(("a link opens (three times)".into(), 1.2045, false)));
        assert_eq!(read("  ✖ fails (2ms)"), Some(("fails".into(), 0.002, true)));
        assert_eq!(read("✖ failing tests:"), None);
    }

    #[test]
    fn times_what_says_no_times() {
        let mut reader = Reader::new();
        assert_eq!(reader.read("running 2 tests"), None);
        std::thread::sleep(Duration::from_millis(20));
        let test = reader.read("test webgpu::trains ... ok").unwrap();
        assert_eq!((test.name.as_str(), test.failed), ("webgpu::trains", false));
        assert!(test.seconds >= 0.02);
        assert!(reader.read("test webgpu::fails ... FAIL").unwrap().failed);
        assert_eq!(reader.read("test webgpu::skipped ... ignored"), None);
    }

    #[test]
    fn goes_through_json() {
        let test = TestTime { name: "a".into(), seconds: 1.5, failed: true };
        assert_eq!(TestTime::from_json(&test.to_json()), Some(test));
    }
}
