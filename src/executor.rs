//! Runs a plan's programs on a backend: buffers, programs, and access to values. The backend's type ends at [`AnyExecutor`].

use crate::backend::cpu::{Cpu, Kernels};
use crate::backend::{Backend, Device};
#[cfg(feature = "harness")]
use crate::core::clock::now_ms;
use crate::core::error::{DeviceError, Error, TrainError};
use crate::core::rng::Rng;
use crate::core::shared::SharedWords;
use crate::ir::program::{BufferId, Located, Program, ProgramId, Range, Step};
use crate::network::init::draw;
use crate::network::spec::Initialization;
use crate::plan::Plan;

/// What a plan does not allocate: the buffer, its words, and how many there will be in the end.
pub type External = [(BufferId, SharedWords, usize)];

/// A plan with its memory on a backend.
#[derive(Debug)]
pub struct Executor<B: Backend> {
    backend: B,
    buffers: Vec<B::Buffer>,
    programs: Vec<B::Program>,
}

impl<B: Backend> Executor<B> {
    /// Allocates a plan's buffers and prepares its programs. `external` gives the buffers that the plan does not allocate.
    ///
    /// # Errors
    /// Memory or a limit that the device does not have.
    pub async fn new(mut backend: B, plan: &Plan, external: &External) -> Result<Self, DeviceError> {
        let mut buffers = Vec::with_capacity(plan.buffers.len());
        for (at, spec) in plan.buffers.iter().enumerate() {
            buffers.push(match external.iter().find(|(id, ..)| id.0 == at) {
                Some((_, words, capacity)) => backend.share(words, *capacity, &spec.label)?,
                None => backend.allocate(spec)?,
            });
        }
        let mut programs = Vec::with_capacity(plan.programs.len());
        for program in &plan.programs {
            programs.push(backend.prepare(program, &buffers).await?);
        }
        Ok(Self { backend, buffers, programs })
    }

    /// Runs the steps one by one, and says which is the first to write a number that is not finite: its place and node.
    async fn first_non_finite(&mut self, program: Program) -> Result<Option<(usize, String)>, DeviceError> {
        for (index, step) in program.steps.into_iter().enumerate() {
            let one = Program { steps: vec![step.clone()], ..Program::default() };
            let prepared = self.backend.prepare(&one, &self.buffers).await?;
            self.backend.run(&prepared, &mut self.buffers)?;
            for (range, _) in step.arguments.iter().zip(step.kernel.bindings).filter(|(_, binding)| binding.writes() && !binding.words()) {
                if self.backend.read(&self.buffers, *range).await?.iter().any(|float| !float.is_finite()) {
                    return Ok(Some((index, step.node)));
                }
            }
        }
        Ok(None)
    }

    /// Milliseconds that a program takes from the call until the device has done it, several times over.
    #[cfg(feature = "harness")]
    async fn time(&mut self, program: &Program, samples: usize) -> Result<Vec<f64>, DeviceError> {
        let prepared = self.backend.prepare(program, &self.buffers).await?;
        self.backend.finish().await?;
        let mut times = Vec::with_capacity(samples);
        for _ in 0..samples {
            let begin = now_ms();
            self.backend.run(&prepared, &mut self.buffers)?;
            self.backend.finish().await?;
            times.push(now_ms() - begin);
        }
        Ok(times)
    }

    fn run(&mut self, program: ProgramId) -> Result<(), DeviceError> {
        self.backend.run(&self.programs[program.0], &mut self.buffers)
    }
}

/// What the CPU gives without waiting.
impl Executor<Cpu<f32>> {
    /// Runs those steps of a program.
    ///
    /// # Errors
    /// A program that mixes up floats and words.
    pub fn run_part(&mut self, program: ProgramId, part: impl Fn(&Step) -> bool) -> Result<(), DeviceError> {
        self.backend.run_part(&self.programs[program.0], &mut self.buffers, part)
    }

    /// A range's floats, as they are stored.
    ///
    /// # Errors
    /// A buffer of words.
    pub fn floats(&mut self, range: Range) -> Result<&mut [f32], DeviceError> {
        self.buffers[range.buffer.0].floats().map(|floats| &mut floats[range.offset..range.offset + range.len])
    }

    /// A range's words.
    ///
    /// # Errors
    /// A buffer of floats.
    pub fn words(&mut self, range: Range) -> Result<&mut [u32], DeviceError> {
        self.buffers[range.buffer.0].words().map(|words| &mut words[range.offset..range.offset + range.len])
    }
}

/// An executor on whichever backend was chosen.
#[derive(Debug)]
#[expect(missing_docs, reason = "each variant is the backend it names")]
pub enum AnyExecutor {
    Cpu(Executor<Cpu<f32>>),
    /// The scalar kernels in double precision: for finite differences.
    #[cfg(feature = "reference")]
    Double(Executor<Cpu<f64>>),
    #[cfg(target_arch = "wasm32")]
    Wgpu(Executor<crate::backend::wgpu::Wgpu>),
}

/// Does the same on whichever executor it is.
macro_rules! on {
    ($any:expr, $executor:ident => $body:expr) => {
        match $any {
            AnyExecutor::Cpu($executor) => $body,
            #[cfg(feature = "reference")]
            AnyExecutor::Double($executor) => $body,
            #[cfg(target_arch = "wasm32")]
            AnyExecutor::Wgpu($executor) => $body,
        }
    };
}

impl AnyExecutor {
    /// On the CPU with these kernels.
    ///
    /// # Errors
    /// Memory that is not there.
    pub async fn cpu(kernels: Kernels, plan: &Plan, external: &External) -> Result<Self, DeviceError> {
        Ok(Self::Cpu(Executor::new(Cpu::new(kernels), plan, external).await?))
    }

    /// On the device that was chosen.
    ///
    /// # Errors
    /// Memory or a limit that the device does not have.
    pub async fn on(device: Device, plan: &Plan, external: &External) -> Result<Self, DeviceError> {
        match device {
            Device::Cpu(kernels) => Self::cpu(kernels, plan, external).await,
            #[cfg(target_arch = "wasm32")]
            Device::Wgpu(wgpu) => Self::wgpu(*wgpu, plan, external).await,
        }
    }

    /// The executor of the CPU, where it is that.
    pub fn as_cpu(&mut self) -> Option<&mut Executor<Cpu<f32>>> {
        if let Self::Cpu(executor) = self { Some(executor) } else { None }
    }

    /// On an open WebGPU device.
    ///
    /// # Errors
    /// Memory or a limit that the device does not have.
    #[cfg(target_arch = "wasm32")]
    pub async fn wgpu(wgpu: crate::backend::wgpu::Wgpu, plan: &Plan, external: &External) -> Result<Self, DeviceError> {
        Ok(Self::Wgpu(Executor::new(wgpu, plan, external).await?))
    }

    /// On the CPU in double precision.
    ///
    /// # Errors
    /// Memory that is not there.
    #[cfg(feature = "reference")]
    pub async fn double(plan: &Plan, external: &External) -> Result<Self, DeviceError> {
        Ok(Self::Double(Executor::new(Cpu::new(Kernels::Scalar), plan, external).await?))
    }

    /// Runs a program, or hands it to the device.
    ///
    /// # Errors
    /// What the device reports.
    pub fn run(&mut self, program: ProgramId) -> Result<(), DeviceError> {
        on!(self, executor => executor.run(program))
    }

    /// Milliseconds that steps of the plan's take together, several times over.
    ///
    /// # Errors
    /// What the device reports.
    #[cfg(feature = "harness")]
    pub async fn time(&mut self, program: &Program, samples: usize) -> Result<Vec<f64>, DeviceError> {
        on!(self, executor => executor.time(program, samples).await)
    }

    /// Waits until the device has done all it was given.
    ///
    /// # Errors
    /// What the device reports.
    pub async fn finish(&mut self) -> Result<(), DeviceError> {
        on!(self, executor => executor.backend.finish().await)
    }

    /// Overwrites a range's words.
    ///
    /// # Errors
    /// What the device reports.
    pub fn write_words(&mut self, range: Range, words: &[u32]) -> Result<(), DeviceError> {
        on!(self, executor => executor.backend.write_words(&mut executor.buffers[range.buffer.0], range.offset, words))
    }

    /// Overwrites a range's floats, as they are stored.
    ///
    /// # Errors
    /// What the device reports.
    pub fn write_stored(&mut self, range: Range, floats: &[f32]) -> Result<(), DeviceError> {
        on!(self, executor => executor.backend.write(&mut executor.buffers[range.buffer.0], range.offset, floats))
    }

    /// Reads a range's words, after all that was run before.
    ///
    /// # Errors
    /// What the device reports.
    pub async fn read_words(&mut self, range: Range) -> Result<Vec<u32>, DeviceError> {
        on!(self, executor => executor.backend.read_words(&executor.buffers, range).await)
    }

    /// Runs steps of the plan's one by one, and says which is the first to write a number that is not finite: its place and node.
    ///
    /// # Errors
    /// What the device reports.
    pub async fn first_non_finite(&mut self, program: Program) -> Result<Option<(usize, String)>, DeviceError> {
        on!(self, executor => executor.first_non_finite(program).await)
    }

    /// Reads a range's floats as they are stored, after all that was run before.
    ///
    /// # Errors
    /// What the device reports.
    pub async fn read_stored(&mut self, range: Range) -> Result<Vec<f32>, DeviceError> {
        on!(self, executor => executor.backend.read(&executor.buffers, range).await)
    }

    /// Says that words of a shared buffer have changed on the host.
    ///
    /// # Errors
    /// What the device reports.
    pub fn refresh(&mut self, buffer: BufferId, words: &SharedWords, from: usize, to: usize) -> Result<(), DeviceError> {
        on!(self, executor => executor.backend.refresh(&executor.buffers[buffer.0], words, from, to))
    }

    /// Overwrites a value with canonical (NCHW, OIHW) floats.
    ///
    /// # Errors
    /// [`TrainError::WrongLength`], or what the device reports.
    pub fn write_value(&mut self, name: &str, place: &Located, canonical: &[f32]) -> Result<(), Error> {
        let expected = place.shape.count();
        if canonical.len() != expected {
            return Err(TrainError::WrongLength { name: name.to_owned(), found: canonical.len(), expected }.into());
        }
        Ok(self.write_stored(place.range, &place.layout.store(&place.shape, canonical))?)
    }

    /// Draws the parameters of a plan, and starts its statistics anew.
    ///
    /// # Errors
    /// What the device reports.
    pub fn write_initial(&mut self, plan: &Plan, init: Initialization, rng: &mut Rng) -> Result<(), Error> {
        for parameter in &plan.parameters {
            let values = draw(&parameter.spec, init, rng);
            self.write_value(&parameter.name, &plan.parameter_place(parameter, 0), &values)?;
        }
        for statistic in &plan.statistics {
            let values = vec![statistic.spec.fill; statistic.spec.shape.count()];
            self.write_value(&statistic.name, &plan.statistic_place(statistic), &values)?;
        }
        Ok(())
    }

    /// Reads a value as canonical (NCHW, OIHW) floats.
    ///
    /// # Errors
    /// What the device reports.
    pub async fn read_value(&mut self, place: &Located) -> Result<Vec<f32>, DeviceError> {
        Ok(place.layout.restore(&place.shape, &self.read_stored(place.range).await?))
    }
}
