//! How much a visitor downloads, against the project's limits.

use std::io::Write;
use std::path::{Path, PathBuf};

use flate2::{Compression, write::GzEncoder};

use crate::failure::{Context, Failure, Result};
use crate::project::Project;

/// 480 kB of WebAssembly, gzipped, in each of the two builds (a visitor gets one).
const WASM_LIMIT: usize = 480_000;
/// 300 kB of scripts and styles, gzipped, in each language: all that the workbench may come to. What a first view fetches of it is far less.
const PAGE_LIMIT: usize = 300_000;
/// 720 kB of WebAssembly, gzipped, for the page `check/`: the scalar kernels too, the runner of reference cases and the benchmark jobs.
const CHECK_WASM_LIMIT: usize = 720_000;
/// 60 kB of scripts and styles of the page `check/` that are its own, gzipped. It has both languages.
const CHECK_LIMIT: usize = 60_000;
/// 40 kB for a feature that comes when it is asked for, gzipped: it is no part of the sum above.
const FEATURE_LIMIT: usize = 40_000;
/// What parts of the page's script are called that have such a feature's elements (the file is `elements.ts`), or read other programs'
/// networks.
const FEATURE_PARTS: [&str; 2] = ["part-elements-", "part-imports-"];
const LANGUAGES: [&str; 2] = ["ru", "en"];

/// Prints the gzipped sizes in `dist/` and fails over a limit.
pub fn check(project: &Project) -> Result<()> {
    let dist = project.dist();
    let mut over = Vec::new();
    eprintln!("Sizes, gzipped");
    for (name, path) in [("wasm simd128", "pkg/receptive_bg.wasm"), ("wasm relaxed-simd", "pkg/relaxed/receptive_bg.wasm")] {
        report(name, gzipped_size(&dist.join(path))?, WASM_LIMIT, &mut over);
    }
    let mut common = 0;
    let mut texts = [0; LANGUAGES.len()];
    let mut check = 0;
    let mut features = Vec::new();
    for file in files(&dist)? {
        let extension = file.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
        // Of the two wasm builds' scripts, which are alike, a visitor gets one.
        if matches!(extension, "js" | "css")
            && !["pkg/relaxed", "check/pkg/relaxed"].iter().any(|folder| file.starts_with(dist.join(folder)))
        {
            let size = gzipped_size(&file)?;
            if let Some(name) = feature_part(&file) {
                features.push((name, size));
                continue;
            }
            match language_of(&file) {
                // Who trains loads none of it.
                _ if file.starts_with(dist.join("check")) => check += size,
                Some(language) => texts[language] += size,
                None => common += size,
            }
        }
    }
    for (language, own) in LANGUAGES.iter().zip(texts) {
        report(&format!("scripts and styles, {language}"), common + own, PAGE_LIMIT, &mut over);
    }
    for (name, size) in features {
        report(&name, size, FEATURE_LIMIT, &mut over);
    }
    for (name, path) in [("simd128", "check/pkg/receptive_bg.wasm"), ("relaxed-simd", "check/pkg/relaxed/receptive_bg.wasm")] {
        report(&format!("wasm {name} of check/"), gzipped_size(&dist.join(path))?, CHECK_WASM_LIMIT, &mut over);
    }
    report("scripts and styles of check/", check, CHECK_LIMIT, &mut over);
    if over.is_empty() { Ok(()) } else { Err(Failure::new(format!("over the size limit: {}", over.join(", ")))) }
}

/// The name of a part of the page's script that is a feature's own.
fn feature_part(file: &Path) -> Option<String> {
    let name = file.file_name()?.to_str()?;
    FEATURE_PARTS.iter().any(|part| name.starts_with(part)).then(|| name.to_owned())
}

/// Whose texts a part of the page's script holds, if any language's.
fn language_of(file: &Path) -> Option<usize> {
    let name = file.file_name()?.to_str()?;
    LANGUAGES.iter().position(|language| name.starts_with(&format!("part-{language}-")))
}

fn report(name: &str, size: usize, limit: usize, over: &mut Vec<String>) {
    eprintln!("  {name}: {:.1} kB of {} kB", size as f64 / 1e3, limit / 1000);
    if size > limit {
        over.push(name.to_owned());
    }
}

fn gzipped_size(path: &Path) -> Result<usize> {
    let bytes = std::fs::read(path).context(|| format!("read {}", path.display()))?;
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder
        .write_all(&bytes)
        .and_then(|()| encoder.finish())
        .map(|gzipped| gzipped.len())
        .context(|| format!("compress {}", path.display()))
}

fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).context(|| format!("read {}", folder.display()))? {
        let path = entry.context(|| format!("read {}", folder.display()))?.path();
        if path.is_dir() {
            found.extend(files(&path)?);
        } else {
            found.push(path);
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_told_from_what_all_load() {
        assert_eq!(language_of(Path::new("dist/part-en-UKK3PSDC.js")), Some(1));
        assert_eq!(language_of(Path::new("dist/part-error-fixes-define-UKK3PSDC.js")), None);
    }

    #[test]
    fn names_what_is_over() {
        let mut over = Vec::new();
        report("small", 10, 10, &mut over);
        report("large", 11, 10, &mut over);
        assert_eq!(over, ["large"]);
    }
}
