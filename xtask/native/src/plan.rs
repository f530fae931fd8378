//! A training step as it is planned, as a table or as JSON.

use std::time::Instant;

use receptive::describe::grouped;
use receptive::network::spec::{Spec, Training};
use receptive::plan::cost::{Cost, StepCost};
use receptive::programs::TrainingPlan;
use serde_json::json;

use crate::describe::columns;
use crate::{Stop, spec};

/// Prints what each step of a training step costs, and the sums. `batch`: images a step, the specification's own number if absent.
pub fn plan(network: &str, batch: Option<&str>, as_json: bool) -> Result<(), Stop> {
    let spec = Spec::from_json(&spec::find(network)?)?;
    let batch_size = match batch {
        Some(batch) => batch.parse().map_err(|_| Stop::Message(format!("`{batch}` is no batch size")))?,
        None => spec.training.batch_size,
    };
    let spec = Spec { training: Training { batch_size, ..spec.training }, ..spec };
    let begin = Instant::now();
    let plan = TrainingPlan::for_dataset(&spec)?;
    let planning_ms = 1e3 * begin.elapsed().as_secs_f64();
    let cost = plan.cost();
    if as_json {
        let mut object = json!(cost);
        object["name"] = json!(spec.name);
        object["planning_ms"] = json!(planning_ms);
        println!("{object}");
    } else {
        print!("{}: batch {}, planned in {planning_ms:.1} ms\n{}", spec.name, cost.batch, text(&cost));
    }
    Ok(())
}

fn text(cost: &Cost) -> String {
    let titles = ["node", "kernel", "passes on WebGPU", "FLOPs", "bytes read", "bytes written"].map(str::to_owned);
    let row = |step: &StepCost| {
        let passes: Vec<String> = step.dispatches.iter().map(|dispatch| format!("{} x {}", dispatch.pass, dispatch.workgroups)).collect();
        let [flops, read, written] = [step.flops, step.bytes_read, step.bytes_written].map(grouped);
        [step.node.clone(), step.kernel.to_owned(), passes.join(", "), flops, read, written]
    };
    let rows: Vec<[String; 6]> = std::iter::once(titles).chain(cost.steps.iter().map(row)).collect();
    let totals = &cost.totals;
    let sums = [
        ("kernel calls", totals.steps.to_string()),
        ("dispatches on WebGPU", totals.dispatches.to_string()),
        ("submits", totals.submits.to_string()),
        ("read-backs", totals.read_backs.to_string()),
        ("peak bytes", grouped(totals.peak_bytes)),
        ("bytes of scratch beside them, CPU", grouped(totals.cpu_scratch_bytes)),
        ("bytes of scratch beside them, WebGPU", grouped(totals.gpu_scratch_bytes)),
        ("FLOPs", grouped(totals.flops)),
        ("bytes moved", grouped(totals.bytes_moved)),
        ("bytes if each fused operator touched its inputs and outputs once", grouped(totals.bytes_of_calls)),
        ("ratio to that", format!("{:.3}", totals.ratio_of_calls)),
        ("bytes if each node's forward, and its backward, did", grouped(totals.bytes_needed)),
        ("ratio to that", format!("{:.3}", totals.ratio)),
    ];
    let sums: Vec<[String; 2]> = sums.map(|(name, value)| [name.to_owned(), value]).to_vec();
    format!("{}\n{}", columns(&rows, 3), columns(&sums, 1))
}
