//! Runs the reference cases: numbers that PyTorch computed, in the format that tests/README.md describes.
//!
//! The same code runs natively on the CPU kernels and, in the browser, on all of them. A case is data; an operator becomes known here by
//! `cases.rs` in its folder. What the engine does not know (an operator, an attribute, a tensor) fails the case that names it: a case counts as
//! passed only when every result it holds was computed and compared.

pub mod adapter;
pub mod case;
mod check;
pub mod compare;
pub mod device;
mod mnist;
#[cfg(not(target_arch = "wasm32"))]
pub mod native;
mod nets;
mod network;
mod ops;
mod optim;
pub mod report;
mod running;
mod schedule;
pub mod tensors;
mod trajectory;
#[cfg(target_arch = "wasm32")]
pub mod web;

use serde_json::Value;

use self::case::{CaseError, parse};
use self::device::Device;
use self::mnist::Mnist;
use self::tensors::Tensors;

pub use self::case::Kind;
pub use self::report::{CaseReport, Failure, Outcome};

/// Runs cases on one backend.
#[derive(Debug)]
pub struct Runner {
    device: Device,
    train: Option<Mnist>,
    test: Option<Mnist>,
}

impl Runner {
    /// A runner on this device.
    pub fn new(device: Device) -> Self {
        Self { device, train: None, test: None }
    }

    /// Gives the training images and labels that trajectories need, as the bytes of MNIST's own files.
    ///
    /// # Errors
    /// Files that are not what they should be.
    pub fn set_train(&mut self, images: &[u8], labels: &[u8]) -> Result<(), CaseError> {
        self.train = Some(Mnist::read("train", images, labels)?);
        Ok(())
    }

    /// Gives the test images and labels, as [`Runner::set_train`] does.
    ///
    /// # Errors
    /// Files that are not what they should be.
    pub fn set_test(&mut self, images: &[u8], labels: &[u8]) -> Result<(), CaseError> {
        self.test = Some(Mnist::read("test", images, labels)?);
        Ok(())
    }

    /// Runs one case: an entry of the index of its kind, and the bytes of its tensor file where it has one.
    pub async fn run(&self, kind: Kind, case: &Value, tensors: Option<&[u8]>) -> CaseReport {
        let id = case["id"].as_str().unwrap_or("(no id)").to_owned();
        if kind == Kind::Trajectories && (self.train.is_none() || self.test.is_none()) {
            return CaseReport::skipped(id, "MNIST is not there");
        }
        match self.failures(kind, case, tensors).await {
            Ok(failures) => CaseReport::from_failures(id, failures),
            Err(error) => CaseReport::from_failures(id, vec![Failure::message(error.tensor(), error.to_string())]),
        }
    }

    async fn failures(&self, kind: Kind, case: &Value, bytes: Option<&[u8]>) -> Result<Vec<Failure>, CaseError> {
        let tensors = || Tensors::read(bytes.ok_or(CaseError::NoTensors)?);
        match (kind, &self.train, &self.test) {
            (Kind::Ops, ..) => ops::run(&self.device, &parse(case)?, &tensors()?).await,
            (Kind::Nets, ..) => nets::run(&self.device, &parse(case)?, &tensors()?).await,
            (Kind::Optim, ..) => optim::run(&self.device, &parse(case)?, &tensors()?).await,
            (Kind::Schedules, ..) => schedule::run(&parse(case)?),
            (Kind::Trajectories, Some(train), Some(test)) => trajectory::run(&self.device, &parse(case)?, &tensors()?, train, test).await,
            (Kind::Trajectories, ..) => Err(CaseError::NoTensors),
        }
    }
}
