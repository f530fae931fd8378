//! What a run goes on from: on the host while a device may be lost, and as a file that outlives the tab.
//!
//! The file is a safetensors one with PyTorch's names for parameters and statistics, so that other programs read its weights. What only this crate
//! knows lies beside them: the optimizer's state as it is stored (`optimizer.state.0`), the images still to be drawn (`sampler.remaining`), and the
//! rest in the header's metadata.

use serde_json::Value;

use super::trainer::Trainer;
use crate::core::error::{Error, NotFinite, WeightsError};
use crate::core::fields::map;
use crate::core::rng::{Rng, Stream};
use crate::core::safetensors::header::{Header, Tensor};
use crate::core::safetensors::{Writer, floats};
use crate::data::dataset::Split;
use crate::data::sampler::Sampler;
use crate::inference::weights::{file_name, matched, mismatch};
use crate::ir::program::Located;
use crate::programs::optimizer::STATES;

/// Parameters, the optimizer's state and statistics on the host, with the step they are of.
#[derive(Clone, Debug)]
pub struct Checkpoint {
    arena: Vec<f32>,
    states: Vec<Vec<f32>>,
    statistics: Vec<f32>,
    sampler: Sampler,
    seed: u64,
    /// Steps taken.
    pub step: u64,
    epoch: u64,
    first: bool,
}

/// What became of a checkpoint's file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Restored {
    /// What [`Trainer::checkpoint_file`] was given.
    pub note: Option<String>,
    /// Parameters and statistics that were taken.
    pub kept: Vec<String>,
    /// Those that the file has not, or in another shape: they are drawn anew.
    pub fresh: Vec<String>,
    /// What stood before names in the file and was taken off, such as `module.`.
    pub taken_off: Vec<String>,
    /// What was taken and has non-finite values; the optimizer's state too.
    pub not_finite: Vec<NotFinite>,
    /// It is a run's that was trained on other images than those that are loaded: training begins at step 0.
    pub other_data: bool,
}

const REMAINING: &str = "sampler.remaining";
const OPTIMIZER: &str = "optimizer";
/// Checksum of the files that it was trained on; nothing for MNIST.
const DATA: &str = "data";
/// The metadata's numbers, in decimal: texts are all that the format has there.
const NUMBERS: [&str; 7] = ["seed", "step", "epoch", "first", "drawn", "available", "sampler_epoch"];
/// The first of them is any seed of the network language; the others are smaller than this, so that sums and products stay whole in JavaScript and here.
const LARGEST: [u64; 2] = [1 << 53, 1 << 40];

impl Trainer {
    /// Copies parameters, the optimizer's state and statistics to the host.
    ///
    /// # Errors
    /// What the device reports.
    pub async fn checkpoint(&mut self) -> Result<Checkpoint, Error> {
        let (mut arena, mut states) = (Vec::new(), Vec::new());
        if let Some((parameters, ranges)) = self.state_ranges() {
            arena = self.executor.read_stored(parameters).await?;
            for range in ranges {
                states.push(self.executor.read_stored(range).await?);
            }
        }
        let statistics = self.read_statistics().await?;
        let seed = self.spec().training.seed;
        let (sampler, step, epoch, first) = (self.sampler.clone(), self.step, self.epoch, self.first);
        Ok(Checkpoint { arena, states, statistics, sampler, seed, step, epoch, first })
    }

    /// Goes back to a checkpoint of a trainer of the same network.
    ///
    /// # Errors
    /// What the device reports.
    pub fn restore(&mut self, checkpoint: &Checkpoint) -> Result<(), Error> {
        if let Some((parameters, ranges)) = self.state_ranges() {
            self.executor.write_stored(parameters, &checkpoint.arena)?;
            for (range, state) in ranges.into_iter().zip(&checkpoint.states) {
                self.executor.write_stored(range, state)?;
            }
        }
        self.write_statistics(&checkpoint.statistics)?;
        self.recent.clear();
        self.sampler = checkpoint.sampler.clone();
        self.spec.training.seed = checkpoint.seed;
        (self.step, self.epoch, self.first) = (checkpoint.step, checkpoint.epoch, checkpoint.first);
        self.hyper_written = None;
        self.replicas_are_stale();
        self.clear_sums(self.programs.train.sums)
    }

    /// Parameters, then statistics: PyTorch's name, and the place in the checkpoint's arena of that kind.
    pub(super) fn tensors(&self) -> [Vec<(String, Located)>; 2] {
        self.programs.plan.tensors().map(|tensors| tensors.into_iter().map(|(name, place)| (file_name(name), place)).collect())
    }

    /// A checkpoint as the bytes of a file, with a note that is kept as it is.
    ///
    /// # Errors
    /// What the device reports.
    pub async fn checkpoint_file(&mut self, note: Option<String>) -> Result<Vec<u8>, Error> {
        let checkpoint = self.checkpoint().await?;
        let mut file = Writer::default();
        for (tensors, arena) in self.tensors().iter().zip([&checkpoint.arena, &checkpoint.statistics]) {
            for (name, Located { range, shape, layout }) in tensors {
                let canonical = layout.restore(shape, &arena[range.offset..range.offset + range.len]);
                file.tensor(name, "F32", shape.dims(), bytemuck::cast_slice(&canonical));
            }
        }
        for (name, state) in STATES.iter().zip(&checkpoint.states) {
            file.tensor(name, "F32", &[state.len()], bytemuck::cast_slice(state));
        }
        let ([drawn, available, sampler_epoch], remaining) = checkpoint.sampler.place();
        file.tensor(REMAINING, "U32", &[remaining.len()], bytemuck::cast_slice(remaining));
        let values = [checkpoint.seed, checkpoint.step, checkpoint.epoch, checkpoint.first.into(), drawn, available, sampler_epoch];
        let numbers = NUMBERS.iter().zip(values).map(|(name, value)| ((*name).to_owned(), Value::String(value.to_string())));
        let texts = [("note", note), (OPTIMIZER, Some(self.optimizer().kernel().name.to_owned())), (DATA, self.data_checksum())];
        let texts = texts.into_iter().filter_map(|(name, text)| Some((name.to_owned(), Value::String(text?))));
        file.metadata(map(numbers.chain(texts)));
        Ok(file.finish())
    }

    /// Goes on from a file of [`Trainer::checkpoint_file`]. One of another network, or of another program, gives what parameters and statistics it has of
    /// the same name and shape; the others are drawn anew, and training begins at step 0. Half and double precision are converted.
    ///
    /// # Errors
    /// What [`Header::read`] refuses, [`WeightsError::WeightsMismatch`] for a file of which nothing fits, all before anything is changed; or what the
    /// device reports.
    pub async fn restore_file(&mut self, bytes: &[u8]) -> Result<Restored, Error> {
        let header = Header::read(&bytes).await?;
        let file = File { header: &header, data: bytes.get(header.data as usize..).unwrap_or_default() };
        // Read whole before anything is written: a damaged file must leave the network as it is.
        let tensors = self.tensors();
        let matched = matched(&header, tensors.iter().flatten());
        if matched.found.is_empty() && !matched.wrong.is_empty() {
            return Err(mismatch(&header, matched.wrong));
        }
        let found: Vec<(&str, &Located, Vec<f32>)> =
            matched.found.iter().map(|(name, place, tensor)| (*name, *place, floats::read(&tensor.dtype, file.bytes(tensor)))).collect();
        let mut restored = Restored {
            note: file.header.text("note").map(str::to_owned),
            kept: found.iter().map(|(name, ..)| (*name).to_owned()).collect(),
            fresh: matched.wrong.into_iter().map(|tensor| tensor.name).collect(),
            taken_off: matched.taken_off,
            not_finite: Vec::new(),
            other_data: file.header.text(OPTIMIZER).is_some() && file.header.text(DATA).map(str::to_owned) != self.data_checksum(),
        };
        restored.look_for_not_finite(found.iter().map(|(name, _, values)| (*name, &values[..])));
        let whole = if restored.fresh.is_empty() { self.read_rest(&file)? } else { None };
        if let Some(mut checkpoint) = whole {
            restored.look_for_not_finite(STATES.iter().copied().zip(checkpoint.states.iter().map(|state| &state[..])));
            let mut values = found.iter();
            let arenas = [&mut checkpoint.arena, &mut checkpoint.statistics];
            for (tensors, arena) in tensors.iter().zip(arenas) {
                for ((_, Located { range, shape, layout }), (.., values)) in tensors.iter().zip(values.by_ref()) {
                    arena[range.offset..range.offset + range.len].copy_from_slice(&layout.store(shape, values));
                }
            }
            self.restore(&checkpoint)?;
        } else {
            self.reset(self.spec().training.seed)?;
            for (name, place, values) in &found {
                self.executor.write_value(name, place, values)?;
            }
        }
        self.loaded_not_finite = !restored.not_finite.is_empty();
        Ok(restored)
    }

    /// Tells files of one's own from others and from MNIST.
    fn data_checksum(&self) -> Option<String> {
        self.dataset().borrow().facts().map(|facts| facts.crc32.clone())
    }

    /// All of a checkpoint but its parameters and statistics, where a file has it for this network.
    fn read_rest(&self, file: &File<'_>) -> Result<Option<Checkpoint>, Error> {
        let numbers: Option<Vec<u64>> = NUMBERS.iter().map(|name| file.header.text(name)?.parse().ok()).collect();
        let Some([seed, step, epoch, first, place @ ..]) = numbers.as_deref() else { return Ok(None) };
        let too_large = |(at, &number): (usize, &u64)| if number > LARGEST[at.min(1)] { Some(number) } else { None };
        if let Some(at) = numbers.iter().flatten().enumerate().find_map(too_large) {
            return Err(WeightsError::MalformedWeights { flaw: "number", at, size: file.header.data + file.data.len() as u64 }.into());
        }
        // Another's state may be as long and mean something else.
        if file.header.text(OPTIMIZER) != Some(self.optimizer().kernel().name) {
            return Ok(None);
        }
        let (parameters, ranges) = self.state_ranges().map_or((0, Vec::new()), |(parameters, ranges)| (parameters.len, ranges));
        let mut states = Vec::new();
        for (name, range) in STATES.iter().zip(&ranges) {
            // Of a state that was converted the run would not go on as it was.
            let state = file.header.tensor(name).filter(|state| state.dtype == "F32" && state.fits(&[range.len]));
            let Some(state) = state else { return Ok(None) };
            states.push(floats::read("F32", file.bytes(state)));
        }
        let Some(remaining) = file.header.tensor(REMAINING).filter(|remaining| remaining.dtype == "U32") else { return Ok(None) };
        // Of other images the run would not go on as it was, and its numbers would be no continuation.
        if file.header.text(DATA).map(str::to_owned) != self.data_checksum() {
            return Ok(None);
        }
        // Drawn from a larger set than this one: its order has images that are not here.
        let images = self.dataset().borrow().loaded(Split::Train).total as u64;
        if place.get(1).is_none_or(|&available| available > images) {
            return Ok(None);
        }
        let place: [u64; 3] = std::array::from_fn(|n| place.get(n).copied().unwrap_or_default());
        let Some(sampler) = Sampler::at(Rng::new(*seed, Stream::Order), place, words(file.bytes(remaining))) else { return Ok(None) };
        let statistics = self.programs.plan.statistics_arena.map_or(0, |buffer| self.programs.plan.buffers[buffer.0].len);
        let (arena, statistics) = (vec![0.0; parameters], vec![0.0; statistics]);
        Ok(Some(Checkpoint { arena, states, statistics, sampler, seed: *seed, step: *step, epoch: *epoch, first: *first == 1 }))
    }
}

fn words(bytes: &[u8]) -> Vec<u32> {
    bytes.as_chunks().0.iter().map(|&word| u32::from_le_bytes(word)).collect()
}

impl Restored {
    fn look_for_not_finite<'a>(&mut self, tensors: impl Iterator<Item = (&'a str, &'a [f32])>) {
        let counts = tensors.map(|(name, values)| NotFinite { name: name.to_owned(), count: floats::not_finite(values) });
        self.not_finite.extend(counts.filter(|tensor| tensor.count > 0));
    }
}

/// A file that was read.
struct File<'a> {
    header: &'a Header,
    data: &'a [u8],
}

impl<'a> File<'a> {
    /// A tensor's bytes; the header was checked against the file.
    fn bytes(&self, tensor: &Tensor) -> &'a [u8] {
        let [from, to] = tensor.offsets.map(|place| usize::try_from(place).unwrap_or(usize::MAX));
        self.data.get(from..to).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::super::trainer::tests::{parameters, stripes, train, trainer, trainer_with};
    use super::*;
    use crate::backend::cpu::Kernels;
    use crate::data::dataset::Dataset;
    use pollster::block_on;

    #[test]
    fn a_file_goes_on_bit_for_bit_in_another_trainer() {
        for optimizer in
            [r#""seed":1"#, r#""optimizer":{"type":"adamw","amsgrad":true},"augmentation":{"shift":1}"#, r#""optimizer":{"momentum":0}"#]
        {
            let mut first = trainer_with(stripes(40), Kernels::Simd, optimizer);
            train(&mut first, 7);
            let file = block_on(first.checkpoint_file(Some("a \"note\"\n".into()))).unwrap();
            let ahead = train(&mut first, 9);
            let mut second = trainer_with(stripes(40), Kernels::Simd, optimizer);
            train(&mut second, 3);
            let restored = block_on(second.restore_file(&file)).unwrap();
            assert_eq!(restored.note.as_deref(), Some("a \"note\"\n"));
            assert_eq!((restored.fresh.len(), second.steps()), (0, 7), "{optimizer}");
            assert_eq!(train(&mut second, 9), ahead, "{optimizer}");
            assert_eq!(parameters(&mut second), parameters(&mut first));
        }
    }

    #[test]
    fn another_optimizer_takes_the_weights_and_begins_at_step_0() {
        let mut first = trainer(stripes(40));
        train(&mut first, 5);
        let file = block_on(first.checkpoint_file(None)).unwrap();
        for optimizer in [r#""optimizer":{"type":"adam"}"#, r#""optimizer":{"type":"rmsprop"}"#] {
            let mut second = trainer_with(stripes(40), Kernels::Scalar, optimizer);
            let restored = block_on(second.restore_file(&file)).unwrap();
            assert_eq!((restored.fresh, restored.note, second.steps()), (vec![], None, 0));
            assert_eq!(parameters(&mut second), parameters(&mut first));
            train(&mut second, 1);
        }
    }

    #[test]
    fn an_order_of_images_that_are_not_here_is_not_gone_on_with() {
        let mut first = trainer(stripes(40));
        train(&mut first, 3);
        let file = block_on(first.checkpoint_file(None)).unwrap();
        let mut second = trainer(stripes(30));
        let restored = block_on(second.restore_file(&file)).unwrap();
        assert_eq!((restored.fresh.len(), second.steps()), (0, 0));
        assert_eq!(parameters(&mut second), parameters(&mut first));
        train(&mut second, 3);
    }

    #[test]
    fn a_run_on_other_images_of_the_same_form_is_not_gone_on_with() {
        let mut first = trainer(stripes(40));
        train(&mut first, 3);
        let file = block_on(first.checkpoint_file(None)).unwrap();
        for (data, other_data, step) in [(stripes(40), false, 3), (stripes(50), true, 0), (Dataset::new(60, 10), true, 0)] {
            let mut second = trainer(data);
            let restored = block_on(second.restore_file(&file)).unwrap();
            assert_eq!((restored.fresh.len(), restored.other_data, second.steps()), (0, other_data, step));
            assert_eq!(parameters(&mut second), parameters(&mut first));
        }
        // MNIST's checkpoints say nothing of their data, as ever.
        let mnist = block_on(trainer(Dataset::new(60, 10)).checkpoint_file(None)).unwrap();
        assert!(!String::from_utf8_lossy(&mnist).contains("\"data\":\""));
        assert!(!block_on(trainer(Dataset::new(60, 10)).restore_file(&mnist)).unwrap().other_data);
    }

    #[test]
    fn a_damaged_file_is_refused_and_changes_nothing() {
        let mut trainer = trainer(stripes(40));
        train(&mut trainer, 5);
        let file = block_on(trainer.checkpoint_file(None)).unwrap();
        let before = parameters(&mut trainer);
        for len in [0, 7, 8, 100, file.len() / 2, file.len() - 1] {
            let refused = block_on(trainer.restore_file(&file[..len])).unwrap_err();
            let flawed = matches!(refused, Error::Weights(WeightsError::MalformedWeights { .. } | WeightsError::MalformedTensor { .. }));
            assert!(flawed, "{len}: {refused}");
        }
        assert_eq!((parameters(&mut trainer), trainer.steps()), (before, 5));
    }

    #[test]
    #[cfg(not(target_arch = "wasm32"))]
    fn the_formats_library_reads_the_file() {
        let mut trainer = trainer(stripes(40));
        train(&mut trainer, 2);
        let file = block_on(trainer.checkpoint_file(Some("note".into()))).unwrap();
        let tensors = safetensors::SafeTensors::deserialize(&file).unwrap();
        for (name, values) in parameters(&mut trainer) {
            let tensor = tensors.tensor(&file_name(&name)).unwrap();
            assert_eq!(tensor.data(), bytemuck::cast_slice::<f32, u8>(&values), "{name}");
        }
    }
}
