//! What npm and bundlers need beside the engine's files in `pkg/`.

use std::path::Path;

use serde_json::json;

use crate::failure::{Context, Result};
use crate::project::Project;

/// Declarations name `Symbol.dispose`: who compiles for an older library of types needs these beside it.
const TYPES_NEEDED: &str = "/// <reference lib=\"esnext.disposable\" />\n";
const LICENCES: [&str; 2] = ["LICENSE-MIT", "LICENSE-APACHE"];

/// Writes `package.json`, completes the types and copies the licences. The package's README stands there already.
pub fn complete(project: &Project, folder: &Path) -> Result<()> {
    let version = project.locked_versions()?.remove("receptive").unwrap_or_default();
    let mut files =
        vec!["receptive_bg.wasm", "receptive_bg.wasm.d.ts", "receptive.js", "receptive.d.ts", "shaders.json", "snippets", "relaxed"];
    files.extend(LICENCES);
    let package = json!({
        "name": "receptive",
        "type": "module",
        "description": "Build, train and take apart convolutional networks, from LeNet to ResNet, in a browser tab",
        "version": version,
        "license": "MIT OR Apache-2.0",
        "files": files,
        "main": "receptive.js",
        "types": "receptive.d.ts",
        "sideEffects": ["./snippets/*"]
    });
    let path = folder.join("package.json");
    std::fs::write(&path, format!("{package:#}\n")).context(|| format!("write {}", path.display()))?;
    for name in ["receptive.d.ts", "relaxed/receptive.d.ts"] {
        let path = folder.join(name);
        let text = std::fs::read_to_string(&path).context(|| format!("read {}", path.display()))?;
        if !text.starts_with(TYPES_NEEDED) {
            std::fs::write(&path, format!("{TYPES_NEEDED}{text}")).context(|| format!("write {}", path.display()))?;
        }
    }
    for name in LICENCES {
        std::fs::copy(project.root.join(name), folder.join(name)).context(|| format!("copy {name}"))?;
    }
    Ok(())
}
