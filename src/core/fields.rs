//! Reading the fields of a JSON object with errors that say where, what was found and what would do.

use serde_json::{Map, Value};

use crate::core::error::{Expected, SpecError};

/// The fields of one JSON object. Every reader marks its field as known; [`Fields::finish`] refuses the rest.
#[derive(Debug)]
pub struct Fields<'a> {
    path: String,
    object: &'a Map<String, Value>,
    known: Vec<&'static str>,
}

/// The largest whole number below which a double has every one: JSON's numbers are doubles in a browser.
pub const LARGEST_WHOLE: u64 = (1 << 53) - 1;

/// A whole number, also where it is written as `5.0` or `1e3`: JSON knows one kind of numbers, and so does JavaScript.
pub fn whole(value: &Value) -> Option<u64> {
    let written =
        |number: f64| if number.fract() == 0.0 && (0.0..=LARGEST_WHOLE as f64).contains(&number) { Some(number as u64) } else { None };
    value.as_u64().or_else(|| value.as_f64().and_then(written))
}

/// Characters of a name.
const LONGEST_TEXT: usize = 80;

/// Numbers past this are refused at once: no course network comes near, and products stay far from overflow.
const LARGEST: u64 = 1 << 24;

impl<'a> Fields<'a> {
    /// Reads `value` as an object; `path` says where it stands, as in `layers[2]`.
    ///
    /// # Errors
    /// [`SpecError::InvalidValue`] when it is something else.
    pub fn new(path: impl Into<String>, value: &'a Value) -> Result<Self, SpecError> {
        let path = path.into();
        match value {
            Value::Object(object) => Ok(Self { path, object, known: Vec::new() }),
            other => Err(SpecError::InvalidValue { path, found: brief(other), expected: Expected::Object }),
        }
    }

    /// Where the object stands.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The raw field; `null` counts as absent.
    pub fn get(&mut self, field: &'static str) -> Option<&'a Value> {
        if !self.known.contains(&field) {
            self.known.push(field);
        }
        self.object.get(field).filter(|value| !value.is_null())
    }

    fn invalid(&self, field: &str, found: &Value, expected: Expected) -> SpecError {
        SpecError::InvalidValue { path: format!("{}.{field}", self.path), found: brief(found), expected }
    }

    fn missing(&self, field: &str, expected: Expected) -> SpecError {
        SpecError::MissingField { path: self.path.clone(), field: field.into(), expected }
    }

    fn whole(&self, field: &str, value: &Value, least: u64) -> Result<usize, SpecError> {
        let number = whole(value).filter(|&n| n >= least && n <= LARGEST);
        number.map(|n| n as usize).ok_or_else(|| self.invalid(field, value, Expected::Whole { least, most: LARGEST }))
    }

    /// A whole number of at least 1.
    ///
    /// # Errors
    /// Absent or anything else.
    pub fn positive(&mut self, field: &'static str) -> Result<usize, SpecError> {
        match self.get(field) {
            Some(value) => self.whole(field, value, 1),
            None => Err(self.missing(field, Expected::WholeFrom { least: 1 })),
        }
    }

    /// As [`Fields::positive`], with a value for when it is absent.
    ///
    /// # Errors
    /// Anything else.
    pub fn positive_or(&mut self, field: &'static str, default: usize) -> Result<usize, SpecError> {
        self.get(field).map_or(Ok(default), |value| self.whole(field, value, 1))
    }

    /// A whole number, 0 included, with a value for when it is absent.
    ///
    /// # Errors
    /// Anything else.
    pub fn whole_or(&mut self, field: &'static str, default: usize) -> Result<usize, SpecError> {
        self.get(field).map_or(Ok(default), |value| self.whole(field, value, 0))
    }

    /// A whole number for all four sides, or `[left, right, top, bottom]`.
    ///
    /// # Errors
    /// Absent or anything else.
    pub fn sides(&mut self, field: &'static str) -> Result<[usize; 4], SpecError> {
        let value = self.get(field).ok_or_else(|| self.missing(field, Expected::Sides))?;
        match value.as_array().map(Vec::as_slice) {
            Some([left, right, top, bottom]) => {
                let side = |value| self.whole(field, value, 0);
                Ok([side(left)?, side(right)?, side(top)?, side(bottom)?])
            }
            Some(_) => Err(self.invalid(field, value, Expected::Sides)),
            None => self.whole(field, value, 0).map(|all| [all; 4]),
        }
    }

    /// A whole number of at least `least` for both axes, or `[height, width]`; `default` when absent.
    ///
    /// # Errors
    /// Absent without a default, or anything else.
    pub fn pair(&mut self, field: &'static str, least: u64, default: Option<usize>) -> Result<[usize; 2], SpecError> {
        match (self.get(field), default) {
            (Some(value), _) => self.read_pair(field, value, least),
            (None, Some(default)) => Ok([default, default]),
            (None, None) => Err(self.missing(field, Expected::Pair)),
        }
    }

    /// As [`Fields::pair`], with a default for each axis.
    ///
    /// # Errors
    /// Anything else.
    pub fn pair_or(&mut self, field: &'static str, least: u64, default: [usize; 2]) -> Result<[usize; 2], SpecError> {
        self.get(field).map_or(Ok(default), |value| self.read_pair(field, value, least))
    }

    fn read_pair(&self, field: &str, value: &Value, least: u64) -> Result<[usize; 2], SpecError> {
        let one = |value: &Value| whole(value).filter(|&n| n >= least && n <= LARGEST).map(|n| n as usize);
        let pair = match value.as_array().map(Vec::as_slice) {
            Some([height, width]) => one(height).zip(one(width)),
            Some(_) => None,
            None => one(value).zip(one(value)),
        };
        let expected = || match value.as_str() {
            Some("same" | "SAME") => Expected::PairNotSame,
            _ => Expected::PairWithin { least, most: LARGEST },
        };
        pair.map(|(height, width)| [height, width]).ok_or_else(|| self.invalid(field, value, expected()))
    }

    /// `true` or `false`.
    ///
    /// # Errors
    /// Anything else.
    pub fn flag_or(&mut self, field: &'static str, default: bool) -> Result<bool, SpecError> {
        match self.get(field) {
            None => Ok(default),
            Some(value) => value
                .as_bool()
                .ok_or_else(|| self.invalid(field, value, Expected::Choice { names: vec!["true".to_owned(), "false".to_owned()] })),
        }
    }

    /// A number from `least` to `most`.
    ///
    /// # Errors
    /// Absent or anything else.
    pub fn number(&mut self, field: &'static str, least: f64, most: f64) -> Result<f64, SpecError> {
        match self.object.get(field) {
            Some(value) if !value.is_null() => self.number_or(field, least, most, 0.0),
            _ => Err(self.missing(field, Expected::Number { least, most })),
        }
    }

    /// As [`Fields::number`], with a value for when it is absent.
    ///
    /// # Errors
    /// Anything else.
    pub fn number_or(&mut self, field: &'static str, least: f64, most: f64, default: f64) -> Result<f64, SpecError> {
        match self.get(field) {
            None => Ok(default),
            Some(value) => {
                let number = value.as_f64().filter(|n| (least..=most).contains(n));
                number.ok_or_else(|| self.invalid(field, value, Expected::Number { least, most }))
            }
        }
    }

    /// Refuses any other value than this one, which is also what it is when it is absent.
    ///
    /// # Errors
    /// Anything else; `expected` says why.
    pub fn only(&mut self, field: &'static str, value: u64, expected: Expected) -> Result<(), SpecError> {
        match self.get(field).filter(|found| found.as_f64() != Some(value as f64)) {
            None => Ok(()),
            Some(found) => Err(self.invalid(field, found, expected)),
        }
    }

    /// A whole number up to [`LARGEST_WHOLE`], as seeds are.
    ///
    /// # Errors
    /// Anything else.
    pub fn seed_or(&mut self, field: &'static str, default: u64) -> Result<u64, SpecError> {
        match self.get(field) {
            None => Ok(default),
            Some(value) => {
                let seed = whole(value).filter(|&n| n <= LARGEST_WHOLE);
                seed.ok_or_else(|| self.invalid(field, value, Expected::Seed))
            }
        }
    }

    /// A piece of text, not empty and not endless.
    ///
    /// # Errors
    /// Anything else.
    pub fn text(&mut self, field: &'static str) -> Result<Option<&'a str>, SpecError> {
        match self.get(field) {
            None => Ok(None),
            Some(value) => {
                let text = value.as_str().filter(|t| !t.trim().is_empty() && t.chars().count() <= LONGEST_TEXT);
                text.map(Some).ok_or_else(|| self.invalid(field, value, Expected::Text { most: LONGEST_TEXT }))
            }
        }
    }

    /// One of a few words.
    ///
    /// # Errors
    /// Anything else.
    pub fn choice_or<T: Copy>(&mut self, field: &'static str, choices: &[(&str, T)], default: T) -> Result<T, SpecError> {
        match self.get(field) {
            None => Ok(default),
            Some(value) => {
                let chosen = choices.iter().find(|(name, _)| value.as_str() == Some(name));
                let names = || choices.iter().map(|(name, _)| (*name).to_owned()).collect();
                chosen.map(|&(_, choice)| choice).ok_or_else(|| self.invalid(field, value, Expected::Choice { names: names() }))
            }
        }
    }

    /// Refuses fields that nothing read: a misspelt field must not count as absent.
    ///
    /// # Errors
    /// [`SpecError::UnknownField`] with the first of them.
    pub fn finish(self) -> Result<(), SpecError> {
        match self.object.keys().find(|key| !self.known.contains(&key.as_str())) {
            None => Ok(()),
            Some(field) => Err(SpecError::UnknownField { path: self.path, field: field.clone(), known: self.known.join(", ") }),
        }
    }
}

/// A value as JSON writes it, cut where it gets long. (A writer of its own: `serde_json`'s brings ten thousand bytes of tables into the package.)
pub fn brief(value: &Value) -> String {
    let mut text = String::new();
    write(value, &mut text);
    if text.chars().count() <= BRIEF { text } else { text.chars().take(BRIEF - 1).chain(['…']).collect() }
}

/// Characters of a value that an error shows.
const BRIEF: usize = 40;

/// An object of these fields. It is what `collect` makes, without its sort, of which the compiler would write one for each caller.
pub(crate) fn map(fields: impl IntoIterator<Item = (String, Value)>) -> Map<String, Value> {
    let mut map = Map::new();
    for (field, value) in fields {
        map.insert(field, value);
    }
    map
}

/// Writes at least as much of a value as is shown, and little more.
fn write(value: &Value, text: &mut String) {
    match value {
        Value::Null => text.push_str("null"),
        Value::Bool(truth) => text.push_str(if *truth { "true" } else { "false" }),
        Value::Number(number) => match (number.as_u64(), number.as_i64()) {
            (Some(whole), _) => text.push_str(&whole.to_string()),
            (_, Some(whole)) => text.push_str(&whole.to_string()),
            // Debug has the decimal point that JSON's writers have.
            _ => text.push_str(&format!("{:?}", number.as_f64().unwrap_or(f64::NAN))),
        },
        Value::String(string) => quoted(string, text),
        Value::Array(items) => {
            text.push('[');
            separated(items, text, write);
            text.push(']');
        }
        Value::Object(fields) => {
            text.push('{');
            separated(fields, text, |(name, value), text| {
                quoted(name, text);
                text.push(':');
                write(value, text);
            });
            text.push('}');
        }
    }
}

fn separated<T>(items: impl IntoIterator<Item = T>, text: &mut String, write: impl Fn(T, &mut String)) {
    for (i, item) in items.into_iter().enumerate() {
        if text.len() > 4 * BRIEF {
            return;
        }
        if i > 0 {
            text.push(',');
        }
        write(item, text);
    }
}

fn quoted(string: &str, text: &mut String) {
    text.push('"');
    for character in string.chars().take(BRIEF) {
        match character {
            '"' | '\\' => text.extend(['\\', character]),
            '\n' => text.push_str("\\n"),
            control if control.is_control() => text.push_str(&format!("\\u{:04x}", control as u32)),
            other => text.push(other),
        }
    }
    text.push('"');
}
