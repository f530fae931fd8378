//! From the device back to the host.

use ::wgpu::{BufferDescriptor, BufferUsages, CommandEncoderDescriptor, MapMode};
use bytemuck::Pod;

use super::buffers::Buffer;
use super::device::Device;
use super::signal::signal;
use crate::core::error::{DeviceError, Doing};

/// Buffers that the host can map, kept for the next read.
#[derive(Debug, Default)]
pub(super) struct Staging {
    free: Vec<::wgpu::Buffer>,
}

/// How many unused staging buffers are kept.
const KEPT: usize = 4;

impl Device {
    /// Reads elements, after all that was submitted before.
    pub(super) async fn download<T: Pod>(&self, buffer: &Buffer, offset: usize, len: usize) -> Result<Vec<T>, DeviceError> {
        self.check()?;
        if len == 0 {
            return Ok(Vec::new());
        }
        let (start, bytes) = (4 * offset as u64, 4 * len as u64);
        let staging = self.take_staging(bytes);
        let mut encoder = self.device.create_command_encoder(&CommandEncoderDescriptor { label: Some("read back") });
        encoder.copy_buffer_to_buffer(&buffer.buffer, start, &staging, 0, bytes);
        self.queue.submit([encoder.finish()]);
        let (sender, receiver) = signal();
        staging.map_async(MapMode::Read, 0..bytes, move |result| sender.send(result.is_ok()));
        if receiver.receive().await != Some(true) {
            return Err(self.failure(Doing::ReadingBack, Some(&buffer.label), "map_async"));
        }
        let view = staging
            .get_mapped_range(0..bytes)
            .map_err(|error| self.failure(Doing::ReadingBack, Some(&buffer.label), &format!("{error:?}")))?;
        let elements = bytemuck::pod_collect_to_vec(&view);
        drop(view);
        staging.unmap();
        self.keep_staging(staging);
        Ok(elements)
    }

    /// A staging buffer of at least this size: the smallest unused one, or a new one.
    fn take_staging(&self, bytes: u64) -> ::wgpu::Buffer {
        let free = &mut self.staging.borrow_mut().free;
        let fitting = free.iter().enumerate().filter(|(_, buffer)| buffer.size() >= bytes).min_by_key(|(_, buffer)| buffer.size());
        if let Some((place, _)) = fitting {
            return free.swap_remove(place);
        }
        let size = bytes.next_power_of_two().min(self.limits.max_buffer_size);
        let usage = BufferUsages::MAP_READ | BufferUsages::COPY_DST;
        self.device.create_buffer(&BufferDescriptor { label: Some("staging"), size, usage, mapped_at_creation: false })
    }

    /// Keeps a staging buffer for later; the largest goes when there are too many.
    fn keep_staging(&self, buffer: ::wgpu::Buffer) {
        let free = &mut self.staging.borrow_mut().free;
        free.push(buffer);
        if free.len() > KEPT {
            let largest = (0..free.len()).max_by_key(|&at| free[at].size());
            if let Some(largest) = largest {
                free.swap_remove(largest).destroy();
            }
        }
    }

    /// Waits until all submitted work is done.
    pub(super) async fn drain(&self) -> Result<(), DeviceError> {
        self.check()?;
        let (sender, receiver) = signal();
        self.queue.on_submitted_work_done(move || sender.send(()));
        receiver.receive().await.ok_or_else(|| self.failure(Doing::Waiting, None, "on_submitted_work_done"))?;
        self.check()
    }
}
