//! `cargo xtask export`: a network for another program. The page's own exporters do it, run by node; the engine describes the network.

use std::path::Path;

use serde_json::json;

use crate::args::Export;
use crate::failure::{Context, Failure, Result};
use crate::process::run_lines;
use crate::project::Project;
use crate::setup::Tool;
use crate::{native, setup};

/// Writes the files, and prints where each lies.
pub fn run(project: &mut Project, options: &Export) -> Result<()> {
    setup::prepare(project, &[Tool::Npm])?;
    let here = std::env::current_dir().context(|| "find the working directory".into())?;
    let weights = options.weights.as_ref().map(|file| file.canonicalize().context(|| format!("find {}", file.display()))).transpose()?;
    let config = json!({
        "network": options.network,
        "spec": native::spec(project, &options.network)?,
        "description": native::description(project, &options.network)?,
        "to": options.to,
        "stem": stem(&options.network),
        "weights": weights,
        "external": options.external,
        "out": here.join(&options.out),
    });
    let mut node = project.node("tools/export.mjs");
    let ended_well = run_lines(&mut node, Some(&config.to_string()), |line| println!("{line}"))?;
    if ended_well { Ok(()) } else { Err(Failure::new(format!("{} was not exported", options.network))) }
}

/// What the files are called: the last part of a network's name, or of a file's without its ending. Python reads it as a module, too.
fn stem(network: &str) -> String {
    let name = Path::new(network).file_stem().map_or_else(|| "network".into(), |name| name.to_string_lossy().into_owned());
    name.chars().map(|character| if character.is_alphanumeric() { character } else { '_' }).collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn files_are_called_as_the_network() {
        for (network, stem) in [("lenet5", "lenet5"), ("torchvision/resnet50", "resnet50"), ("../my networks/small-1.json", "small_1")] {
            assert_eq!(super::stem(network), stem);
        }
    }
}
