//! What npm and bundlers need beside the engine's files in `pkg/`.

use std::path::Path;

use serde_json::json;

use crate::failure::{Context, Result};
use crate::project::Project;

/// Writes `package.json` and copies the licences. The package's README stands there already.
pub fn complete(project: &Project, folder: &Path) -> Result<()> {
    let version = project.locked_versions()?.remove("receptive").unwrap_or_default();
    let package = json!({
        "name": "receptive",
        "type": "module",
        "description": "Build, train and take apart convolutional networks, from LeNet to ResNet, in a browser tab",
        "version": version,
        "license": "MIT OR Apache-2.0",
        "files": ["receptive_bg.wasm", "receptive_bg.wasm.d.ts", "receptive.js", "receptive.d.ts", "shaders.json", "snippets", "relaxed"],
        "main": "receptive.js",
        "types": "receptive.d.ts",
        "sideEffects": ["./snippets/*"]
    });
    let path = folder.join("package.json");
    std::fs::write(&path, format!("{package:#}\n")).context(|| format!("write {}", path.display()))?;
    for name in ["LICENSE-MIT", "LICENSE-APACHE"] {
        std::fs::copy(project.root.join(name), folder.join(name)).context(|| format!("copy {name}"))?;
    }
    Ok(())
}
