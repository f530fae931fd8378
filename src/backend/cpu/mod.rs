//! The CPU backend: SIMD kernels where there are some, scalar ones otherwise or on request.

use std::cell::Ref;
use std::rc::Rc;

use super::Backend;
use crate::core::error::DeviceError;
use crate::core::kernel::{Args, Binding, Kernel, MAX_BINDINGS, Real, Slot};
use crate::core::shared::SharedWords;
use crate::ir::program::{BufferId, BufferSpec, Program, Range, Step};

/// What the SIMD kernels of this build are called.
pub const SIMD_NAME: &str = if cfg!(target_feature = "relaxed-simd") { "relaxed_simd" } else { "simd128" };

/// Which kernels the CPU runs.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Kernels {
    /// The readable reference.
    Scalar,
    /// SIMD where a kernel has it.
    Simd,
}

/// A number type that the CPU backend can run plans in.
pub trait Element: Real + bytemuck::Pod {
    /// The kernel's function for this type, and the scratch floats it needs.
    fn select(kernel: &'static Kernel, kernels: Kernels, params: &[u8]) -> (fn(Args<'_, Self>), usize);
}

impl Element for f32 {
    fn select(kernel: &'static Kernel, kernels: Kernels, params: &[u8]) -> (fn(Args<'_, Self>), usize) {
        match kernel.simd.filter(|_| kernels == Kernels::Simd) {
            Some(simd) => (simd, (kernel.simd_scratch)(params)),
            None => (kernel.scalar, 0),
        }
    }
}

#[cfg(feature = "reference")]
impl Element for f64 {
    fn select(kernel: &'static Kernel, _kernels: Kernels, _params: &[u8]) -> (fn(Args<'_, Self>), usize) {
        (kernel.scalar_f64, 0)
    }
}

/// Runs plans on the thread that calls it.
#[derive(Debug)]
pub struct Cpu<T> {
    kernels: Kernels,
    scratch: Vec<T>,
}

/// Memory of the CPU backend.
#[derive(Debug)]
pub enum Buffer<T> {
    /// Floats.
    Floats(Vec<T>),
    /// Words.
    Words(Vec<u32>),
    /// Words the host keeps too; the kernels only read them.
    Shared(SharedWords),
}

/// A program with its functions chosen.
#[derive(Debug)]
pub struct Prepared<T> {
    steps: Vec<PreparedStep<T>>,
}

#[derive(Debug)]
struct PreparedStep<T> {
    step: Step,
    run: fn(Args<'_, T>),
    scratch: usize,
}

impl<T: Element> Cpu<T> {
    /// A backend that runs these kernels.
    pub fn new(kernels: Kernels) -> Self {
        Self { kernels, scratch: Vec::new() }
    }

    /// Runs those steps of a program.
    ///
    /// # Errors
    /// Floats and words that were mixed up.
    pub fn run_part(&mut self, program: &Prepared<T>, buffers: &mut [Buffer<T>], part: impl Fn(&Step) -> bool) -> Result<(), DeviceError> {
        program.steps.iter().filter(|step| part(&step.step)).try_for_each(|step| run_step(step, buffers, &mut self.scratch))
    }
}

impl<T> Buffer<T> {
    /// Its floats.
    ///
    /// # Errors
    /// Where it has words.
    pub fn floats(&mut self) -> Result<&mut [T], DeviceError> {
        if let Self::Floats(floats) = self { Ok(floats) } else { Err(wrong_kind("floats")) }
    }

    /// Its words, where they are its own.
    ///
    /// # Errors
    /// Where it has floats, or shares its words.
    pub fn words(&mut self) -> Result<&mut [u32], DeviceError> {
        if let Self::Words(words) = self { Ok(words) } else { Err(wrong_kind("words")) }
    }
}

fn wrong_kind(name: &str) -> DeviceError {
    DeviceError::FloatsAndWords { name: name.to_owned() }
}

impl<T: Element> Backend for Cpu<T> {
    type Buffer = Buffer<T>;
    type Program = Prepared<T>;

    fn allocate(&mut self, spec: &BufferSpec) -> Result<Buffer<T>, DeviceError> {
        let failed = |_| DeviceError::LimitExceeded { what: spec.label.clone(), needed: 4 * spec.len as u64, limit: 0 };
        if spec.words {
            let mut words = Vec::new();
            words.try_reserve_exact(spec.len).map_err(failed)?;
            words.resize(spec.len, spec.fill as u32);
            return Ok(Buffer::Words(words));
        }
        let mut floats = Vec::new();
        floats.try_reserve_exact(spec.len).map_err(failed)?;
        match &spec.contents {
            Some(contents) => floats.extend(contents.iter().map(|&float| T::of(float.into()))),
            None => floats.resize(spec.len, T::of(spec.fill.into())),
        }
        Ok(Buffer::Floats(floats))
    }

    fn share(&mut self, words: &SharedWords, _capacity: usize, _label: &str) -> Result<Buffer<T>, DeviceError> {
        Ok(Buffer::Shared(Rc::clone(words)))
    }

    fn refresh(&mut self, _buffer: &Buffer<T>, _words: &SharedWords, _from: usize, _to: usize) -> Result<(), DeviceError> {
        Ok(())
    }

    fn write(&mut self, buffer: &mut Buffer<T>, offset: usize, floats: &[f32]) -> Result<(), DeviceError> {
        let Buffer::Floats(to) = buffer else { return Err(wrong_kind("write")) };
        for (to, &from) in to[offset..].iter_mut().zip(floats) {
            *to = T::of(from.into());
        }
        Ok(())
    }

    fn write_words(&mut self, buffer: &mut Buffer<T>, offset: usize, words: &[u32]) -> Result<(), DeviceError> {
        let Buffer::Words(to) = buffer else { return Err(wrong_kind("write_words")) };
        to[offset..offset + words.len()].copy_from_slice(words);
        Ok(())
    }

    async fn read(&mut self, buffers: &[Buffer<T>], range: Range) -> Result<Vec<f32>, DeviceError> {
        let Buffer::Floats(floats) = &buffers[range.buffer.0] else { return Err(wrong_kind("read")) };
        Ok(floats[range.offset..][..range.len].iter().map(|x| x.to_f32().unwrap_or(f32::NAN)).collect())
    }

    async fn read_words(&mut self, buffers: &[Buffer<T>], range: Range) -> Result<Vec<u32>, DeviceError> {
        let Buffer::Words(words) = &buffers[range.buffer.0] else { return Err(wrong_kind("read_words")) };
        Ok(words[range.offset..][..range.len].to_vec())
    }

    async fn prepare(&mut self, program: &Program, _buffers: &[Buffer<T>]) -> Result<Prepared<T>, DeviceError> {
        let steps: Vec<PreparedStep<T>> = program
            .steps
            .iter()
            .map(|step| {
                let (run, scratch) = T::select(step.kernel, self.kernels, &step.params);
                PreparedStep { step: step.clone(), run, scratch }
            })
            .collect();
        let scratch = steps.iter().map(|step| step.scratch).max().unwrap_or(0);
        if self.scratch.len() < scratch {
            self.scratch.resize(scratch, T::zero());
        }
        Ok(Prepared { steps })
    }

    fn run(&mut self, program: &Prepared<T>, buffers: &mut [Buffer<T>]) -> Result<(), DeviceError> {
        self.run_part(program, buffers, |_| true)
    }

    async fn finish(&mut self) -> Result<(), DeviceError> {
        Ok(())
    }
}

/// Floats of scratch that the kernels of a program need.
pub fn scratch_len(program: &Program, kernels: Kernels) -> usize {
    program.steps.iter().map(|step| f32::select(step.kernel, kernels, &step.params).1).max().unwrap_or(0)
}

/// Runs one step. The buffers that it writes are moved out of the table for the call, so that the rest can be borrowed to read: no step
/// reads one part of a buffer and writes another. It may write several parts of one, which must not overlap.
fn run_step<T: Element>(prepared: &PreparedStep<T>, buffers: &mut [Buffer<T>], scratch: &mut [T]) -> Result<(), DeviceError> {
    let step = &prepared.step;
    let bindings = step.kernel.bindings;
    let mut taken: [Option<Buffer<T>>; MAX_BINDINGS] = Default::default();
    let written = |id: BufferId| step.arguments.iter().zip(bindings).position(|(range, binding)| binding.writes() && range.buffer == id);
    for (i, (range, binding)) in step.arguments.iter().zip(bindings).enumerate() {
        if binding.writes() && written(range.buffer) == Some(i) {
            taken[i] = Some(std::mem::replace(&mut buffers[range.buffer.0], Buffer::Words(Vec::new())));
        }
    }
    let shared: [Option<Ref<'_, Vec<u32>>>; MAX_BINDINGS] = std::array::from_fn(|i| {
        let buffer = step.arguments.get(i).map(|range| &buffers[range.buffer.0]);
        if let Some(Buffer::Shared(words)) = buffer { Some(words.borrow()) } else { None }
    });
    let mut slots: [Slot<'_, T>; MAX_BINDINGS] = Default::default();
    for (i, (range, binding)) in step.arguments.iter().zip(bindings).enumerate() {
        let span = range.offset..range.offset + range.len;
        slots[i] = match (binding, &buffers[range.buffer.0], &shared[i]) {
            (Binding::Read, Buffer::Floats(floats), _) => Slot::Read(&floats[span]),
            (Binding::ReadWords, _, Some(words)) => Slot::ReadWords(words),
            (Binding::ReadWords, Buffer::Words(words), None) => Slot::ReadWords(&words[span]),
            (binding, ..) if binding.writes() => continue,
            _ => return Err(wrong_kind(step.kernel.name)),
        };
    }
    for (i, taken) in taken.iter_mut().enumerate() {
        match taken {
            None => (),
            Some(Buffer::Floats(floats)) if !bindings[i].words() => {
                for_each_written(step, i, floats, |i, part| slots[i] = Slot::Write(part))
            }
            Some(Buffer::Words(words)) if bindings[i].words() => {
                for_each_written(step, i, words, |i, part| slots[i] = Slot::WriteWords(part))
            }
            Some(_) => return Err(wrong_kind(step.kernel.name)),
        }
    }
    (prepared.run)(Args { params: &step.params, slots, scratch: &mut scratch[..prepared.scratch] });
    drop(shared);
    for (taken, range) in taken.into_iter().zip(&step.arguments) {
        if let Some(buffer) = taken {
            buffers[range.buffer.0] = buffer;
        }
    }
    Ok(())
}

/// Calls `visit` with each part that a step writes of the buffer of its argument `first`, and the argument's number.
fn for_each_written<'a, T>(step: &Step, first: usize, buffer: &'a mut [T], mut visit: impl FnMut(usize, &'a mut [T])) {
    let (mut rest, mut end) = (buffer, 0);
    let arguments = || step.arguments.iter().zip(step.kernel.bindings).enumerate();
    let parts = || arguments().filter(|(_, (range, binding))| binding.writes() && range.buffer == step.arguments[first].buffer);
    while let Some((i, (range, _))) = parts().filter(|(_, (range, _))| range.offset >= end).min_by_key(|(_, (range, _))| range.offset) {
        let (_, tail) = rest.split_at_mut(range.offset - end);
        let (part, tail) = tail.split_at_mut(range.len);
        visit(i, part);
        (rest, end) = (tail, range.offset + range.len.max(1));
    }
}
