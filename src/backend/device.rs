//! The device that was chosen.

/// Bytes that a plan may take: half of what 32-bit WebAssembly can address, since the images, the host's copies and the page need room too.
pub const MEMORY_LIMIT: u64 = 2 << 30;

/// Where to run, once chosen.
#[derive(Debug)]
pub enum Device {
    /// The CPU with these kernels.
    Cpu(super::cpu::Kernels),
    /// An open WebGPU device.
    #[cfg(target_arch = "wasm32")]
    Wgpu(Box<super::wgpu::Wgpu>),
}
