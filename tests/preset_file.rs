//! The page's package holds the presets as a file, which is shorter than the code that writes them.
#![cfg(not(target_arch = "wasm32"))]

use std::fs;
use std::path::Path;

use receptive::network::zoo;

#[test]
fn the_file_of_presets_is_of_today() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/network/zoo/presets.json");
    let lines: Vec<String> = zoo::presets().iter().map(|preset| serde_json::to_string(preset).unwrap()).collect();
    let today = format!("[\n{}\n]\n", lines.join(",\n"));
    if std::env::var_os("UPDATE_FIXTURES").is_some() {
        fs::write(&file, &today).unwrap();
    }
    let found = fs::read_to_string(&file).unwrap();
    assert_eq!(found, today, "src/network/zoo/presets.json is not of today; run `UPDATE_FIXTURES=1 cargo test --test preset_file`");
}
