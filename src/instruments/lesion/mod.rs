//! The lesion (Veit, Wilber, Belongie 2016, sections 4.1 and 4.2): a trained network without some of its parts, on the test images.
//!
//! The network is planned once more without those parts ([`LesionPlan`](crate::programs::lesion::LesionPlan)), gets the run's weights by their names, and computes on the CPU
//! wherever training does. So what it measures is what the specification without the parts would say with the same weights.

mod open;
mod sites;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use self::open::Open;
use self::sites::{Site, cuts, sites};
use crate::core::error::{DataError, Error, TrainError};
use crate::data::dataset::Split;
use crate::run::instrument::{Answer, Instrument};
use crate::run::trainer::Trainer;

/// An instrument of one run.
pub fn make() -> Box<dyn Instrument> {
    Box::new(Lesion::default())
}

/// Keeps the network as it was cut last.
#[derive(Debug, Default)]
struct Lesion {
    open: Option<Open>,
}

/// What is asked.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Ask {
    /// The ids of the parts to leave out; without it, the answer is what there are.
    parts: Option<Vec<String>>,
    /// Whether batch normalization's running statistics are estimated anew, without the parts.
    #[serde(default)]
    anew: bool,
    /// The first test image, and the one after the last.
    #[serde(default)]
    from: usize,
    #[serde(default)]
    to: usize,
}

/// The parts that there are.
#[derive(Debug, Serialize)]
struct Sites {
    parts: Vec<Site>,
    /// Whether anything gathers statistics.
    statistics: bool,
    /// Of an image: 1, or all its pixels.
    targets_per_image: usize,
    classes: usize,
}

/// How far a piece came, and what it counted.
#[derive(Debug, Serialize)]
struct Counted {
    /// Training batches that the statistics are of, and how many there will be.
    batches: [usize; 2],
    /// The image that comes next.
    next: usize,
    /// The test images that there are.
    images: usize,
    /// What was counted in this piece: images, or pixels.
    items: u64,
    /// Right at first place.
    right: u64,
    /// The sum of the losses.
    loss: f64,
    /// Pairs, row after row: label, then prediction.
    confusion: Vec<u32>,
}

impl Instrument for Lesion {
    fn answer<'a>(&'a mut self, trainer: &'a mut Trainer, ask: Value) -> Answer<'a> {
        Box::pin(async move {
            let malformed = |error: serde_json::Error| TrainError::MalformedRequest { reason: error.to_string() };
            let ask: Ask = serde_json::from_value(ask).map_err(malformed)?;
            let answer = match ask.parts {
                Some(parts) => serde_json::to_value(self.count(trainer, parts, ask.anew, ask.from..ask.to).await?),
                None => serde_json::to_value(Sites {
                    parts: sites(trainer.spec())?,
                    statistics: !trainer.plan().statistics.is_empty(),
                    targets_per_image: trainer.programs().targets_per_image,
                    classes: trainer.programs().classes,
                }),
            };
            Ok(answer.map_err(malformed)?)
        })
    }
}

impl Lesion {
    /// Takes the next piece: of the statistics, and then of the images.
    async fn count(
        &mut self,
        trainer: &mut Trainer,
        parts: Vec<String>,
        anew: bool,
        images: std::ops::Range<usize>,
    ) -> Result<Counted, Error> {
        let dataset = trainer.dataset();
        let all = dataset.borrow().require(Split::Test)?.images;
        if images.start >= images.end.min(all) {
            return Err(DataError::InvalidIndex { index: images.start, total: images.end.min(all) }.into());
        }
        let weights = trainer.weights_now().await?;
        let open = match self.open.take().filter(|open| open.is_of(&parts, anew, &weights)) {
            Some(open) => self.open.insert(open),
            None => {
                let cuts = cuts(trainer.spec(), &parts)?;
                self.open.insert(Open::new(trainer, parts, cuts, anew, weights).await?)
            }
        };
        let base = dataset.borrow().base(Split::Test);
        let (next, sums) = open.piece(base, images.start..images.end.min(all)).await?;
        Ok(Counted {
            batches: open.batches(),
            next,
            images: all,
            items: sums.items,
            right: sums.top1,
            loss: sums.loss,
            confusion: sums.confusion,
        })
    }
}
