//! Pipelines: one for each pass of each kernel, made once for a device.

use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;

use ::wgpu::{
    BindGroupLayout, BindGroupLayoutDescriptor, BindGroupLayoutEntry, BindingType, BufferBindingType, ComputePipeline,
    ComputePipelineDescriptor, Error, ErrorFilter, PipelineCompilationOptions, PipelineLayout, PipelineLayoutDescriptor,
    ShaderModuleDescriptor, ShaderSource, ShaderStages,
};

use super::device::Device;
use crate::core::error::{DeviceError, Doing};
use crate::core::kernel::Kernel;

/// A kernel's address (there is one static of each), and whether it has scratch memory.
type Key = (*const Kernel, bool);

/// A wait for the errors that some work turned out to have.
type Errors = Pin<Box<dyn Future<Output = Option<String>>>>;

/// A pass of a kernel to run.
#[derive(Clone, Copy, Debug)]
pub(super) struct PassOf {
    pub(super) kernel: &'static Kernel,
    /// Its entry point. Lists of passes may share one, which is then compiled once.
    pub(super) entry: &'static str,
    /// Whether scratch memory is bound after the arguments.
    pub(super) scratch: bool,
}

impl PassOf {
    fn key(self) -> Key {
        (std::ptr::from_ref(self.kernel), self.scratch)
    }
}

/// What has been compiled so far.
#[derive(Debug)]
pub(super) struct Pipelines {
    /// The layout of the params, the same for all kernels.
    pub(super) params: BindGroupLayout,
    kernels: HashMap<Key, (Layouts, Passes)>,
}

/// The compiled passes of a kernel by their entry points.
type Passes = Vec<(&'static str, ComputePipeline)>;

#[derive(Clone, Debug)]
struct Layouts {
    arguments: BindGroupLayout,
    pipeline: PipelineLayout,
    module: ::wgpu::ShaderModule,
}

impl Pipelines {
    pub(super) fn new(device: &::wgpu::Device) -> Self {
        let entries = [entry(0, BufferBindingType::Uniform)];
        let params = device.create_bind_group_layout(&BindGroupLayoutDescriptor { label: Some("params"), entries: &entries });
        Self { params, kernels: HashMap::new() }
    }

    /// The layout of the arguments, and the pipeline of a compiled pass.
    pub(super) fn get(&self, of: PassOf) -> Option<(&BindGroupLayout, &ComputePipeline)> {
        let (layouts, passes) = self.kernels.get(&of.key())?;
        let (_, pipeline) = passes.iter().find(|(entry, _)| *entry == of.entry)?;
        Some((&layouts.arguments, pipeline))
    }
}

fn entry(binding: usize, ty: BufferBindingType) -> BindGroupLayoutEntry {
    let ty = BindingType::Buffer { ty, has_dynamic_offset: false, min_binding_size: None };
    BindGroupLayoutEntry { binding: binding as u32, visibility: ShaderStages::COMPUTE, ty, count: None }
}

impl Device {
    /// Compiles passes that have not been compiled yet. All are handed to the browser before the first is waited for.
    pub(super) async fn compile(&self, passes: &[PassOf]) -> Result<(), DeviceError> {
        let mut waiting = Vec::new();
        for &of in passes {
            if self.pipelines.borrow().get(of).is_some() {
                continue;
            }
            let kernel = of.kernel;
            let (pipeline, error) = self.capture(|| {
                let layouts = self.layouts(of);
                let descriptor = ComputePipelineDescriptor {
                    label: Some(kernel.name),
                    layout: Some(&layouts.pipeline),
                    module: &layouts.module,
                    entry_point: Some(of.entry),
                    compilation_options: PipelineCompilationOptions::default(),
                    cache: None,
                };
                self.device.create_compute_pipeline(&descriptor)
            });
            if let Some((_, passes)) = self.pipelines.borrow_mut().kernels.get_mut(&of.key()) {
                passes.push((of.entry, pipeline));
            }
            waiting.push((of, error));
        }
        let mut result = Ok(());
        let total = waiting.len();
        for (done, (of, error)) in waiting.into_iter().enumerate() {
            self.progress.borrow()(done, total);
            if let Some(reason) = error.await {
                if let Some((_, passes)) = self.pipelines.borrow_mut().kernels.get_mut(&of.key()) {
                    passes.retain(|(entry, _)| *entry != of.entry);
                }
                result = result.and(Err(self.failure(Doing::Compiling, Some(of.kernel.name), &reason)));
            }
        }
        if total > 0 {
            self.progress.borrow()(total, total);
        }
        result
    }

    /// Runs `make` and gives what it made, with a future of the errors that came of it.
    pub(super) fn capture<T>(&self, make: impl FnOnce() -> T) -> (T, Errors) {
        let scopes = [ErrorFilter::OutOfMemory, ErrorFilter::Internal, ErrorFilter::Validation].map(|f| self.device.push_error_scope(f));
        let made = make();
        let [memory, internal, validation] = scopes;
        let (validation, internal, memory) = (validation.pop(), internal.pop(), memory.pop());
        let error = async move {
            let found: [Option<Error>; 3] = [validation.await, internal.await, memory.await];
            found.into_iter().flatten().next().map(|error| error.to_string())
        };
        (made, Box::pin(error))
    }

    fn layouts(&self, of: PassOf) -> Layouts {
        if let Some((layouts, _)) = self.pipelines.borrow().kernels.get(&of.key()) {
            return layouts.clone();
        }
        let kernel = of.kernel;
        let mut entries: Vec<BindGroupLayoutEntry> = kernel
            .bindings
            .iter()
            .enumerate()
            .map(|(n, binding)| entry(n, BufferBindingType::Storage { read_only: !binding.writes() }))
            .collect();
        if of.scratch {
            entries.push(entry(kernel.bindings.len(), BufferBindingType::Storage { read_only: false }));
        }
        let label = Some(kernel.name);
        let arguments = self.device.create_bind_group_layout(&BindGroupLayoutDescriptor { label, entries: &entries });
        let params = self.pipelines.borrow().params.clone();
        let bind_group_layouts = &[Some(&arguments), Some(&params)];
        let pipeline = self.device.create_pipeline_layout(&PipelineLayoutDescriptor { label, bind_group_layouts, immediate_size: 0 });
        let source = ShaderSource::Wgsl(self.shaders.source(kernel.wgsl).into());
        let module = self.device.create_shader_module(ShaderModuleDescriptor { label, source });
        let layouts = Layouts { arguments, pipeline, module };
        self.pipelines.borrow_mut().kernels.insert(of.key(), (layouts.clone(), Passes::new()));
        layouts
    }
}
