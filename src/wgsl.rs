//! Shader sources as they go into the package: without comments, indentation and spare spaces, which a driver has no use for.

/// Reads a WGSL file next to the caller's, as `include_str!` does, and leaves out what only people read.
macro_rules! wgsl {
    ($file:literal) => {{
        const SOURCE: &str = include_str!($file);
        const LENGTH: usize = $crate::wgsl::length(SOURCE);
        const BYTES: [u8; LENGTH] = $crate::wgsl::strip(SOURCE);
        $crate::wgsl::text(&BYTES)
    }};
}
pub(crate) use wgsl;

/// Where the line of `source` that begins at `start` ends, its comment and the newline left out, and where the next one begins.
const fn line(source: &[u8], start: usize) -> (usize, usize, usize) {
    let mut first = start;
    while first < source.len() && (source[first] == b' ' || source[first] == b'\t') {
        first += 1;
    }
    let mut end = first;
    let mut comment = false;
    let mut at = first;
    while at < source.len() && source[at] != b'\n' {
        comment = comment || (source[at] == b'/' && at + 1 < source.len() && source[at + 1] == b'/');
        if !comment && source[at] != b' ' {
            end = at + 1;
        }
        at += 1;
    }
    (first, end, at + 1)
}

/// Whether the byte at `at` of a line is a space beside punctuation, which separates nothing. Signs that could become another with what follows them do not
/// count.
const fn is_spare(source: &[u8], at: usize, first: usize, end: usize) -> bool {
    const fn separates(byte: u8) -> bool {
        matches!(byte, b',' | b';' | b':' | b'{' | b'}' | b'(' | b')' | b'[' | b']')
    }
    source[at] == b' ' && at > first && at + 1 < end && (separates(source[at - 1]) || source[at - 1] == b'=' || separates(source[at + 1]))
}

/// Bytes that [`strip`] leaves.
pub(crate) const fn length(source: &str) -> usize {
    let source = source.as_bytes();
    let (mut start, mut length) = (0, 0);
    while start < source.len() {
        let (first, end, next) = line(source, start);
        let mut at = first;
        while at < end {
            length += !is_spare(source, at, first, end) as usize;
            at += 1;
        }
        length += (end > first) as usize;
        start = next;
    }
    length
}

/// The source without comments, indentation, empty lines, and spaces beside punctuation. WGSL has no text literals, so that two slashes always begin a comment.
pub(crate) const fn strip<const LENGTH: usize>(source: &str) -> [u8; LENGTH] {
    let source = source.as_bytes();
    let mut stripped = [b'\n'; LENGTH];
    let (mut start, mut to) = (0, 0);
    while start < source.len() {
        let (first, end, next) = line(source, start);
        let mut at = first;
        while at < end {
            if !is_spare(source, at, first, end) {
                stripped[to] = source[at];
                to += 1;
            }
            at += 1;
        }
        to += (end > first) as usize;
        start = next;
    }
    stripped
}

/// Bytes that came from a text as a text.
pub(crate) const fn text(bytes: &[u8]) -> &str {
    match core::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(_) => panic!("only whole lines and comments were left out"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_indentation_spare_spaces_and_empty_lines_are_left_out() {
        const SOURCE: &str = "// a comment\nfn f() {\n    x = a / b; // why\n\n    // é\n}\n";
        const LENGTH: usize = length(SOURCE);
        const BYTES: [u8; LENGTH] = strip(SOURCE);
        assert_eq!(text(&BYTES), "fn f(){\nx =a / b;\n}\n");
    }
}
