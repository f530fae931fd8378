//! Folders of cases, without a browser.

use std::fs;
use std::future::Future;
use std::path::Path;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use serde_json::Value;

use super::Runner;
use super::case::{CaseError, Kind};
use super::report::{CaseReport, Failure};

/// Waits for a future of the CPU backend. Those never wait for anything, so that asking again at once costs nothing.
pub fn wait<T>(future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(value) = future.as_mut().poll(&mut context) {
            return value;
        }
        std::thread::yield_now();
    }
}

/// The cases of a folder's index of this kind; none where the folder has no such index.
///
/// # Errors
/// An index that cannot be read.
pub fn load_index(folder: &Path, kind: Kind) -> Result<Vec<Value>, CaseError> {
    let path = folder.join(kind.name()).with_extension("json");
    let malformed = |error: String| CaseError::Malformed(format!("{}: {error}", path.display()));
    if !path.exists() {
        return Ok(Vec::new());
    }
    let text = fs::read_to_string(&path).map_err(|error| malformed(error.to_string()))?;
    let index: Value = serde_json::from_str(&text).map_err(|error| malformed(error.to_string()))?;
    index["cases"].as_array().cloned().ok_or_else(|| malformed("there is no list of cases".into()))
}

/// Gives a runner the images that trajectories need: `mnist` is the folder of MNIST's four files.
///
/// # Errors
/// A file that cannot be read.
pub fn set_mnist(runner: &mut Runner, mnist: &Path) -> Result<(), CaseError> {
    let read = |name: &str| fs::read(mnist.join(name)).map_err(|error| CaseError::Malformed(format!("{name}: {error}")));
    runner.set_train(&read("train-images-idx3-ubyte")?, &read("train-labels-idx1-ubyte")?)?;
    runner.set_test(&read("t10k-images-idx3-ubyte")?, &read("t10k-labels-idx1-ubyte")?)
}

/// Runs one case of a folder's index.
pub fn run_case(runner: &Runner, folder: &Path, kind: Kind, case: &Value) -> CaseReport {
    let bytes = match case["file"].as_str().map(|file| fs::read(folder.join(file))).transpose() {
        Ok(bytes) => bytes,
        Err(error) => {
            let id = case["id"].as_str().unwrap_or("(no id)").to_owned();
            return CaseReport::from_failures(id, vec![Failure::message("", format!("{}: {error}", case["file"]))]);
        }
    };
    wait(runner.run(kind, case, bytes.as_deref()))
}
