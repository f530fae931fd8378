//! Which cases a folder of reference data has.

use std::path::Path;

use serde_json::{Value, json};

use crate::failure::{Context, Failure, Result};

/// The index files a folder may have, each `KIND.json`.
pub const KINDS: [&str; 5] = ["ops", "nets", "optim", "schedules", "trajectories"];

/// One case: where it stands in the index files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// The index file.
    pub kind: &'static str,
    /// Its place in the file's `cases`.
    pub index: usize,
    /// Its name.
    pub id: String,
}

impl Case {
    /// What the runners get: they read the case from the file themselves.
    pub fn json(&self) -> Value {
        json!({ "kind": self.kind, "index": self.index })
    }
}

/// The cases of a folder whose id contains `only`. None at all is an error: nothing would be checked.
pub fn select(folder: &Path, only: Option<&str>) -> Result<Vec<Case>> {
    let mut found = Vec::new();
    let mut files = 0;
    for kind in KINDS {
        let path = folder.join(format!("{kind}.json"));
        if !path.exists() {
            continue;
        }
        files += 1;
        let text = std::fs::read_to_string(&path).context(|| format!("read {}", path.display()))?;
        let index: Value = serde_json::from_str(&text).context(|| format!("understand {}", path.display()))?;
        found.extend(in_index(kind, &index).context(|| format!("understand {}", path.display()))?);
    }
    if files == 0 {
        let names = KINDS.map(|kind| format!("{kind}.json"));
        return Err(Failure::new(format!("{} has none of {}", folder.display(), names.join(", "))));
    }
    if let Some(only) = only {
        found.retain(|case| case.id.contains(only));
    }
    if found.is_empty() {
        let chosen = only.map_or_else(String::new, |only| format!(" whose id contains `{only}`"));
        return Err(Failure::new(format!("{} has no case{chosen}", folder.display())));
    }
    Ok(found)
}

fn in_index(kind: &'static str, index: &Value) -> std::result::Result<Vec<Case>, String> {
    let format = &index["format"];
    if *format != 1 {
        return Err(format!("its format is {format}, not 1"));
    }
    let cases = index["cases"].as_array().ok_or("it has no list `cases`")?;
    cases
        .iter()
        .enumerate()
        .map(|(index, case)| {
            let id = case["id"].as_str().ok_or_else(|| format!("case {index} has no id"))?;
            Ok(Case { kind, index, id: id.to_owned() })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(name: &str, files: &[(&str, &str)]) -> std::path::PathBuf {
        let folder = std::env::temp_dir().join(format!("receptive-cases-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        files.iter().for_each(|(file, text)| std::fs::write(folder.join(file), text).unwrap());
        folder
    }

    #[test]
    fn selects_cases() {
        let ops = r#"{"format": 1, "cases": [{"id": "relu/a"}, {"id": "linear/b"}]}"#;
        let optim = r#"{"format": 1, "cases": [{"id": "optim/sgd"}]}"#;
        let folder = folder("select", &[("ops.json", ops), ("optim.json", optim), ("architectures.json", "{}")]);
        assert_eq!(select(&folder, None).unwrap().len(), 3);
        let linear = Case { kind: "ops", index: 1, id: "linear/b".into() };
        assert_eq!(select(&folder, Some("near")).unwrap(), [linear]);
        assert!(select(&folder, Some("conv")).is_err());
        std::fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn refuses_folders_that_check_nothing() {
        assert!(select(Path::new("/no/such/folder"), None).is_err());
        for (name, text) in
            [("format", r#"{"format": 2, "cases": []}"#), ("empty", r#"{"format": 1, "cases": []}"#), ("cut", r#"{"format": 1,"#)]
        {
            let folder = folder(name, &[("ops.json", text)]);
            assert!(select(&folder, None).is_err(), "{name}");
            std::fs::remove_dir_all(&folder).unwrap();
        }
    }
}
