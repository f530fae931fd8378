//! Which backend runs a network, and why not another.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::backend::Device;
use crate::backend::cpu::{self, Kernels};
use crate::core::error::{DeviceError, Error};
use crate::run::race::Race;

/// What was asked for.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum BackendChoice {
    /// WebGPU on a hardware adapter that computes right; else the CPU, with the reason. Where both can train a network, the one that is faster at it
    /// ([`crate::run::race`]).
    Auto,
    /// The same, where a software adapter counts too.
    AutoSoftware,
    /// WebGPU on a hardware adapter, or an error.
    Webgpu,
    /// WebGPU even where the adapter is a program: right, and slow.
    WebgpuSoftware,
    /// The CPU's fastest kernels.
    Cpu,
    /// The CPU's reference kernels.
    Scalar,
}

/// What runs, and why.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct BackendStatus {
    /// What was asked for.
    pub requested: BackendChoice,
    /// `webgpu` or `cpu`.
    pub backend: &'static str,
    /// `wgsl`, `relaxed_simd`, `simd128` or `scalar`.
    pub kernels: &'static str,
    /// The GPU, as the browser names it.
    pub adapter: Option<String>,
    /// Whether the adapter is a program.
    pub software: bool,
    /// Why it is not what was asked for or preferred.
    pub reason: Option<Value>,
    /// Where both backends were tried, how fast they were.
    pub race: Option<Race>,
}

impl BackendChoice {
    /// Whether the faster backend is meant.
    pub fn is_automatic(self) -> bool {
        matches!(self, Self::Auto | Self::AutoSoftware)
    }
}

impl BackendStatus {
    /// The CPU's fastest kernels, and why not WebGPU.
    pub fn cpu(requested: BackendChoice, reason: Option<Error>) -> Self {
        let reason = reason.map(|error| error.to_json());
        Self { requested, backend: "cpu", kernels: cpu::SIMD_NAME, adapter: None, software: false, reason, race: None }
    }
}

/// A chosen device.
#[derive(Debug)]
pub struct Selected {
    /// Where to run.
    pub device: Device,
    /// What the page shows of it.
    pub status: BackendStatus,
}

/// Chooses and opens a device.
///
/// # Errors
/// When WebGPU or the scalar kernels were asked for by name and are not to be had.
pub async fn select(choice: BackendChoice) -> Result<Selected, DeviceError> {
    let on_cpu = |reason: Option<DeviceError>| Selected {
        device: Device::Cpu(Kernels::Simd),
        status: BackendStatus::cpu(choice, reason.map(Error::from)),
    };
    match choice {
        BackendChoice::Cpu => Ok(on_cpu(None)),
        BackendChoice::Scalar if !cfg!(feature = "reference") => Err(DeviceError::NoScalarKernels),
        BackendChoice::Scalar => {
            let status = BackendStatus { kernels: "scalar", ..BackendStatus::cpu(choice, None) };
            Ok(Selected { device: Device::Cpu(Kernels::Scalar), status })
        }
        BackendChoice::Auto | BackendChoice::AutoSoftware => {
            Ok(webgpu(choice, choice == BackendChoice::AutoSoftware).await.unwrap_or_else(|reason| on_cpu(Some(reason))))
        }
        BackendChoice::Webgpu => webgpu(choice, false).await,
        BackendChoice::WebgpuSoftware => webgpu(choice, true).await,
    }
}

#[cfg(not(target_arch = "wasm32"))]
async fn webgpu(_choice: BackendChoice, _software: bool) -> Result<Selected, DeviceError> {
    Err(DeviceError::NoWebgpu)
}

/// Opens WebGPU and checks it against the kernels of the CPU.
#[cfg(target_arch = "wasm32")]
async fn webgpu(choice: BackendChoice, software: bool) -> Result<Selected, DeviceError> {
    let wgpu = crate::backend::wgpu::Wgpu::open(software).await?;
    super::self_check::self_check(&wgpu).await?;
    let status = BackendStatus {
        requested: choice,
        backend: "webgpu",
        kernels: "wgsl",
        adapter: Some(wgpu.adapter_name().to_owned()),
        software: wgpu.is_software(),
        reason: None,
        race: None,
    };
    Ok(Selected { device: Device::Wgpu(Box::new(wgpu)), status })
}
