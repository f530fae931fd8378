//! Where cases are run.

use std::collections::HashMap;

use crate::backend::SharedWords;
use crate::backend::cpu::Kernels;
use crate::error::DeviceError;
use crate::executor::AnyExecutor;
use crate::plan::Plan;

/// A backend under test.
#[derive(Debug)]
pub enum Device {
    /// The CPU with these kernels.
    Cpu(Kernels),
    /// WebGPU, software adapters included. Opened when the first case needs it and handed from case to case; a case that loses it has the
    /// next one open another.
    #[cfg(target_arch = "wasm32")]
    Wgpu(Option<crate::backend::wgpu::Wgpu>),
}

impl Device {
    /// Makes the memory of a plan and prepares its programs.
    ///
    /// # Errors
    /// What the device reports.
    pub async fn executor(&mut self, plan: &Plan, external: &HashMap<String, (SharedWords, usize)>) -> Result<AnyExecutor, DeviceError> {
        match self {
            Self::Cpu(kernels) => AnyExecutor::cpu(*kernels, plan, external).await,
            #[cfg(target_arch = "wasm32")]
            Self::Wgpu(opened) => {
                use crate::backend::wgpu::Wgpu;
                use crate::executor::Executor;
                let wgpu = match opened.take() {
                    Some(wgpu) => wgpu,
                    None => Wgpu::open(true).await?,
                };
                Ok(AnyExecutor::Wgpu(Executor::new(wgpu, plan, external).await?))
            }
        }
    }

    /// Takes back what the executor ran on, for the next case.
    pub fn give_back(&mut self, executor: AnyExecutor) {
        match (self, executor) {
            #[cfg(target_arch = "wasm32")]
            (Self::Wgpu(opened), AnyExecutor::Wgpu(executor)) => *opened = Some(executor.into_backend()),
            _ => (),
        }
    }
}
