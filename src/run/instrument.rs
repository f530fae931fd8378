//! What an instrument is to a session: something that reads a run, answers what the page asks, and changes nothing of the run.
//!
//! An instrument answers in pieces of a slice's length and says how far it came; the page asks on, or does not. So training goes on in
//! between where it is not paused, other requests are answered, and whoever stops an instrument waits for a piece at most.

use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;

use serde_json::Value;

use super::trainer::Trainer;
use crate::core::error::Error;
use crate::executor::AnyExecutor;
use crate::ir::program::Located;
use crate::plan::Plan;

/// Milliseconds that a piece of an answer aims at.
pub const PIECE_MS: f64 = super::session::SLICE_MS;

/// What an instrument says.
pub type Answer<'a> = Pin<Box<dyn Future<Output = Result<Value, Error>> + 'a>>;

/// An instrument of one run. It may keep what it made; it ends with the run.
pub trait Instrument {
    /// Answers what was asked, with the weights that the run has now.
    fn answer<'a>(&'a mut self, trainer: &'a mut Trainer, ask: Value) -> Answer<'a>;
}

/// An instrument, as a session is told of it.
pub struct Maker {
    /// What requests call it.
    pub name: &'static str,
    /// Makes one for a run.
    pub make: fn() -> Box<dyn Instrument>,
}

/// Parameters and statistics of a run on the host, as its plan stores them.
#[derive(Clone, Debug, Default)]
pub struct Weights {
    stored: [Vec<f32>; 2],
}

impl Weights {
    /// Whether these are the same bits.
    pub fn same_bits(&self, other: &Self) -> bool {
        let alike = |(own, other): (&Vec<f32>, &Vec<f32>)| bytemuck::cast_slice::<f32, u32>(own) == bytemuck::cast_slice::<f32, u32>(other);
        self.stored.iter().zip(&other.stored).all(alike)
    }
}

impl Trainer {
    /// The parameters and statistics of now.
    ///
    /// # Errors
    /// What the device reports.
    pub async fn weights_now(&mut self) -> Result<Weights, Error> {
        let parameters = match self.state_ranges() {
            Some((arena, _)) => self.executor.read_stored(arena).await?,
            None => Vec::new(),
        };
        Ok(Weights { stored: [parameters, self.read_statistics().await?] })
    }

    /// Writes weights of this run into another plan's memory, by their names. What the other plan does not have is left out.
    ///
    /// # Errors
    /// What the device reports.
    pub fn write_weights(&self, weights: &Weights, plan: &Plan, executor: &mut AnyExecutor) -> Result<(), Error> {
        for ((own, others), stored) in self.programs.plan.tensors().into_iter().zip(plan.tensors()).zip(&weights.stored) {
            let own: HashMap<&str, Located> = own.into_iter().collect();
            for (name, place) in others {
                if let Some(Located { range, .. }) = own.get(name) {
                    executor.write_stored(place.range, &stored[range.offset..range.offset + range.len])?;
                }
            }
        }
        Ok(())
    }
}
