//! Files of the repository that the engine writes and the tests hold it to.

use std::fs;
use std::path::Path;

/// What the file (relative to the repository) holds. With UPDATE_FIXTURES in the environment it is written first.
pub fn stored(file: &str, today: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(file);
    if std::env::var_os("UPDATE_FIXTURES").is_some() {
        fs::write(&path, today).unwrap();
    }
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{file}: {error}; with UPDATE_FIXTURES=1 the test writes it"))
}

/// Whether both are the same JSON. The order of an object's fields depends on features that other crates of the workspace switch on.
pub fn same_json(a: &str, b: &str) -> bool {
    let value = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
    value(a) == value(b)
}
