//! `cargo xtask train`: MNIST in headless Chromium, through the page's own worker and the folder that is published.

use serde_json::{Value, json};

use crate::args::Train;
use crate::failure::{Failure, Result};
use crate::lints::Warnings;
use crate::process::run_lines;
use crate::project::Project;
use crate::{build, native, setup};

/// Builds `dist/`, trains, prints a line an epoch. With `--json`, standard output has these lines only.
pub fn run(project: &mut Project, options: &Train) -> Result<()> {
    let mut spec = native::spec(project, &options.network)?;
    if let Some(seed) = options.seed {
        spec["training"]["seed"] = json!(seed);
    }
    if let Some(epochs) = options.epochs {
        spec["training"]["epochs"] = json!(epochs);
    }
    prepare(project)?;
    let epoch = |event: &Value| println!("{}", if options.json { epoch_json(event).to_string() } else { epoch_line(event) });
    epochs(project, &spec, &options.backend, options.workers, epoch).map(|_| ())
}

/// What training needs: the tools, and `dist/`.
pub fn prepare(project: &mut Project) -> Result<()> {
    setup::prepare(project, setup::FOR_TRAIN)?;
    build::build(project, Warnings::Shown)
}

/// Trains a specification for its own epochs on a backend, on the CPU with so many workers, calls `epoch` with each epoch's event, and returns how many there were. Progress goes to
/// standard error.
pub fn epochs(project: &Project, spec: &Value, backend: &str, workers: u32, mut epoch: impl FnMut(&Value)) -> Result<usize> {
    let config = json!({
        "dist": project.dist(),
        "spec": spec,
        "epochs": spec["training"]["epochs"],
        "workers": workers,
        // Headless Chromium's WebGPU is a software adapter, which the engine takes only when asked for by this name.
        "backend": if backend == "webgpu" { "webgpu_software" } else { backend },
    });
    let mut driver = project.node("tools/drive.mjs");
    driver.arg("train");
    let mut done = 0;
    let ended_well = run_lines(&mut driver, Some(&config.to_string()), |line| {
        let Ok(event) = serde_json::from_str::<Value>(line) else { return eprintln!("{line}") };
        match event["type"].as_str() {
            Some("compiled" | "backend") => eprintln!("{}", backend_line(&event["backend"])),
            Some("metrics") => eprintln!("{}", progress_line(&event["metrics"])),
            Some("epoch") => {
                done += 1;
                epoch(&event);
            }
            _ => eprintln!("{line}"),
        }
    })?;
    if ended_well && done > 0 { Ok(done) } else { Err(Failure::new(format!("training ended after {done} epochs"))) }
}

/// The documented fields of an epoch.
pub fn epoch_json(event: &Value) -> Value {
    let fields = ["epoch", "train_loss", "test_top1", "test_top5", "seconds", "images_per_second"];
    // Only networks that say a class for every pixel have this one.
    let fields = fields.into_iter().chain(event["test_mean_iou"].is_number().then_some("test_mean_iou"));
    Value::Object(fields.map(|field| (field.to_owned(), event[field].clone())).collect())
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or(f64::NAN)
}

fn epoch_line(event: &Value) -> String {
    let beside = match event["test_mean_iou"].as_f64() {
        Some(mean_iou) => format!("mean IoU {mean_iou:.3}"),
        None => format!("top 5 {:.2} %", 100.0 * number(&event["test_top5"])),
    };
    format!(
        "epoch {}: train loss {:.4}, test accuracy {:.2} % ({beside}), {:.1} s, {:.0} images/s",
        event["epoch"],
        number(&event["train_loss"]),
        100.0 * number(&event["test_top1"]),
        number(&event["seconds"]),
        number(&event["images_per_second"]),
    )
}

fn progress_line(metrics: &Value) -> String {
    format!(
        "  {:.0} %: step {}, loss {:.4}, {:.0} images/s",
        100.0 * number(&metrics["progress"]),
        metrics["step"],
        number(&metrics["loss"]),
        number(&metrics["images_per_second"]),
    )
}

fn backend_line(backend: &Value) -> String {
    let text = |field: &str| backend[field].as_str().unwrap_or("?").to_owned();
    let reason = backend["reason"]["message"].as_str().map(|reason| format!(" ({reason})")).unwrap_or_default();
    format!("backend {}, kernels {}{reason}", text("backend"), text("kernels"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_epoch_as_json_has_exactly_the_documented_fields() {
        let mut event = json!({"type": "epoch", "run": "train", "epoch": 1, "train_loss": 0.25, "train_top1": 0.9, "test_loss": 0.2,
            "test_top1": 0.975, "test_top5": 1.0, "seconds": 3.5, "images_per_second": 17000.0, "test_mean_iou": null});
        let line = epoch_json(&event).to_string();
        assert_eq!(line, r#"{"epoch":1,"train_loss":0.25,"test_top1":0.975,"test_top5":1.0,"seconds":3.5,"images_per_second":17000.0}"#);
        assert!(epoch_line(&event).contains("97.50 % (top 5 100.00 %)"));
        event["test_mean_iou"] = json!(0.875);
        assert!(epoch_json(&event).to_string().ends_with(r#""images_per_second":17000.0,"test_mean_iou":0.875}"#));
        assert!(epoch_line(&event).contains("97.50 % (mean IoU 0.875)"));
    }

    #[test]
    fn a_fallback_shows_its_reason() {
        let backend = json!({"backend": "cpu", "kernels": "relaxed_simd", "reason": {"kind": "no_webgpu", "message": "no navigator.gpu"}});
        assert_eq!(backend_line(&backend), "backend cpu, kernels relaxed_simd (no navigator.gpu)");
    }
}
