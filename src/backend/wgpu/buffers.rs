//! Device memory.

use ::wgpu::{BufferDescriptor, BufferUsages};

use super::device::Device;
use crate::core::error::DeviceError;

/// A buffer of 32-bit elements. Its memory is given back when it is dropped.
#[derive(Debug)]
pub struct Buffer {
    pub(super) buffer: ::wgpu::Buffer,
    pub(super) label: String,
    /// Elements.
    pub(super) len: usize,
    /// The data set, whose length the plan does not know: bound as a whole.
    pub(super) shared: bool,
}

impl Drop for Buffer {
    fn drop(&mut self) {
        self.buffer.destroy();
    }
}

/// The smallest thing that a shader can see as an array of vectors.
const LEAST: usize = 4;

impl Device {
    /// Refuses a buffer that could not be made or bound.
    pub(super) fn check_len(&self, label: &str, len: usize) -> Result<(), DeviceError> {
        self.check_bytes(label, 4 * len as u64, self.limits.max_storage_buffer_binding_size.min(self.limits.max_buffer_size))
    }

    fn check_bytes(&self, label: &str, needed: u64, limit: u64) -> Result<(), DeviceError> {
        if needed <= limit { Ok(()) } else { Err(DeviceError::LimitExceeded { what: label.to_owned(), needed, limit }) }
    }

    /// Makes a zeroed buffer that kernels can bind.
    pub(super) fn storage(&self, label: &str, len: usize) -> Result<Buffer, DeviceError> {
        self.check_len(label, len)?;
        self.make(label, 4 * len.max(LEAST) as u64, BufferUsages::STORAGE | BufferUsages::COPY_DST | BufferUsages::COPY_SRC)
    }

    /// Makes a buffer for the params of a program.
    pub(super) fn uniform(&self, label: &str, bytes: u64) -> Result<Buffer, DeviceError> {
        self.check_bytes(label, bytes, self.limits.max_buffer_size)?;
        self.make(label, bytes, BufferUsages::UNIFORM | BufferUsages::COPY_DST)
    }

    fn make(&self, label: &str, bytes: u64, usage: BufferUsages) -> Result<Buffer, DeviceError> {
        let descriptor = BufferDescriptor { label: Some(label), size: bytes, usage, mapped_at_creation: false };
        let buffer = self.device.create_buffer(&descriptor);
        Ok(Buffer { buffer, label: label.to_owned(), len: (bytes / 4) as usize, shared: false })
    }

    /// Overwrites a part of a buffer, in order with the programs submitted before and after.
    pub(super) fn upload(&self, buffer: &Buffer, offset: usize, words: &[u32]) -> Result<(), DeviceError> {
        self.check()?;
        let end = offset + words.len();
        if end > buffer.len {
            return Err(DeviceError::LimitExceeded { what: buffer.label.clone(), needed: 4 * end as u64, limit: 4 * buffer.len as u64 });
        }
        if !words.is_empty() {
            self.queue.write_buffer(&buffer.buffer, 4 * offset as u64, bytemuck::cast_slice(words));
        }
        Ok(())
    }
}
