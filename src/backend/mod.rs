//! Where plans run. A backend has verbs, not operators: everything it knows of a kernel is in [`crate::core::kernel::Kernel`].

pub mod cpu;
mod device;
#[cfg(target_arch = "wasm32")]
pub mod wgpu;

pub use self::device::{Device, MEMORY_LIMIT};

use crate::core::error::DeviceError;
use crate::core::shared::SharedWords;
use crate::ir::program::{BufferSpec, Program, Range};

/// A device that runs programs over buffers. All errors are [`DeviceError`]s.
#[expect(async_fn_in_trait, reason = "used by this crate only, on one thread")]
pub trait Backend {
    /// Device memory of 32-bit elements.
    type Buffer;
    /// A program with everything made that it needs: pipelines, bind groups.
    type Program;

    /// Makes a buffer with its first contents.
    fn allocate(&mut self, spec: &BufferSpec) -> Result<Self::Buffer, DeviceError>;

    /// Makes a buffer of words that the host keeps too. `capacity` is how many words it will hold in the end.
    fn share(&mut self, words: &SharedWords, capacity: usize, label: &str) -> Result<Self::Buffer, DeviceError>;

    /// Says that words `from..to` of a shared buffer have changed on the host.
    fn refresh(&mut self, buffer: &Self::Buffer, words: &SharedWords, from: usize, to: usize) -> Result<(), DeviceError>;

    /// Overwrites floats from `offset` on.
    fn write(&mut self, buffer: &mut Self::Buffer, offset: usize, floats: &[f32]) -> Result<(), DeviceError>;

    /// Overwrites words from `offset` on.
    fn write_words(&mut self, buffer: &mut Self::Buffer, offset: usize, words: &[u32]) -> Result<(), DeviceError>;

    /// Reads floats, after all that was run before.
    async fn read(&mut self, buffers: &[Self::Buffer], range: Range) -> Result<Vec<f32>, DeviceError>;

    /// Reads words, after all that was run before.
    async fn read_words(&mut self, buffers: &[Self::Buffer], range: Range) -> Result<Vec<u32>, DeviceError>;

    /// Makes what a program needs. `buffers` are the plan's.
    async fn prepare(&mut self, program: &Program, buffers: &[Self::Buffer]) -> Result<Self::Program, DeviceError>;

    /// Runs a program, or hands it to the device.
    fn run(&mut self, program: &Self::Program, buffers: &mut [Self::Buffer]) -> Result<(), DeviceError>;

    /// Waits until the device has done all it was given.
    async fn finish(&mut self) -> Result<(), DeviceError>;
}
