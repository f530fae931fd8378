//! A kernel: one name, one list of bindings, and the same work as scalar code, as SIMD code and as WGSL.
//!
//! Argument n of every implementation is `@group(0) @binding(n)` in WGSL; the params struct is `@group(1) @binding(0)`. Kernels
//! overwrite what they write (only [`Binding::ReadWrite`] adds to it), so no buffer has to be cleared first.

use std::ops::Range;

use bytemuck::Pod;

use crate::core::layout::channel_stride;

/// The number types the scalar kernels are written for: `f32` as the devices have it, `f64` for finite differences.
pub trait Real: num_traits::Float + num_traits::NumAssign + Default + std::fmt::Debug + std::iter::Sum + 'static {
    /// The nearest number to `value`.
    fn of(value: f64) -> Self;

    /// The same number in double precision.
    fn wide(self) -> f64;
}

impl Real for f32 {
    fn of(value: f64) -> Self {
        value as f32
    }

    fn wide(self) -> f64 {
        self.into()
    }
}

impl Real for f64 {
    fn of(value: f64) -> Self {
        value
    }

    fn wide(self) -> f64 {
        self
    }
}

/// What a kernel does with an argument, and whether that holds floats or 32-bit words (labels, indices, packed pixels).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Binding {
    Read,
    Write,
    ReadWrite,
    ReadWords,
    WriteWords,
    ReadWriteWords,
}

impl Binding {
    /// Whether the argument is written.
    pub fn writes(self) -> bool {
        !matches!(self, Self::Read | Self::ReadWords)
    }

    /// Whether the argument's earlier contents matter.
    pub fn reads(self) -> bool {
        !matches!(self, Self::Write | Self::WriteWords)
    }

    /// Whether the argument holds words rather than floats.
    pub fn words(self) -> bool {
        matches!(self, Self::ReadWords | Self::WriteWords | Self::ReadWriteWords)
    }
}

/// One dispatch of a kernel's WGSL. Kernels with several passes run them in order over the same bindings.
#[derive(Debug)]
pub struct Pass {
    /// The entry point in the kernel's WGSL.
    pub entry: &'static str,
    /// How many workgroups it needs, from the params. The backend lays them out over x and y; the shader gets its flat number
    /// from `flat_group` of `core/wgsl/prelude.wgsl` and ignores numbers past the end.
    pub workgroups: fn(&[u8]) -> u64,
}

/// One operation on buffers, on every backend.
#[derive(Debug)]
pub struct Kernel {
    /// `operator.part`, as in `conv2d.weight_gradient`.
    pub name: &'static str,
    /// Its arguments, in order.
    pub bindings: &'static [Binding],
    /// The readable reference, in `f32`.
    pub scalar: fn(Args<'_, f32>),
    /// The same code in `f64`, through [`double`].
    pub scalar_f64: fn(Args<'_, f64>),
    /// The SIMD kernel; `None` where the scalar loop is as good.
    pub simd: Option<fn(Args<'_, f32>)>,
    /// Floats of scratch memory that the SIMD kernel needs, from the params.
    pub simd_scratch: fn(&[u8]) -> usize,
    /// WGSL sources, concatenated.
    pub wgsl: &'static [&'static str],
    /// Entry points to run, in order.
    pub passes: &'static [Pass],
    /// Entry points that an adapter which is a chip runs instead, where the first of them has workgroups ([`Kernel::passes_for`]). As many of them are
    /// then run as of the others.
    pub chip_passes: &'static [Pass],
    /// Arguments that more than one of the passes that run reads, for the count of bytes moved.
    pub rereads: &'static [usize],
    /// Floats of scratch memory that the passes share (bound after the arguments), from the params. 0 = no scratch binding.
    pub wgsl_scratch: fn(&[u8]) -> usize,
    /// Set on kernels whose params have a `relu` switch ([`crate::ops::relu::NONE`]) that the planner may turn on: sets it.
    pub fuse_relu: Option<fn(&mut [u8], u32)>,
    /// Of kernels that make a gradient: the kernel that takes a ReLU's gradient of it too. It reads the ReLU's output before what it writes.
    pub with_relu: Option<&'static Kernel>,
}

impl Kernel {
    /// What a kernel's declaration may leave out: no SIMD version, no scratch memory, nothing to fuse.
    pub const BASE: Self = Self {
        name: "",
        bindings: &[],
        scalar: |_| (),
        scalar_f64: |_| (),
        simd: None,
        simd_scratch: no_scratch,
        wgsl: &[],
        passes: &[],
        chip_passes: &[],
        rereads: &[],
        wgsl_scratch: no_scratch,
        fuse_relu: None,
        with_relu: None,
    };

    /// The passes that run with these params; those without workgroups among them are left out.
    pub fn passes_for(&self, params: &[u8], chip: bool) -> &'static [Pass] {
        let suits = chip && self.chip_passes.first().is_some_and(|pass| (pass.workgroups)(params) > 0);
        if suits { self.chip_passes } else { self.passes }
    }
}

/// The scalar version of a kernel that has a SIMD one; builds without the feature `reference` leave it out, for it is code that a page never runs.
#[cfg(feature = "reference")]
pub const fn reference(kernel: fn(Args<'_, f32>)) -> fn(Args<'_, f32>) {
    kernel
}

/// Leaves the scalar version out. Nothing selects it: [`crate::run::select`] refuses to.
#[cfg(not(feature = "reference"))]
pub const fn reference(_kernel: fn(Args<'_, f32>)) -> fn(Args<'_, f32>) {
    |_| ()
}

/// The double-precision version of a kernel, for [`Kernel::scalar_f64`]; builds without the feature `reference` leave it out, for it is code that a page
/// never runs.
#[cfg(feature = "reference")]
pub const fn double(kernel: fn(Args<'_, f64>)) -> fn(Args<'_, f64>) {
    kernel
}

/// Leaves the double-precision version out.
#[cfg(not(feature = "reference"))]
pub const fn double(_kernel: fn(Args<'_, f64>)) -> fn(Args<'_, f64>) {
    |_| ()
}

/// No scratch memory.
fn no_scratch(_params: &[u8]) -> usize {
    0
}

/// Reads a params struct back from its bytes.
///
/// Params are built from the same type by the operator that lowers to the kernel, so a mismatch is a bug in that operator's file.
pub fn params<P: Pod>(bytes: &[u8]) -> P {
    bytemuck::pod_read_unaligned(bytes)
}

/// One argument of a running kernel.
#[derive(Debug, Default)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Slot<'a, T> {
    #[default]
    Empty,
    Read(&'a [T]),
    Write(&'a mut [T]),
    ReadWords(&'a [u32]),
    WriteWords(&'a mut [u32]),
}

impl<'a, T> Slot<'a, T> {
    /// Floats to read.
    ///
    /// # Panics
    /// When the kernel's `bindings` say otherwise: a bug in the kernel's own declaration, caught by any test that runs it.
    pub fn read(self) -> &'a [T] {
        match self {
            Self::Read(floats) => floats,
            Self::Write(floats) => floats,
            _ => panic!("the kernel reads floats where its bindings declare something else"),
        }
    }

    /// Floats to write. # Panics as [`Slot::read`] does.
    pub fn write(self) -> &'a mut [T] {
        match self {
            Self::Write(floats) => floats,
            _ => panic!("the kernel writes floats where its bindings declare something else"),
        }
    }

    /// Words to read. # Panics as [`Slot::read`] does.
    pub fn read_words(self) -> &'a [u32] {
        match self {
            Self::ReadWords(words) => words,
            Self::WriteWords(words) => words,
            _ => panic!("the kernel reads words where its bindings declare something else"),
        }
    }

    /// Words to write. # Panics as [`Slot::read`] does.
    pub fn write_words(self) -> &'a mut [u32] {
        match self {
            Self::WriteWords(words) => words,
            _ => panic!("the kernel writes words where its bindings declare something else"),
        }
    }
}

/// The most arguments a kernel has. WebGPU's own default limit is 8 storage buffers a stage.
pub const MAX_BINDINGS: usize = 7;

/// What a CPU kernel is called with.
#[derive(Debug)]
pub struct Args<'a, T> {
    /// The bytes of the kernel's params struct.
    pub params: &'a [u8],
    /// The arguments, in the order of the kernel's bindings.
    pub slots: [Slot<'a, T>; MAX_BINDINGS],
    /// Scratch memory of the length the kernel asked for; contents are arbitrary.
    pub scratch: &'a mut [T],
}

impl<'a, T> Args<'a, T> {
    /// The params struct.
    pub fn params<P: Pod>(&self) -> P {
        params(self.params)
    }

    /// The first `N` arguments.
    pub fn take<const N: usize>(&mut self) -> [Slot<'a, T>; N] {
        std::array::from_fn(|i| std::mem::take(&mut self.slots[i]))
    }
}

/// Read access to an activation by its NCHW indices; a rank-2 value has height and width 1.
#[derive(Clone, Copy, Debug)]
pub struct Map<'a, T> {
    data: &'a [T],
    channels: usize,
    height: usize,
    width: usize,
}

impl<'a, T: Copy> Map<'a, T> {
    /// Views stored floats as maps of this size.
    pub fn new(data: &'a [T], channels: u32, height: u32, width: u32) -> Self {
        Self { data, channels: channels as usize, height: height as usize, width: width as usize }
    }

    /// The value of sample `n`, channel `c`, row `h`, column `w`.
    pub fn at(&self, n: usize, c: usize, h: usize, w: usize) -> T {
        self.data[((n * self.height + h) * self.width + w) * channel_stride(self.channels) + c]
    }

    /// The values of some channels there, which lie side by side.
    pub fn channels(&self, n: usize, channels: Range<usize>, h: usize, w: usize) -> &'a [T] {
        let pixel = ((n * self.height + h) * self.width + w) * channel_stride(self.channels);
        &self.data[pixel + channels.start..pixel + channels.end]
    }

    /// As [`Map::at`], with zero outside the map: what a padded convolution sees.
    pub fn at_or_zero(&self, n: usize, c: usize, h: isize, w: isize) -> T
    where
        T: Default,
    {
        if h < 0 || w < 0 || h as usize >= self.height || w as usize >= self.width {
            return T::default();
        }
        self.at(n, c, h as usize, w as usize)
    }
}

/// Write access to an activation by its NCHW indices. Starts as zeros, so that the pad lanes are right.
#[derive(Debug)]
pub struct MapMut<'a, T> {
    data: &'a mut [T],
    channels: usize,
    height: usize,
    width: usize,
}

impl<'a, T: Copy + Default> MapMut<'a, T> {
    /// Views stored floats as maps of this size and sets them to zero.
    pub fn zeroed(data: &'a mut [T], channels: u32, height: u32, width: u32) -> Self {
        data.fill(T::default());
        Self { data, channels: channels as usize, height: height as usize, width: width as usize }
    }

    /// Changes every stored float. `change` must leave zero at zero, or the pad lanes go wrong.
    pub fn for_each(&mut self, change: impl FnMut(&mut T)) {
        self.data.iter_mut().for_each(change);
    }

    /// The place of sample `n`, channel `c`, row `h`, column `w`.
    pub fn at(&mut self, n: usize, c: usize, h: usize, w: usize) -> &mut T {
        &mut self.data[((n * self.height + h) * self.width + w) * channel_stride(self.channels) + c]
    }

    /// The places of some channels there, which lie side by side.
    pub fn channels(&mut self, n: usize, channels: Range<usize>, h: usize, w: usize) -> &mut [T] {
        let pixel = ((n * self.height + h) * self.width + w) * channel_stride(self.channels);
        &mut self.data[pixel + channels.start..pixel + channels.end]
    }
}
