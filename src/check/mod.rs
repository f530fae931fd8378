//! The same batch and the same weights on every kernel set: how far the results are apart, and what each step of the plan takes.
//!
//! What runs is a training step without the optimizer, so that it can be repeated. Besides the kernel sets that are compared it runs in double precision,
//! which says how far results in single precision can be apart and still be right.

mod compare;

use crate::backend::Device;
use crate::core::clock::now_ms;
use crate::core::error::{DataError, DeviceError, Error};
use crate::core::rng::{Rng, Stream};
use crate::data::dataset::{Dataset, PIXELS, Split};
use crate::data::shard::Shard;
use crate::executor::AnyExecutor;
use crate::ir::program::{Program, Step};
use crate::network::spec::Spec;
use crate::programs::check::CheckPlan;

pub use compare::{Difference, RELATIVE, Tensor, allowed, compare};

/// What the kernels of the loss's gradient are called: with them a step's backward half begins.
const FIRST_BACKWARD: &str = "softmax_cross_entropy.backward";

/// A network with a batch on one device.
#[derive(Debug)]
pub struct Check {
    network: CheckPlan,
    executor: AnyExecutor,
    /// The first step of the backward half.
    backward: usize,
}

impl Check {
    /// Plans a specification at its batch size, draws its weights from its seed, and takes the first images of a shard. Without a device it computes in
    /// double precision.
    ///
    /// # Errors
    /// A network that does not fit, a shard with too few images, or a device that cannot hold it.
    pub async fn new(spec: &Spec, device: Option<Device>, shard: &Shard<'_>) -> Result<Self, Error> {
        let network = CheckPlan::new(spec)?;
        let batch = network.plan.batch;
        if shard.images < batch {
            return Err(DataError::InvalidIndex { index: batch - 1, total: shard.images }.into());
        }
        let mut data = Dataset::new(batch, 0);
        data.replace(Split::Train, &shard.pixels[..batch * PIXELS], &shard.labels[..batch]);
        let external = data.external(network.data.images, network.data.labels);
        let executor = match device {
            None => AnyExecutor::double(&network.plan, &external).await?,
            Some(device) => AnyExecutor::on(device, &network.plan, &external).await?,
        };
        let steps = &network.plan[network.program].steps;
        let backward = steps.iter().position(|step| step.kernel.name.starts_with(FIRST_BACKWARD)).unwrap_or(steps.len());
        let mut check = Self { network, executor, backward };
        check.write(spec)?;
        Ok(check)
    }

    /// Writes all that a step reads: weights, statistics, which images, and what random numbers are drawn from.
    fn write(&mut self, spec: &Spec) -> Result<(), Error> {
        let Self { network, executor, .. } = self;
        let seed = spec.training.seed;
        let mut rng = Rng::new(seed, Stream::Parameters);
        executor.write_initial(&network.plan, spec.training.init, &mut rng)?;
        let indices: Vec<u32> = (0..network.plan.batch as u32).collect();
        executor.write_words(network.indices, &indices)?;
        if let Some(random) = network.random {
            executor.write_words(random, &[seed as u32, (seed >> 32) as u32, 0, 0])?;
        }
        Ok(())
    }

    /// The steps.
    pub fn steps(&self) -> &[Step] {
        &self.network.plan[self.network.program].steps
    }

    /// Whether a step belongs to the backward half.
    pub fn is_backward(&self, step: usize) -> bool {
        step >= self.backward
    }

    /// Runs the whole batch forward and backward so many times, and returns the milliseconds until the device has done it all.
    ///
    /// # Errors
    /// What the device reports.
    pub async fn run(&mut self, times: usize) -> Result<f64, DeviceError> {
        let begin = now_ms();
        for _ in 0..times {
            self.executor.run(self.network.program)?;
        }
        self.executor.finish().await?;
        Ok(now_ms() - begin)
    }

    /// Runs one step of the plan `repeats` times at once (on a GPU in one submit), and that `samples` times; returns the milliseconds of each sample.
    ///
    /// A step reads nothing that it writes, so that repeating it changes no result. Steps timed in their order compute the network's own numbers; only
    /// running statistics and counts, which no result is made of, go on.
    ///
    /// # Errors
    /// What the device reports.
    pub async fn time(&mut self, step: usize, repeats: usize, samples: usize) -> Result<Vec<f64>, DeviceError> {
        let steps = self.steps().get(step).map_or_else(Vec::new, |step| vec![step.clone(); repeats]);
        self.executor.time(&Program { steps, ..Program::default() }, samples).await
    }

    /// What the last run made: the loss, the logits, and every parameter's gradient, in that order.
    ///
    /// # Errors
    /// What the device reports.
    pub async fn results(&mut self) -> Result<Vec<Tensor>, Error> {
        let mut results = Vec::with_capacity(self.network.plan.parameters.len() + 2);
        for (name, place) in [("loss", &self.network.loss), ("logits", &self.network.logits)] {
            let values = self.executor.read_value(place).await?;
            results.push(Tensor { name: name.to_owned(), gradient: false, values });
        }
        for parameter in &self.network.plan.parameters {
            let values = self.executor.read_value(&self.network.plan.parameter_place(parameter, 1)).await?;
            results.push(Tensor { name: parameter.name.clone(), gradient: true, values });
        }
        Ok(results)
    }
}
