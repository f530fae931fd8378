//! The WebGPU backend.
//!
//! Everything but command encoders is made when a program is prepared: pipelines once for a device, bind groups and params once for a
//! program. A run is one submit. What the device reports late (it was lost, memory ran out) is kept and returned by the next call.

mod buffers;
mod device;
mod grid;
mod pipelines;
mod program;
mod readback;
mod shaders;
mod signal;

use std::rc::Rc;

use super::Backend;
use crate::core::error::DeviceError;
use crate::core::shared::SharedWords;
use crate::ir::program::{BufferSpec, Program, Range};

use self::device::Device;

pub use self::buffers::Buffer;
use self::program::Layout;
pub use self::program::Prepared;

/// Runs plans through WebGPU. Clones share the device and what has been compiled for it.
#[derive(Clone, Debug)]
pub struct Wgpu {
    device: Rc<Device>,
    layout: Layout,
}

/// Words in a piece of an upload that fills a buffer.
const FILL_PIECE: usize = 1 << 16;

impl Wgpu {
    /// Opens a device on the browser's preferred adapter if it is hardware; with `software`, on its software adapter, or on whatever
    /// there is.
    ///
    /// # Errors
    /// [`DeviceError::NoWebgpu`], [`DeviceError::NoAdapter`], [`DeviceError::SoftwareAdapter`] unless asked for,
    /// [`DeviceError::DeviceRequestFailed`].
    pub async fn open(software: bool) -> Result<Self, DeviceError> {
        let device = Device::open(software).await?;
        let layout = Layout { least_rows: 1, chip: !device.adapter.software };
        Ok(Self { device: Rc::new(device), layout })
    }

    /// From now on tells how many pipelines are compiled, and of how many, while a program is prepared that needs new ones.
    pub fn on_progress(&self, progress: impl Fn(usize, usize) + 'static) {
        *self.device.progress.borrow_mut() = Box::new(progress);
    }

    /// The adapter, as the browser names it.
    pub fn adapter_name(&self) -> &str {
        &self.device.adapter.description
    }

    /// Whether the adapter is a program on the CPU.
    pub fn is_software(&self) -> bool {
        self.device.adapter.software
    }

    /// Whether programs have the passes for chips.
    pub(crate) fn has_chip_passes(&self) -> bool {
        self.layout.chip
    }

    /// The same device, with programs whose dispatches have so many rows of workgroups where they could do with one. Only huge programs need
    /// it; tests ask for it, so that no kernel counts on one row.
    pub fn with_rows(&self, least_rows: u32) -> Self {
        Self { layout: Layout { least_rows, ..self.layout }, ..self.clone() }
    }

    /// The same device, with the passes for chips, or without, whatever it is; tests ask for both.
    pub fn with_chip_passes(&self, chip: bool) -> Self {
        Self { layout: Layout { chip, ..self.layout }, ..self.clone() }
    }

    /// Refuses a buffer that this device cannot hold or bind, before any is made.
    ///
    /// # Errors
    /// [`DeviceError::LimitExceeded`].
    pub fn check_limits(&self, buffers: &[BufferSpec]) -> Result<(), DeviceError> {
        buffers.iter().try_for_each(|buffer| self.device.check_len(&buffer.label, buffer.len))
    }

    /// Gives the device up, as if it had been taken away: calls from now on end in [`DeviceError::DeviceLost`].
    pub fn destroy(&self) {
        self.device.device.destroy();
    }
}

impl Backend for Wgpu {
    type Buffer = Buffer;
    type Program = Prepared;

    fn allocate(&mut self, spec: &BufferSpec) -> Result<Buffer, DeviceError> {
        self.device.check()?;
        let buffer = self.device.storage(&spec.label, spec.len)?;
        if let Some(contents) = &spec.contents {
            self.device.upload(&buffer, 0, bytemuck::cast_slice(contents))?;
        } else if spec.fill != 0.0 {
            let word = if spec.words { spec.fill as u32 } else { spec.fill.to_bits() };
            let piece = vec![word; spec.len.min(FILL_PIECE)];
            for start in (0..spec.len).step_by(FILL_PIECE) {
                self.device.upload(&buffer, start, &piece[..piece.len().min(spec.len - start)])?;
            }
        }
        Ok(buffer)
    }

    fn share(&mut self, words: &SharedWords, capacity: usize, label: &str) -> Result<Buffer, DeviceError> {
        self.device.check()?;
        let words = words.borrow();
        let mut buffer = self.device.storage(label, capacity.max(words.len()))?;
        buffer.shared = true;
        self.device.upload(&buffer, 0, &words)?;
        Ok(buffer)
    }

    fn refresh(&mut self, buffer: &Buffer, words: &SharedWords, from: usize, to: usize) -> Result<(), DeviceError> {
        self.device.upload(buffer, from, &words.borrow()[from..to])
    }

    fn write(&mut self, buffer: &mut Buffer, offset: usize, floats: &[f32]) -> Result<(), DeviceError> {
        self.device.upload(buffer, offset, bytemuck::cast_slice(floats))
    }

    fn write_words(&mut self, buffer: &mut Buffer, offset: usize, words: &[u32]) -> Result<(), DeviceError> {
        self.device.upload(buffer, offset, words)
    }

    async fn read(&mut self, buffers: &[Buffer], range: Range) -> Result<Vec<f32>, DeviceError> {
        self.device.download(&buffers[range.buffer.0], range.offset, range.len).await
    }

    async fn read_words(&mut self, buffers: &[Buffer], range: Range) -> Result<Vec<u32>, DeviceError> {
        self.device.download(&buffers[range.buffer.0], range.offset, range.len).await
    }

    async fn prepare(&mut self, program: &Program, buffers: &[Buffer]) -> Result<Prepared, DeviceError> {
        self.device.prepare(program, buffers, self.layout).await
    }

    fn run(&mut self, program: &Prepared, _buffers: &mut [Buffer]) -> Result<(), DeviceError> {
        self.device.run(program)
    }

    async fn finish(&mut self) -> Result<(), DeviceError> {
        self.device.drain().await
    }
}
