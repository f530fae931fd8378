//! Chromium or Chrome, and its WebDriver server.

use std::path::PathBuf;

use super::{debian, installing, present, quiet};
use crate::failure::{Failure, Result};
use crate::process::{find_on_path, output_of};
use crate::project::Project;

/// Environment variables that name a browser, as various test tools use them.
const VARIABLES: [&str; 4] = ["CHROMIUM_PATH", "CHROME_PATH", "CHROME", "CHROMIUM"];
/// Without windows it draws and runs pages as the whole browser does, which spends more on a window's frame than on a short page (docs/decisions/0023).
const HEADLESS_SHELLS: [&str; 2] = ["chromium-headless-shell", "chrome-headless-shell"];
const NAMES: [&str; 5] = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome"];

/// Finds or installs a browser: its headless shell where there is one.
pub fn chromium(project: &mut Project) -> Result<()> {
    for variable in VARIABLES {
        if let Some(path) = std::env::var_os(variable).map(PathBuf::from) {
            if !path.is_file() {
                return Err(Failure::new(format!("{variable} names {}, which is not a file", path.display()))
                    .with_remedy(format!("unset {variable}")));
            }
            return found(project, path);
        }
    }
    // Where nobody has to be asked for it, and once: the stages of the suite take what its set-up left.
    if headless_shell().is_none() && !quiet() && debian::is_debian() && debian::is_root() {
        installing("Chromium's headless shell", "tests and measurements run in it", "1 min");
        if let Err(failure) = debian::install(project, &HEADLESS_SHELLS[..1]) {
            eprintln!("  {failure}: the suite will take longer, and show the same");
        }
    }
    if let Some(path) = headless_shell().or_else(look_around) {
        return found(project, path);
    }
    installing("Chromium", "tests and measurements run in a headless browser", "1 min");
    if debian::is_debian() {
        debian::install(project, &["chromium", "chromium-driver"])?;
        if let Some(path) = look_around() {
            return found(project, path);
        }
    }
    Err(Failure::new("no Chromium or Chrome found").with_remedy(if cfg!(target_os = "macos") {
        "brew install --cask google-chrome   (or set CHROMIUM_PATH to a browser's program)"
    } else {
        "install Chrome from https://www.google.com/chrome   (or set CHROMIUM_PATH to a browser's program)"
    }))
}

fn found(project: &mut Project, path: PathBuf) -> Result<()> {
    // On macOS and Windows a browser's program prints no version, so its path has to do.
    let version = if cfg!(target_os = "linux") { output_of(project.command(&path).arg("--version")) } else { None };
    present("Chromium", &version.unwrap_or_else(|| path.display().to_string()));
    project.chromium = Some(path);
    Ok(())
}

fn headless_shell() -> Option<PathBuf> {
    HEADLESS_SHELLS.iter().find_map(|name| find_on_path(name))
}

fn look_around() -> Option<PathBuf> {
    NAMES.iter().find_map(|name| find_on_path(name)).or_else(|| usual_places().into_iter().find(|path| path.is_file()))
}

fn usual_places() -> Vec<PathBuf> {
    let mut places = Vec::new();
    if cfg!(target_os = "macos") {
        for app in ["Google Chrome", "Chromium"] {
            places.push(PathBuf::from(format!("/Applications/{app}.app/Contents/MacOS/{app}")));
            if let Some(home) = std::env::var_os("HOME") {
                places.push(PathBuf::from(home).join(format!("Applications/{app}.app/Contents/MacOS/{app}")));
            }
        }
    }
    if cfg!(windows) {
        for variable in ["PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA"] {
            if let Some(folder) = std::env::var_os(variable) {
                places.push(PathBuf::from(&folder).join("Google/Chrome/Application/chrome.exe"));
                places.push(PathBuf::from(&folder).join("Chromium/Application/chrome.exe"));
            }
        }
    }
    places
}

/// Finds or installs chromedriver, and the whole browser that it starts. Where there is none to install, wasm-pack fetches the one that fits the browser.
pub fn chromedriver(project: &mut Project) -> Result<()> {
    let named = std::env::var_os("CHROMEDRIVER").map(PathBuf::from).filter(|path| path.is_file());
    let mut path = named.or_else(|| find_on_path("chromedriver"));
    if (path.is_none() || look_around().is_none()) && debian::is_debian() {
        installing("chromedriver", "wasm-pack's tests drive a browser through it", "1 min");
        debian::install(project, &["chromium", "chromium-driver"])?;
        path = find_on_path("chromedriver");
    }
    match &path {
        Some(path) => present("chromedriver", &path.display().to_string()),
        None => eprintln!("  absent   chromedriver: wasm-pack will fetch the one that fits the browser"),
    }
    project.chromedriver = path;
    Ok(())
}
