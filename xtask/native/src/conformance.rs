//! Reference cases on the scalar kernels. The configuration comes as JSON on standard input, as it does to the browser's
//! driver: `{ fixtures, mnist, cases: [{ kind, index }] }`; a report a line goes out: `{ kind, index, report }`.

use std::io::{Read, Write};
use std::path::PathBuf;

use receptive::backend::cpu::Kernels;
use receptive::conformance::device::Device;
use receptive::conformance::{Kind, Runner, native};
use serde_json::{Value, json};

use crate::Stop;

fn stop(error: impl std::fmt::Display) -> Stop {
    Stop::Message(error.to_string())
}

/// Runs the cases that standard input names.
pub fn run() -> Result<(), Stop> {
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text).map_err(stop)?;
    let config: Value = serde_json::from_str(&text).map_err(stop)?;
    let folder = |name: &str| config[name].as_str().map(PathBuf::from).ok_or_else(|| Stop::Message(format!("no `{name}` given")));
    let fixtures = folder("fixtures")?;
    let cases = config["cases"].as_array().ok_or_else(|| Stop::Message("no `cases` given".into()))?;
    let mut runner = Runner::new(Device::Cpu(Kernels::Scalar));
    if cases.iter().any(|case| case["kind"] == Kind::Trajectories.name()) {
        native::set_mnist(&mut runner, &folder("mnist")?).map_err(stop)?;
    }
    let mut out = std::io::stdout().lock();
    for kind in Kind::ALL {
        let wanted: Vec<&Value> = cases.iter().filter(|case| case["kind"] == kind.name()).collect();
        if wanted.is_empty() {
            continue;
        }
        let index = native::load_index(&fixtures, kind).map_err(stop)?;
        for case in wanted {
            let number = case["index"].as_u64().unwrap_or(u64::MAX) as usize;
            let found = index.get(number).ok_or_else(|| Stop::Message(format!("{} has no case {number}", kind.name())))?;
            let report = native::run_case(&runner, &fixtures, kind, found);
            writeln!(out, "{}", json!({ "kind": kind.name(), "index": number, "report": report })).map_err(stop)?;
        }
    }
    Ok(())
}
