//! Images of one's own, from IDX files: `{"type": "idx", "classes": 26, "mean": 0.1722, "std": 0.3309, "crc32": "1f2e3d4c"}`.
//!
//! A specification says of them what the network depends on: how many classes, by what pixels are normalised, and, where it was made for
//! these very images, their checksum. The size is the specification's `input`.

use serde_json::{Value, json};

use super::facts::{Facts, MOST_CLASSES, SIDES};
use super::kind::{Data, DataKind, Normalization, Sources};
use super::mnist::gather;
use crate::core::error::{DataError, Expected, SpecError};
use crate::core::fields::Fields;
use crate::ir::graph::{Graph, ValueId};

/// The `type` of a specification's `data`.
pub const NAME: &str = "idx";

/// Images of one's own: one channel, one class each.
#[derive(Clone, Debug, PartialEq)]
pub struct IdxSet {
    classes: usize,
    mean: f64,
    std: f64,
    crc32: Option<String>,
}

impl IdxSet {
    /// What a network that is to learn from these files says.
    pub fn of(facts: &Facts) -> Self {
        Self { classes: facts.classes, mean: facts.mean, std: facts.std, crc32: Some(facts.crc32.clone()) }
    }
}

/// Reads the fields of a specification's `data`.
pub(super) fn read(fields: &mut Fields<'_>) -> Result<Data, SpecError> {
    let classes = fields.number("classes", 2.0, MOST_CLASSES as f64)?;
    let invalid = |field: &str, found: String, expected| SpecError::InvalidValue { path: format!("data.{field}"), found, expected };
    if classes.fract() != 0.0 {
        return Err(invalid("classes", classes.to_string(), Expected::Whole { least: 2, most: MOST_CLASSES as u64 }));
    }
    let mean = fields.number_or("mean", 0.0, 1.0, 0.0)?;
    let std = fields.number_or("std", 1e-4, 1.0, 1.0)?;
    let crc32 = fields.text("crc32")?.map(str::to_owned);
    let is_sum = |text: &String| text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
    if let Some(found) = crc32.as_ref().filter(|text| !is_sum(text)) {
        return Err(invalid("crc32", format!("\"{found}\""), Expected::Checksum));
    }
    Ok(Data::new(IdxSet { classes: classes as usize, mean, std, crc32 }))
}

impl DataKind for IdxSet {
    fn to_json(&self) -> Value {
        let mut data = json!({"type": NAME, "classes": self.classes, "mean": self.mean, "std": self.std});
        if let Some(crc32) = &self.crc32 {
            data["crc32"] = crc32.as_str().into();
        }
        data
    }

    fn classes(&self) -> usize {
        self.classes
    }

    fn normalization(&self) -> Normalization {
        Normalization { mean: self.mean as f32, deviation: self.std as f32 }
    }

    fn can_gather(&self, [channels, ..]: [usize; 3]) -> Result<(), &'static str> {
        if channels == 1 { Ok(()) } else { Err("[1, height, width]") }
    }

    fn has_images(&self, [channels, height, width]: [usize; 3]) -> Result<(), [usize; 3]> {
        let [least, most] = SIDES;
        let nearest = |side: usize| side.clamp(least, most);
        let has = [1, nearest(height), nearest(width)];
        if [channels, height, width] == has { Ok(()) } else { Err(has) }
    }

    fn gather(&self, graph: &mut Graph, sources: &Sources, images: ValueId) -> ValueId {
        gather(graph, sources, images, self.normalization())
    }

    fn check_loaded(&self, input: [usize; 3], loaded: Option<&Facts>) -> Result<(), DataError> {
        let Some(facts) = loaded else { return Err(DataError::mnist_loaded("missing", input, self.classes)) };
        let what = match &self.crc32 {
            _ if facts.input() != input => "size",
            _ if facts.classes != self.classes => "classes",
            Some(crc32) if *crc32 != facts.crc32 => "images",
            _ => return Ok(()),
        };
        Err(other_data(what, input, self.classes, facts))
    }
}

/// The refusal of images that a network is not for.
pub(super) fn other_data(what: &'static str, input: [usize; 3], classes: usize, facts: &Facts) -> DataError {
    let data = Box::new(IdxSet::of(facts).to_json());
    DataError::OtherData { what, input, classes, found: facts.input(), found_classes: facts.classes, data }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts() -> Facts {
        Facts { height: 32, width: 32, classes: 26, mean: 0.25, std: 0.5, crc32: "0badcafe".into(), letters: false }
    }

    #[test]
    fn a_specification_says_what_the_files_are_and_is_read_back() {
        let written = IdxSet::of(&facts()).to_json();
        assert_eq!(written, json!({"type": "idx", "classes": 26, "mean": 0.25, "std": 0.5, "crc32": "0badcafe"}));
        assert_eq!(Data::from_json(Some(&written)).unwrap().to_json(), written);
        for (data, says) in [
            (json!("idx"), "data: classes is missing; expected a number from 2 to 100"),
            (json!({"type": "idx", "classes": 101}), "data.classes: 101 is not possible here; expected a number from 2 to 100"),
            (json!({"type": "idx", "classes": 2.5}), "data.classes: 2.5 is not possible here; expected a whole number from 2 to 100"),
            (json!({"type": "idx", "classes": 5, "std": 0}), "data.std: 0 is not possible here; expected a number from 0.0001 to 1"),
            (
                json!({"type": "idx", "classes": 5, "crc32": "no"}),
                "data.crc32: \"no\" is not possible here; expected eight hexadecimal digits",
            ),
            (json!({"type": "idx", "classes": 5, "size": 8}), "data: size is not a field of this; known: type, classes, mean, std, crc32"),
            (json!({"type": "mnist", "classes": 5}), "data: classes is not a field of this; known: type"),
            (json!("cifar"), "spec.data: \"cifar\" is not possible here; expected mnist or cluttered_mnist or idx"),
        ] {
            assert_eq!(Data::from_json(Some(&data)).unwrap_err().to_string(), says);
        }
    }

    #[test]
    fn images_that_a_network_is_not_for_are_refused_with_what_they_are() {
        let data = Data::new(IdxSet::of(&facts()));
        assert_eq!(data.check_loaded([1, 32, 32], Some(&facts())), Ok(()));
        for (input, loaded, expected) in [
            ([1, 28, 28], Some(facts()), "size"),
            ([1, 32, 32], Some(Facts { classes: 10, ..facts() }), "classes"),
            ([1, 32, 32], Some(Facts { crc32: "00000000".into(), ..facts() }), "images"),
            ([1, 32, 32], None, "missing"),
        ] {
            let Err(DataError::OtherData { what, classes: 26, data: says, .. }) = data.check_loaded(input, loaded.as_ref()) else {
                panic!("{expected}");
            };
            assert_eq!(what, expected);
            assert_eq!(*says, loaded.map_or(json!("mnist"), |facts| IdxSet::of(&facts).to_json()));
        }
        let any = Data::from_json(Some(&json!({"type": "idx", "classes": 26}))).unwrap();
        assert_eq!(any.check_loaded([1, 32, 32], Some(&facts())), Ok(()));
    }
}
