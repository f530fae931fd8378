//! Where cases are run.

use crate::backend::cpu::Kernels;
use crate::core::error::DeviceError;
use crate::executor::{AnyExecutor, External};
use crate::plan::Plan;

/// A backend under test.
#[derive(Clone, Debug)]
pub enum Device {
    /// The CPU with these kernels.
    Cpu(Kernels),
    /// WebGPU: one device for all cases.
    #[cfg(target_arch = "wasm32")]
    Wgpu(crate::backend::wgpu::Wgpu),
}

impl Device {
    /// WebGPU, a software adapter where there is no other.
    ///
    /// # Errors
    /// Why there is none.
    #[cfg(target_arch = "wasm32")]
    pub async fn webgpu() -> Result<Self, DeviceError> {
        Ok(Self::Wgpu(crate::backend::wgpu::Wgpu::open(true).await?))
    }

    /// Makes the memory of a plan and prepares its programs.
    ///
    /// # Errors
    /// What the device reports.
    pub async fn executor(&self, plan: &Plan, external: &External) -> Result<AnyExecutor, DeviceError> {
        match self {
            Self::Cpu(kernels) => AnyExecutor::cpu(*kernels, plan, external).await,
            #[cfg(target_arch = "wasm32")]
            Self::Wgpu(wgpu) => Ok(AnyExecutor::Wgpu(crate::executor::Executor::new(wgpu.clone(), plan, external).await?)),
        }
    }
}
