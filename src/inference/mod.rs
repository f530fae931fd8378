//! One image's way through a network of any size, as the networks of the literature are: no gradients, parameters in pieces, memory that is used again.

pub mod ranking;
pub mod weights;

use self::weights::{Piece, Report};
use crate::backend::cpu::{self, Kernels};
use crate::backend::{Device, MEMORY_LIMIT};
use crate::core::error::{DeviceError, Error, NotFinite, WeightsError};
use crate::core::rng::{Rng, Stream};
use crate::core::safetensors::{ByteSource, floats};
use crate::executor::AnyExecutor;
use crate::ir::program::Located;
use crate::network::init;
use crate::network::spec::{Initialization, Spec};
use crate::plan::Plan;
use crate::programs::inference::InferencePlan;

/// Floats of a file or of drawn numbers that are held at a time: 16 MiB.
const CHUNK: usize = 4 << 20;

/// A network that only computes.
#[derive(Debug)]
pub struct Inference {
    network: InferencePlan,
    executor: AnyExecutor,
    init: Initialization,
    /// Whether it has weights.
    ready: bool,
}

/// Bytes that running a plan takes at most: its buffers, the CPU kernels' scratch, and one parameter on its way to the device.
pub fn needed_bytes(network: &InferencePlan, kernels: Option<Kernels>) -> u64 {
    let InferencePlan { plan, predict } = network;
    let scratch = kernels.map_or(0, |kernels| cpu::scratch_len(&plan[predict.program], kernels));
    let largest = plan.parameters.iter().map(|parameter| parameter.spec.layout.stored_len(&parameter.spec.shape)).max().unwrap_or(0);
    plan.bytes() + 4 * (scratch + largest + CHUNK) as u64
}

/// Rows of a tensor that are held at a time.
struct Part {
    /// The first of them.
    first: usize,
    /// Values in each.
    row: usize,
    count: usize,
}

/// A tensor in parts of at most [`CHUNK`], or of a row. A number of a file has so many bytes; the parts are as long before and behind its conversion.
fn parts(place: &Located, width: usize) -> impl Iterator<Item = Part> {
    let (rows, row) = place.layout.rows(&place.shape);
    let step = (4 * CHUNK / width.max(4) / row).max(1);
    (0..rows).step_by(step).map(move |first| Part { first, row, count: step.min(rows - first) })
}

impl Inference {
    /// Plans a network and allocates its memory. It has no weights yet.
    ///
    /// # Errors
    /// A layer that does not fit; [`DeviceError::LimitExceeded`] where the network needs more memory than there can be, before any is taken.
    pub async fn new(spec: &Spec, device: Device) -> Result<Self, Error> {
        let network = InferencePlan::new(spec)?;
        let kernels = match &device {
            Device::Cpu(kernels) => Some(*kernels),
            #[cfg(target_arch = "wasm32")]
            Device::Wgpu(_) => None,
        };
        let needed = needed_bytes(&network, kernels);
        if needed > MEMORY_LIMIT {
            return Err(DeviceError::LimitExceeded { what: spec.name.clone(), needed, limit: MEMORY_LIMIT }.into());
        }
        #[cfg(target_arch = "wasm32")]
        if let Device::Wgpu(wgpu) = &device {
            wgpu.check_limits(&network.plan.buffers)?;
        }
        let executor = AnyExecutor::on(device, &network.plan, &[]).await?;
        Ok(Self { network, executor, init: spec.training.init, ready: false })
    }

    /// The plan.
    pub fn plan(&self) -> &Plan {
        &self.network.plan
    }

    /// Draws all parameters from a seed, as at the start of training; running means are 0, running variances 1.
    ///
    /// # Errors
    /// What the device reports.
    pub fn draw_weights(&mut self, seed: u64) -> Result<(), Error> {
        let mut rng = Rng::new(seed, Stream::Parameters);
        for parameter in &self.network.plan.parameters {
            let (spec, place) = (&parameter.spec, self.network.plan.parameter_place(parameter, 0));
            let mut stored = vec![0.0; place.range.len];
            let mut values = init::values(spec, self.init, &mut rng);
            for Part { first, row, count } in parts(&place, 4) {
                let canonical: Vec<f32> = values.by_ref().take(count * row).collect();
                spec.layout.store_rows(&spec.shape, first, &canonical, &mut stored);
            }
            self.executor.write_stored(place.range, &stored)?;
        }
        for statistic in &self.network.plan.statistics {
            let place = self.network.plan.statistic_place(statistic);
            self.executor.write_value(&statistic.name, &place, &vec![statistic.spec.fill; statistic.spec.shape.count()])?;
        }
        self.ready = true;
        Ok(())
    }

    /// Loads all parameters and statistics from a safetensors file with PyTorch's names, tensor by tensor, each in pieces of at most 16 MiB or a
    /// row. `progress` hears how many bytes of how many are loaded.
    ///
    /// # Errors
    /// [`WeightsError`] for a file that is none or is of another network, before anything is changed; or what the source or the device reports.
    pub async fn load_weights<S: ByteSource>(&mut self, source: &S, mut progress: impl FnMut(u64, u64)) -> Result<Report, Error> {
        let (pieces, mut report) = weights::find(source, &self.network.plan).await?;
        let width = |piece: &Piece| floats::width(&piece.dtype).unwrap_or(4);
        let total = pieces.iter().map(|piece| piece.place.shape.count() as u64 * width(piece) as u64).sum();
        let mut done = 0;
        self.ready = false;
        for piece in &pieces {
            let (Piece { name, place, dtype, from }, width) = (piece, width(piece));
            let mut stored = vec![0.0; place.range.len];
            let mut count = 0;
            for part in parts(place, width) {
                let (before, len) = ((part.first * part.row) as u64 * width as u64, part.count * part.row * width);
                let values = floats::read(dtype, &source.read(from + before, len).await?);
                count += floats::not_finite(&values);
                place.layout.store_rows(&place.shape, part.first, &values, &mut stored);
                done += len as u64;
                progress(done, total);
            }
            self.executor.write_stored(place.range, &stored)?;
            if count > 0 {
                report.not_finite.push(NotFinite { name: name.clone(), count });
            }
        }
        self.ready = true;
        Ok(report)
    }

    /// What the network makes of one image: `[channels, height, width]` in canonical order, normalised as the weights expect it. Returns its shape
    /// without the batch, and its values.
    ///
    /// # Errors
    /// [`WeightsError::NoWeights`], [`crate::core::error::TrainError::WrongLength`], or what the device reports.
    pub async fn forward(&mut self, image: &[f32]) -> Result<(Vec<usize>, Vec<f32>), Error> {
        if !self.ready {
            return Err(WeightsError::NoWeights.into());
        }
        let predict = &self.network.predict;
        self.executor.write_value("input", &predict.image.seen, image)?;
        self.executor.run(predict.program)?;
        Ok((predict.logits.shape.dims()[1..].to_vec(), self.executor.read_value(&predict.logits).await?))
    }
}
