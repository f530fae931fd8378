//! A program made ready: pipelines, bind groups and params, all made once.

use ::wgpu::{
    BindGroup, BindGroupDescriptor, BindGroupEntry, BindingResource, BufferBinding, BufferSize, CommandEncoderDescriptor,
    ComputePassDescriptor, ComputePipeline,
};

use super::buffers::Buffer;
use super::device::Device;
use super::grid::grid;
use super::pipelines::PassOf;
use crate::core::error::{DeviceError, Doing};
use crate::ir::program::{Program, Step};

/// What a run needs, in the order it needs it.
#[derive(Debug)]
pub struct Prepared {
    steps: Vec<PreparedStep>,
    /// Held for the bind groups that point into them.
    _memory: Box<[Buffer; 2]>,
}

#[derive(Debug)]
struct PreparedStep {
    arguments: BindGroup,
    params: BindGroup,
    dispatches: Vec<(ComputePipeline, [u32; 2])>,
}

/// How a program's dispatches are laid out.
#[derive(Clone, Copy, Debug)]
pub(super) struct Layout {
    /// Rows of workgroups at least.
    pub(super) least_rows: u32,
    /// By the passes for chips, where a kernel has some.
    pub(super) chip: bool,
}

/// A program's passes that have something to do, by step.
type Passes = Vec<Vec<(PassOf, [u32; 2])>>;

fn binding<'a>(buffer: &'a Buffer, offset: u64, bytes: u64) -> BindingResource<'a> {
    BindingResource::Buffer(BufferBinding { buffer: &buffer.buffer, offset, size: BufferSize::new(bytes) })
}

/// Floats of scratch memory that a step's passes share.
fn scratch_len(step: &Step) -> usize {
    (step.kernel.wgsl_scratch)(&step.params)
}

/// Bytes of params as they are bound: uniform bindings are multiples of 16.
fn params_bytes(step: &Step) -> u64 {
    step.params.len().next_multiple_of(16) as u64
}

impl Device {
    /// Makes everything that a program needs.
    pub(super) async fn prepare(&self, program: &Program, buffers: &[Buffer], layout: Layout) -> Result<Prepared, DeviceError> {
        self.check()?;
        let passes = self.passes(program, layout)?;
        let needed: Vec<PassOf> = passes.iter().flatten().map(|(of, _)| *of).collect();
        self.compile(&needed).await?;
        let (prepared, error) = self.capture(|| self.bind(program, buffers, &passes));
        match error.await {
            Some(reason) => Err(self.failure(Doing::Preparing, None, &reason)),
            None => prepared,
        }
    }

    fn passes(&self, program: &Program, layout: Layout) -> Result<Passes, DeviceError> {
        let limit = self.limits.max_compute_workgroups_per_dimension;
        let of_step = |step: &Step| {
            let (kernel, scratch) = (step.kernel, scratch_len(step) > 0);
            let sized = kernel.passes_for(&step.params, layout.chip).iter().map(|pass| (pass.entry, (pass.workgroups)(&step.params)));
            sized
                .filter(|&(_, workgroups)| workgroups > 0)
                .map(|(entry, workgroups)| {
                    Ok((PassOf { kernel, entry, scratch }, grid(kernel.name, workgroups, limit, layout.least_rows)?))
                })
                .collect()
        };
        program.steps.iter().map(of_step).collect()
    }

    fn bind(&self, program: &Program, buffers: &[Buffer], passes: &Passes) -> Result<Prepared, DeviceError> {
        // Steps run one after the other, so they share one scratch buffer.
        let scratch = self.storage("scratch of kernels", program.steps.iter().map(scratch_len).max().unwrap_or(0))?;
        let (words, starts) = self.pack_params(program);
        let uniform = self.uniform("params", 4 * words.len().max(4) as u64)?;
        self.upload(&uniform, 0, &words)?;
        let mut steps = Vec::with_capacity(program.steps.len());
        for ((step, passes), start) in program.steps.iter().zip(passes).zip(starts) {
            let pipelines = self.pipelines.borrow();
            let compiled = passes.first().and_then(|(of, _)| pipelines.get(*of));
            // A step without work has no passes and nothing to bind.
            let Some((layout, _)) = compiled else { continue };
            let label = Some(step.kernel.name);
            let ranges = step.arguments.iter().map(|range| {
                let buffer = &buffers[range.buffer.0];
                let whole = 4 * buffer.len as u64;
                if buffer.shared { binding(buffer, 0, whole) } else { binding(buffer, 4 * range.offset as u64, 4 * range.len as u64) }
            });
            let extra = Some(scratch_len(step)).filter(|&len| len > 0).map(|len| binding(&scratch, 0, 4 * len as u64));
            let entries: Vec<BindGroupEntry<'_>> =
                ranges.chain(extra).enumerate().map(|(n, resource)| BindGroupEntry { binding: n as u32, resource }).collect();
            let arguments = self.device.create_bind_group(&BindGroupDescriptor { label, layout, entries: &entries });
            let entries = [BindGroupEntry { binding: 0, resource: binding(&uniform, start, params_bytes(step)) }];
            let params = self.device.create_bind_group(&BindGroupDescriptor { label, layout: &pipelines.params, entries: &entries });
            let compiled = passes.iter().filter_map(|&(of, size)| pipelines.get(of).map(|(_, pipeline)| (pipeline.clone(), size)));
            steps.push(PreparedStep { arguments, params, dispatches: compiled.collect() });
        }
        Ok(Prepared { steps, _memory: Box::new([scratch, uniform]) })
    }

    /// All params of a program one after the other, and the byte at which each step's begin.
    fn pack_params(&self, program: &Program) -> (Vec<u32>, Vec<u64>) {
        let alignment = self.limits.min_uniform_buffer_offset_alignment as usize;
        let mut bytes: Vec<u8> = Vec::new();
        let starts = program.steps.iter().map(|step| {
            bytes.resize(bytes.len().next_multiple_of(alignment), 0);
            let start = bytes.len();
            bytes.extend_from_slice(&step.params);
            bytes.resize(start + params_bytes(step) as usize, 0);
            start as u64
        });
        let starts = starts.collect();
        (bytemuck::pod_collect_to_vec(&bytes), starts)
    }

    /// Hands a program to the device: one command buffer with one compute pass, one submit.
    pub(super) fn run(&self, program: &Prepared) -> Result<(), DeviceError> {
        self.check()?;
        let mut encoder = self.device.create_command_encoder(&CommandEncoderDescriptor { label: None });
        let mut pass = encoder.begin_compute_pass(&ComputePassDescriptor { label: None, timestamp_writes: None });
        for step in &program.steps {
            pass.set_bind_group(0, &step.arguments, &[]);
            pass.set_bind_group(1, &step.params, &[]);
            for (pipeline, [columns, rows]) in &step.dispatches {
                pass.set_pipeline(pipeline);
                pass.dispatch_workgroups(*columns, *rows, 1);
            }
        }
        drop(pass);
        self.queue.submit([encoder.finish()]);
        Ok(())
    }
}
