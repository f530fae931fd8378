//! The header of a safetensors file, read by the format's rules: tensors lie one behind the other, from the header's end to the file's, each name stands
//! once, and each has as many bytes as its type and shape say. Whatever breaks a rule is refused with the tensor's name.
//!
//! It is JSON, and no JSON parser reads it: those of browsers keep the last of two equal names, and round numbers from 2^53 on. All numbers here are 64
//! bits wide, in 32-bit WebAssembly too.

use super::{ByteSource, floats};
use crate::core::error::{Error, WeightsError};

/// Headers larger than this are none: the format's own limit.
const LARGEST: u64 = 100_000_000;
/// The entry that holds no tensor but texts.
pub(super) const METADATA: &str = "__metadata__";

/// What a header says of a tensor. Its bytes lie within the file.
#[derive(Clone, Debug, PartialEq)]
pub struct Tensor {
    /// As its program called it.
    pub name: String,
    /// `F32`, `U32` and others.
    pub dtype: String,
    /// In canonical order.
    pub shape: Vec<u64>,
    /// Its first byte and the one behind it, from the header's end on.
    pub offsets: [u64; 2],
}

/// Bits of a value of the format's types; `None` for types that came later.
fn bits(dtype: &str) -> Option<u64> {
    Some(match dtype {
        "F4" => 4,
        "F6_E2M3" | "F6_E3M2" => 6,
        "BOOL" | "U8" | "I8" | "F8_E5M2" | "F8_E4M3" | "F8_E8M0" | "F8_E4M3FNUZ" | "F8_E5M2FNUZ" => 8,
        "U16" | "I16" | "F16" | "BF16" => 16,
        "U32" | "I32" | "F32" => 32,
        "U64" | "I64" | "F64" | "C64" => 64,
        _ => return None,
    })
}

impl Tensor {
    /// Whether it holds numbers that are read, in this shape.
    pub fn fits(&self, shape: &[usize]) -> bool {
        floats::width(&self.dtype).is_some() && self.shape.iter().copied().eq(shape.iter().map(|&size| size as u64))
    }

    /// Its type and shape: `F16 [10, 84]`.
    pub fn form(&self) -> String {
        format!("{} {:?}", self.dtype, self.shape)
    }

    fn flaw(&self, flaw: &'static str, found: u64, expected: u64) -> Error {
        WeightsError::MalformedTensor { tensor: self.name.clone(), flaw, found, expected }.into()
    }

    /// Its bytes are there, and as many as it needs.
    fn check(&self, all: u64) -> Result<(), Error> {
        let [from, to] = self.offsets;
        if to < from {
            return Err(self.flaw("order", to, from));
        }
        if to > all {
            return Err(self.flaw("outside", to, all));
        }
        let Some(bits) = bits(&self.dtype) else { return Ok(()) };
        let needed =
            self.shape.iter().try_fold(bits, |product, &size| product.checked_mul(size)).ok_or_else(|| self.flaw("number", 0, 0))?;
        if needed.is_multiple_of(8) && to - from == needed / 8 { Ok(()) } else { Err(self.flaw("size", to - from, needed.div_ceil(8))) }
    }
}

/// A file's tensors and texts.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Header {
    /// By name.
    tensors: Vec<Tensor>,
    texts: Vec<(String, String)>,
    /// Where the tensors' bytes begin.
    pub data: u64,
}

impl Header {
    /// Reads a file's header, and checks it against the file's size.
    ///
    /// # Errors
    /// [`WeightsError::ForeignWeights`] for a file of another program, [`WeightsError::MalformedWeights`] and [`WeightsError::MalformedTensor`] for one
    /// that breaks the format's rules, or what the source reports.
    pub async fn read<S: ByteSource>(source: &S) -> Result<Self, Error> {
        let size = source.size();
        let malformed = |flaw, at| Error::from(WeightsError::MalformedWeights { flaw, at, size });
        let start = source.read(0, size.min(LONGEST_START) as usize).await?;
        if let Some(format) = foreign(&start) {
            return Err(WeightsError::ForeignWeights { format }.into());
        }
        let Some(len) = start.first_chunk().map(|eight| u64::from_le_bytes(*eight)) else { return Err(malformed("short", size)) };
        if len > LARGEST.min(size - 8) {
            return Err(malformed("header_length", len));
        }
        let text = source.read(8, len as usize).await?;
        let text = std::str::from_utf8(&text).map_err(|error| malformed("text", 8 + error.valid_up_to() as u64))?;
        let mut header = Self { data: 8 + len, ..Self::default() };
        let mut reader = Reader { text, at: 0 };
        if let Err(flaw) = reader.header(&mut header) {
            return Err(match flaw {
                Flaw::Json => malformed("json", 8 + reader.at as u64),
                Flaw::Tensor(tensor, flaw) => WeightsError::MalformedTensor { tensor, flaw, found: 0, expected: 0 }.into(),
            });
        }
        header.check(size)?;
        Ok(header)
    }

    fn check(&mut self, size: u64) -> Result<(), Error> {
        self.tensors.sort_by(|a, b| a.name.cmp(&b.name));
        if let Some([twice, _]) = self.tensors.array_windows().find(|[a, b]| a.name == b.name) {
            return Err(twice.flaw("duplicate", 0, 0));
        }
        let all = size - self.data;
        // What is wrong with one alone would look like a hole or an overlap of another.
        self.tensors.iter().try_for_each(|tensor| tensor.check(all))?;
        let mut order: Vec<&Tensor> = self.tensors.iter().collect();
        order.sort_by_key(|tensor| tensor.offsets);
        let mut end = 0;
        for tensor in order {
            let [from, to] = tensor.offsets;
            if from != end {
                return Err(tensor.flaw(if from < end { "overlap" } else { "hole" }, from, end));
            }
            end = to;
        }
        if end < all {
            return Err(WeightsError::MalformedWeights { flaw: "trailing", at: self.data + end, size }.into());
        }
        Ok(())
    }

    /// All tensors, by name.
    pub fn tensors(&self) -> &[Tensor] {
        &self.tensors
    }

    /// The tensor of this name.
    pub fn tensor(&self, name: &str) -> Option<&Tensor> {
        let place = self.tensors.binary_search_by(|tensor| tensor.name.as_str().cmp(name)).ok()?;
        self.tensors.get(place)
    }

    /// A text of the metadata.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.texts.iter().find(|(known, _)| known == name).map(|(_, text)| text.as_str())
    }
}

/// So many bytes tell what kind of file it is.
const LONGEST_START: u64 = 64;

/// What other programs' files begin with: archives and pickles of PyTorch, NumPy's archives and arrays, HDF5 as Keras has it, GGUF.
fn foreign(start: &[u8]) -> Option<&'static str> {
    let contains = |part: &[u8]| start.windows(part.len()).any(|window| window == part);
    match start {
        // The length of a header may look like anything.
        [_, _, _, _, 0, 0, 0, 0, b'{', ..] => None,
        [b'P', b'K', 3, 4, ..] if contains(b".npy") => Some("numpy"),
        // A Keras archive begins with the texts beside its weights.
        [b'P', b'K', 3, 4, ..] if contains(b"metadata.json") || contains(b"config.json") => Some("keras"),
        [b'P', b'K', 3, 4, ..] => Some("pytorch_zip"),
        [0x80, 2..=5, ..] => Some("pickle"),
        [0x93, b'N', b'U', b'M', b'P', b'Y', ..] => Some("numpy"),
        [0x89, b'H', b'D', b'F', ..] => Some("keras"),
        [b'G', b'G', b'U', b'F', ..] => Some("gguf"),
        _ => None,
    }
}

/// What is wrong with a header's text: at the reader's place, or in what it says of a tensor.
enum Flaw {
    Json,
    Tensor(String, &'static str),
}

/// Reads what a header may consist of, and nothing else of JSON.
struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl Reader<'_> {
    fn rest(&self) -> &[u8] {
        &self.text.as_bytes()[self.at..]
    }

    /// The next byte behind blanks.
    fn next(&mut self) -> Option<u8> {
        self.at += self.rest().iter().take_while(|byte| b" \t\r\n".contains(byte)).count();
        self.rest().first().copied()
    }

    fn take(&mut self, byte: u8) -> bool {
        let there = self.next() == Some(byte);
        self.at += usize::from(there);
        there
    }

    fn expect(&mut self, byte: u8) -> Result<(), Flaw> {
        if self.take(byte) { Ok(()) } else { Err(Flaw::Json) }
    }

    /// Items between two brackets, commas between them.
    fn items(&mut self, [open, close]: [u8; 2], mut item: impl FnMut(&mut Self) -> Result<(), Flaw>) -> Result<(), Flaw> {
        self.expect(open)?;
        if self.take(close) {
            return Ok(());
        }
        loop {
            item(self)?;
            if self.take(close) {
                return Ok(());
            }
            self.expect(b',')?;
        }
    }

    fn header(&mut self, header: &mut Header) -> Result<(), Flaw> {
        // The format wants the brace at once; blanks may follow the last one.
        if self.rest().first() != Some(&b'{') {
            return Err(Flaw::Json);
        }
        let mut metadata = false;
        self.items(*b"{}", |reader| {
            let name = reader.string()?;
            reader.expect(b':')?;
            if name == METADATA {
                if std::mem::replace(&mut metadata, true) {
                    return Err(Flaw::Tensor(name, "duplicate"));
                }
                header.texts = reader.texts()?;
            } else {
                header.tensors.push(reader.tensor(name)?);
            }
            Ok(())
        })?;
        if self.next().is_some() { Err(Flaw::Json) } else { Ok(()) }
    }

    fn texts(&mut self) -> Result<Vec<(String, String)>, Flaw> {
        let mut texts: Vec<(String, String)> = Vec::new();
        self.items(*b"{}", |reader| {
            let name = reader.string()?;
            reader.expect(b':')?;
            if texts.iter().any(|(known, _)| *known == name) {
                return Err(Flaw::Tensor(format!("{METADATA}.{name}"), "duplicate"));
            }
            texts.push((name, reader.string()?));
            Ok(())
        })?;
        Ok(texts)
    }

    fn tensor(&mut self, name: String) -> Result<Tensor, Flaw> {
        let (mut dtype, mut shape, mut offsets) = (None, None, None);
        let flawed = |flaw| Flaw::Tensor(name.clone(), flaw);
        self.items(*b"{}", |reader| {
            let field = reader.string()?;
            reader.expect(b':')?;
            let before = match field.as_str() {
                "dtype" => dtype.replace(reader.string()?).is_some(),
                "shape" => shape.replace(reader.numbers(&name)?).is_some(),
                "data_offsets" => offsets.replace(reader.numbers(&name)?).is_some(),
                _ => true,
            };
            if before { Err(flawed("fields")) } else { Ok(()) }
        })?;
        let offsets = offsets.and_then(|offsets| <[u64; 2]>::try_from(offsets).ok());
        let (Some(dtype), Some(shape), Some(offsets)) = (dtype, shape, offsets) else { return Err(flawed("fields")) };
        Ok(Tensor { name, dtype, shape, offsets })
    }

    fn numbers(&mut self, tensor: &str) -> Result<Vec<u64>, Flaw> {
        let mut numbers = Vec::new();
        self.items(*b"[]", |reader| {
            reader.next();
            let len = reader.rest().iter().take_while(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(byte)).count();
            let digits = &reader.text[reader.at..reader.at + len];
            let whole = digits.bytes().all(|byte| byte.is_ascii_digit()) && (digits == "0" || !digits.starts_with('0'));
            let number = digits.parse().ok().filter(|_| whole).ok_or_else(|| Flaw::Tensor(tensor.to_owned(), "number"))?;
            reader.at += len;
            numbers.push(number);
            Ok(())
        })?;
        Ok(numbers)
    }

    fn string(&mut self) -> Result<String, Flaw> {
        self.expect(b'"')?;
        let mut string = String::new();
        loop {
            let plain = self.rest().iter().take_while(|&&byte| byte != b'"' && byte != b'\\' && byte >= 0x20).count();
            string.push_str(&self.text[self.at..self.at + plain]);
            self.at += plain;
            let Some(special) = self.byte() else { return Err(Flaw::Json) };
            match special {
                b'"' => return Ok(string),
                b'\\' => string.push(self.escaped().ok_or(Flaw::Json)?),
                _ => return Err(Flaw::Json),
            }
        }
    }

    fn byte(&mut self) -> Option<u8> {
        let byte = self.rest().first().copied()?;
        self.at += 1;
        Some(byte)
    }

    fn escaped(&mut self) -> Option<char> {
        Some(match self.byte()? {
            plain @ (b'"' | b'\\' | b'/') => plain.into(),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                let first = self.unit()?;
                // A pair of surrogates is one character.
                let pair = (0xd800..0xdc00).contains(&first);
                let second = if pair && self.byte()? == b'\\' && self.byte()? == b'u' { Some(self.unit()?) } else { None };
                char::decode_utf16([Some(first), second].into_iter().flatten()).next()?.ok()?
            }
            _ => return None,
        })
    }

    fn unit(&mut self) -> Option<u16> {
        let digits = self.text.get(self.at..self.at + 4)?;
        self.at += 4;
        if digits.bytes().all(|byte| byte.is_ascii_hexdigit()) { u16::from_str_radix(digits, 16).ok() } else { None }
    }
}
