//! Text as files have it: UTF-8 with a byte order mark or without, and UTF-16 as Windows writes it. The page reads it alike (`www/src/engine/text-file.ts`).

/// The text of a file without its mark; `None` for what is neither UTF-8 nor UTF-16.
pub fn decode(bytes: &[u8]) -> Option<String> {
    let text = match bytes {
        [0xff, 0xfe, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => utf16(rest, u16::from_be_bytes),
        [0xef, 0xbb, 0xbf, rest @ ..] => utf8(rest),
        // Without a mark the zeros of the first letter say it.
        [1..=255, 0, ..] if bytes.len().is_multiple_of(2) => utf16(bytes, u16::from_le_bytes),
        [0, 1..=255, ..] if bytes.len().is_multiple_of(2) => utf16(bytes, u16::from_be_bytes),
        _ => utf8(bytes),
    }?;
    // No text has zeros, and other data does.
    (!text.contains('\0')).then_some(text)
}

fn utf8(bytes: &[u8]) -> Option<String> {
    std::str::from_utf8(bytes).ok().map(str::to_owned)
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Option<String> {
    let pairs = bytes.chunks_exact(2);
    let whole = pairs.remainder().is_empty();
    let units: Vec<u16> = pairs.map(|pair| unit([pair[0], pair[1]])).collect();
    if whole { String::from_utf16(&units).ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::decode;

    const TEXT: &str = "{\"name\": \"Сеть 😀\"}";

    fn with_mark(mark: &[u8], bytes: impl IntoIterator<Item = u8>) -> Vec<u8> {
        mark.iter().copied().chain(bytes).collect()
    }

    #[test]
    fn text_is_read_in_each_encoding_with_a_mark_and_without() {
        let little = || TEXT.encode_utf16().flat_map(u16::to_le_bytes);
        let big = || TEXT.encode_utf16().flat_map(u16::to_be_bytes);
        for bytes in [
            TEXT.as_bytes().to_vec(),
            with_mark(&[0xef, 0xbb, 0xbf], TEXT.bytes()),
            with_mark(&[0xff, 0xfe], little()),
            with_mark(&[0xfe, 0xff], big()),
            little().collect(),
            big().collect(),
        ] {
            assert_eq!(decode(&bytes).as_deref(), Some(TEXT), "{:x?}", &bytes[..4]);
        }
        assert_eq!(decode(b"").as_deref(), Some(""));
    }

    #[test]
    fn what_is_no_text_is_none() {
        let cut = with_mark(&[0xff, 0xfe], TEXT.encode_utf16().flat_map(u16::to_le_bytes).take(7));
        for bytes in [&b"\x89PNG\r\n\x1a\n\0\0"[..], b"caf\xe9", b"ab\0\0", &cut, &[0xff, 0xfe, 0x00, 0xd8]] {
            assert_eq!(decode(bytes), None, "{bytes:x?}");
        }
    }
}
