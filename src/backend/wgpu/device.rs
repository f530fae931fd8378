//! The adapter and the device: what they are, what they allow, and what became of them.

use std::cell::RefCell;
use std::sync::{Arc, Mutex, PoisonError};

use ::wgpu::{DeviceDescriptor, Instance, InstanceDescriptor, Limits, PowerPreference, RequestAdapterOptions};
use js_sys::{Function, Object, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use super::pipelines::Pipelines;
use super::readback::Staging;
use super::shaders::Shaders;
use crate::core::error::{DeviceError, Doing};

/// Parts of the names of adapters that are programs and not chips.
const SOFTWARE_NAMES: [&str; 6] = ["swiftshader", "llvmpipe", "lavapipe", "softpipe", "basic render", "warp"];

/// An open device and what is made once for it.
pub(super) struct Device {
    pub(super) device: ::wgpu::Device,
    pub(super) queue: ::wgpu::Queue,
    pub(super) limits: Limits,
    pub(super) adapter: Adapter,
    pub(super) pipelines: RefCell<Pipelines>,
    pub(super) shaders: Shaders,
    pub(super) staging: RefCell<Staging>,
    /// Told how many pipelines are compiled, and of how many, while some are.
    pub(super) progress: RefCell<Box<dyn Fn(usize, usize)>>,
    trouble: Arc<Mutex<Option<DeviceError>>>,
}

impl std::fmt::Debug for Device {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Device").field("adapter", &self.adapter).finish_non_exhaustive()
    }
}

/// What the browser says of an adapter.
#[derive(Clone, Debug)]
pub(super) struct Adapter {
    /// For people.
    pub(super) description: String,
    /// Whether it is a software adapter, which runs on the CPU.
    pub(super) software: bool,
}

impl Device {
    /// Opens the browser's preferred adapter, or with `software` its software adapter, where it has one.
    pub(super) async fn open(software: bool) -> Result<Self, DeviceError> {
        let gpu = navigator_gpu().ok_or(DeviceError::NoWebgpu)?;
        let mut fallback = software;
        let mut found = describe_adapter(&gpu, fallback).await;
        if found.is_none() && fallback {
            fallback = false;
            found = describe_adapter(&gpu, fallback).await;
        }
        let adapter = found.ok_or(DeviceError::NoAdapter)?;
        if adapter.software && !software {
            return Err(DeviceError::SoftwareAdapter { adapter: adapter.description });
        }
        let instance = Instance::new(InstanceDescriptor::new_without_display_handle());
        let options = RequestAdapterOptions {
            power_preference: PowerPreference::HighPerformance,
            force_fallback_adapter: fallback,
            ..RequestAdapterOptions::default()
        };
        let chosen = instance.request_adapter(&options).await.map_err(|_| DeviceError::NoAdapter)?;
        let limits = wanted_limits(&chosen.limits());
        let descriptor = DeviceDescriptor { label: Some("receptive"), required_limits: limits.clone(), ..DeviceDescriptor::default() };
        let (device, queue) =
            chosen.request_device(&descriptor).await.map_err(|error| DeviceError::DeviceRequestFailed { reason: error.to_string() })?;
        let trouble = watch(&device);
        let shaders = Shaders::load().await?;
        let pipelines = RefCell::new(Pipelines::new(&device));
        let progress = RefCell::new(Box::new(|_, _| ()) as Box<dyn Fn(usize, usize)>);
        Ok(Self { device, queue, limits, adapter, pipelines, shaders, staging: RefCell::default(), progress, trouble })
    }

    /// What went wrong since the device was opened, if anything did: a lost device, or an error that no call could report at once.
    pub(super) fn check(&self) -> Result<(), DeviceError> {
        match &*self.trouble.lock().unwrap_or_else(PoisonError::into_inner) {
            Some(error) => Err(error.clone()),
            None => Ok(()),
        }
    }

    /// What to report when a callback ended without success.
    pub(super) fn failure(&self, what: Doing, name: Option<&str>, reason: &str) -> DeviceError {
        let failed = || DeviceError::DeviceFailed { what, name: name.map(str::to_owned), reason: reason.to_owned() };
        self.check().err().unwrap_or_else(failed)
    }
}

impl Drop for Device {
    /// Gives the GPU's memory back at once; the browser would wait for its garbage collector.
    fn drop(&mut self) {
        self.device.destroy();
    }
}

/// Has a lost device and uncaptured errors noted. The first one stays, since others follow from it; only a loss replaces an error.
fn watch(device: &::wgpu::Device) -> Arc<Mutex<Option<DeviceError>>> {
    let trouble = Arc::new(Mutex::new(None));
    let lost = Arc::clone(&trouble);
    device.set_device_lost_callback(move |reason, message| {
        let reason = if message.is_empty() { format!("{reason:?}") } else { message };
        *lost.lock().unwrap_or_else(PoisonError::into_inner) = Some(DeviceError::DeviceLost { reason });
    });
    let errors = Arc::clone(&trouble);
    device.on_uncaptured_error(Arc::new(move |error: ::wgpu::Error| {
        let error = DeviceError::DeviceFailed { what: Doing::Command, name: None, reason: error.to_string() };
        errors.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
    }));
    trouble
}

/// The guaranteed limits, and as much as the adapter has of those that large networks need.
fn wanted_limits(adapter: &Limits) -> Limits {
    Limits {
        max_buffer_size: adapter.max_buffer_size,
        max_storage_buffer_binding_size: adapter.max_storage_buffer_binding_size,
        max_storage_buffers_per_shader_stage: adapter.max_storage_buffers_per_shader_stage,
        ..Limits::default()
    }
}

/// `navigator.gpu`, on a page and in a worker alike.
fn navigator_gpu() -> Option<JsValue> {
    let navigator = Reflect::get(&js_sys::global(), &"navigator".into()).ok()?;
    let gpu = Reflect::get(&navigator, &"gpu".into()).ok()?;
    gpu.is_object().then_some(gpu)
}

/// Asks the browser which adapter it would give. wgpu passes on a part of this only: not the vendor and the architecture, which are all
/// that browsers say of most chips.
async fn describe_adapter(gpu: &JsValue, fallback: bool) -> Option<Adapter> {
    let options = Object::new();
    Reflect::set(&options, &"powerPreference".into(), &"high-performance".into()).ok()?;
    Reflect::set(&options, &"forceFallbackAdapter".into(), &fallback.into()).ok()?;
    let request: Function = Reflect::get(gpu, &"requestAdapter".into()).ok()?.dyn_into().ok()?;
    let promise: Promise = request.call1(gpu, &options).ok()?.dyn_into().ok()?;
    let adapter = JsFuture::from(promise).await.ok().filter(JsValue::is_object)?;
    let info = Reflect::get(&adapter, &"info".into()).ok()?;
    let text = |name: &str| Reflect::get(&info, &name.into()).ok().and_then(|value| value.as_string()).unwrap_or_default();
    let flag = |of: &JsValue| Reflect::get(of, &"isFallbackAdapter".into()).is_ok_and(|value| value.is_truthy());
    let words: Vec<String> =
        ["vendor", "architecture", "device", "description"].iter().map(|name| text(name)).filter(|word| !word.is_empty()).collect();
    let named = words.join(" ");
    let lower = named.to_ascii_lowercase();
    let software = flag(&info) || flag(&adapter) || SOFTWARE_NAMES.iter().any(|name| lower.contains(name));
    let description = if named.is_empty() { "unnamed adapter".to_owned() } else { named };
    Some(Adapter { description, software })
}
