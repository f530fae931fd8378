//! What a program costs: for every step its arithmetic, the bytes it moves and its dispatches on a GPU, and their sums. All of it is read off the plan.

use serde::Serialize;

use super::Plan;
use crate::backend::cpu::{self, Kernels};
use crate::core::kernel::{Kernel, params};
use crate::ir::program::{Program, ProgramId, Range, Step};
use crate::ops::conv2d::params::Conv2dParams;
use crate::ops::linear::params::LinearParams;
use crate::ops::rbf::params::RbfParams;
use crate::ops::{conv2d, linear, rbf};

/// One dispatch of a step on a GPU.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Dispatch {
    /// The entry point of the kernel's WGSL.
    pub pass: &'static str,
    /// Workgroups of 64 threads.
    pub workgroups: u64,
}

/// What a step costs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StepCost {
    /// The node it belongs to.
    pub node: String,
    /// What runs.
    pub kernel: &'static str,
    /// Floating-point operations: two a multiply-accumulate, those with padding counted; of kernels without any, one for each float they read.
    pub flops: u64,
    /// Bytes of its arguments that it reads, again where several passes read them.
    pub bytes_read: u64,
    /// Of these, those that it has read before.
    pub bytes_reread: u64,
    /// Bytes of its arguments that it writes.
    pub bytes_written: u64,
    /// Bytes of scratch memory that passes on a GPU write for later ones, and those read.
    pub scratch_bytes: u64,
    /// On a GPU, in order.
    pub dispatches: Vec<Dispatch>,
}

/// Sums over a program.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Totals {
    /// Kernel calls.
    pub steps: usize,
    /// Dispatches on a GPU.
    pub dispatches: usize,
    /// Submits on a GPU: a program is one.
    pub submits: usize,
    /// Values that the host has to read before the next run: none are in a program.
    pub read_backs: usize,
    /// Bytes of the plan's buffers, which are all in memory from the start, the data set not counted.
    pub peak_bytes: u64,
    /// Bytes beside them that the CPU's kernels share for their notes.
    pub cpu_scratch_bytes: u64,
    /// The same on a GPU.
    pub gpu_scratch_bytes: u64,
    /// Of [`StepCost::flops`].
    pub flops: u64,
    /// Bytes read and written by all steps, on a GPU with what goes through scratch memory.
    pub bytes_moved: u64,
    /// What they would be if a node's forward steps together, and its backward steps, read each of their inputs and wrote each of their outputs once.
    pub bytes_needed: u64,
    /// `bytes_moved / bytes_needed`.
    pub ratio: f64,
    /// What they would be if every fused operator, a kernel call with all that is fused into it, read each of its inputs and wrote each of its outputs once.
    pub bytes_of_calls: u64,
    /// `bytes_moved / bytes_of_calls`.
    pub ratio_of_calls: f64,
}

/// What a program costs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Cost {
    /// Images a run.
    pub batch: usize,
    /// Step by step.
    pub steps: Vec<StepCost>,
    /// Their sums.
    pub totals: Totals,
}

impl Plan {
    /// What a run of a program costs.
    pub fn cost(&self, program: ProgramId) -> Cost {
        let program = &self[program];
        let steps: Vec<StepCost> = program.steps.iter().map(|step| self.step_cost(step)).collect();
        let moved: u64 = steps.iter().map(|step| step.bytes_read + step.bytes_written + step.scratch_bytes).sum();
        let needed = self.bytes_needed(program);
        let of_calls: u64 = steps.iter().map(|step| step.bytes_read - step.bytes_reread + step.bytes_written).sum();
        let scratch = |step: &Step| 4 * (step.kernel.wgsl_scratch)(&step.params) as u64;
        let totals = Totals {
            steps: steps.len(),
            dispatches: steps.iter().map(|step| step.dispatches.len()).sum(),
            submits: usize::from(!steps.is_empty()),
            read_backs: 0,
            peak_bytes: self.bytes(),
            cpu_scratch_bytes: 4 * cpu::scratch_len(program, Kernels::Simd) as u64,
            gpu_scratch_bytes: program.steps.iter().map(scratch).max().unwrap_or(0),
            flops: steps.iter().map(|step| step.flops).sum(),
            bytes_moved: moved,
            bytes_needed: needed,
            ratio: moved as f64 / needed as f64,
            bytes_of_calls: of_calls,
            ratio_of_calls: moved as f64 / of_calls as f64,
        };
        Cost { batch: self.batch, steps, totals }
    }

    fn step_cost(&self, step: &Step) -> StepCost {
        let passes = step.kernel.passes.iter().map(|pass| Dispatch { pass: pass.entry, workgroups: (pass.workgroups)(&step.params) });
        let dispatches: Vec<Dispatch> = passes.filter(|dispatch| dispatch.workgroups > 0).collect();
        let read: u64 = distinct(reads(step)).into_iter().map(|range| self.range_bytes(range)).sum();
        let again: u64 = if dispatches.len() > 1 {
            step.kernel.rereads.iter().map(|&argument| self.range_bytes(step.arguments[argument])).sum()
        } else {
            0
        };
        StepCost {
            node: step.node.clone(),
            kernel: step.kernel.name,
            flops: multiply_accumulates(step).map_or(read / 4, |macs| 2 * macs),
            bytes_read: read + again,
            bytes_reread: again,
            bytes_written: distinct(writes(step)).into_iter().map(|range| self.range_bytes(range)).sum(),
            scratch_bytes: 2 * 4 * (step.kernel.wgsl_scratch)(&step.params) as u64,
            dispatches,
        }
    }

    /// Bytes of a range; of the data set those of a batch, since its own length is not the plan's.
    fn range_bytes(&self, range: Range) -> u64 {
        let buffer = &self.buffers[range.buffer.0];
        buffer.external.unwrap_or(4 * range.len as u64)
    }

    /// Bytes that fused operators read and write when each input and output is touched once. What is made and used up within one is neither.
    fn bytes_needed(&self, program: &Program) -> u64 {
        let mut needed = 0;
        let mut start = 0;
        while start < program.steps.len() {
            let node = &program.steps[start].node;
            let len = program.steps[start..].iter().take_while(|step| step.node == *node).count();
            let end = start + len;
            let (mut made, mut read): (Vec<Range>, Vec<Range>) = (Vec::new(), Vec::new());
            for step in &program.steps[start..end] {
                read.extend(reads(step).filter(|range| !made.contains(range)));
                made.extend(writes(step));
            }
            let outputs = distinct(made.into_iter()).into_iter().filter(|range| outlives(program, end, *range));
            needed += distinct(read.into_iter()).into_iter().chain(outputs).map(|range| self.range_bytes(range)).sum::<u64>();
            start = end;
        }
        needed
    }
}

fn reads(step: &Step) -> impl Iterator<Item = Range> {
    step.arguments.iter().zip(step.kernel.bindings).filter(|(_, binding)| binding.reads()).map(|(range, _)| *range)
}

fn writes(step: &Step) -> impl Iterator<Item = Range> {
    step.arguments.iter().zip(step.kernel.bindings).filter(|(_, binding)| binding.writes()).map(|(range, _)| *range)
}

/// A range that is several arguments is touched once: a kernel without a bias gets another buffer in its place.
fn distinct(ranges: impl Iterator<Item = Range>) -> Vec<Range> {
    let mut kept: Vec<Range> = Vec::new();
    ranges.for_each(|range| {
        if !kept.contains(&range) {
            kept.push(range);
        }
    });
    kept
}

/// Whether what lies there before step `from` is read by it or a later one, or after the program.
fn outlives(program: &Program, from: usize, range: Range) -> bool {
    let touches =
        |other: &Range| other.buffer == range.buffer && other.offset < range.offset + range.len && range.offset < other.offset + other.len;
    for step in &program.steps[from..] {
        if reads(step).any(|other| touches(&other)) {
            return true;
        }
        if writes(step).any(|other| touches(&other)) {
            return false;
        }
    }
    program.kept.iter().any(touches)
}

/// Of the kernels that are made of multiply-accumulates: how many, as [`Operator::macs`](crate::ir::operator::Operator::macs) counts them.
fn multiply_accumulates(step: &Step) -> Option<u64> {
    let is = |kernels: &[&'static Kernel]| kernels.iter().any(|kernel| std::ptr::eq(*kernel, step.kernel));
    let product = |numbers: &[u32]| numbers.iter().map(|&number| u64::from(number)).product();
    if is(&[
        &conv2d::FORWARD,
        &conv2d::INPUT_GRADIENT,
        &conv2d::INPUT_GRADIENT_RELU,
        &conv2d::WEIGHT_GRADIENT,
        &conv2d::PARAMETER_GRADIENTS,
    ]) {
        let p: Conv2dParams = params(&step.params);
        let taps = [p.kernel_height, p.kernel_width, p.in_channels / p.groups];
        return Some(product(&[p.batch, p.out_height, p.out_width, p.out_channels]) * product(&taps));
    }
    if is(&[
        &linear::FORWARD,
        &linear::INPUT_GRADIENT,
        &linear::INPUT_GRADIENT_RELU,
        &linear::WEIGHT_GRADIENT,
        &linear::PARAMETER_GRADIENTS,
    ]) {
        let p: LinearParams = params(&step.params);
        return Some(product(&[p.batch, p.in_features, p.out_features]));
    }
    if is(&[&rbf::FORWARD, &rbf::INPUT_GRADIENT, &rbf::WEIGHT_GRADIENT]) {
        let p: RbfParams = params(&step.params);
        return Some(product(&[p.batch, p.in_features, p.out_features]));
    }
    None
}

#[cfg(test)]
mod tests {
    use bytemuck::Zeroable;

    use super::*;
    use crate::describe::describe;
    use crate::network::spec::Spec;
    use crate::network::zoo::preset;
    use crate::programs::TrainingPlan;

    fn cost(name: &str, batch_size: usize) -> Cost {
        let mut spec = Spec::from_json(&preset(name).unwrap().spec).unwrap();
        spec.training.batch_size = batch_size;
        TrainingPlan::new(&spec).unwrap().cost()
    }

    /// Three forward passes, less the gradient of the image, which nothing needs.
    #[test]
    fn multiply_accumulates_are_three_times_those_of_the_description_but_for_the_first_layer() {
        for name in ["lenet5", "resnet20", "unet"] {
            let spec = Spec::from_json(&preset(name).unwrap().spec).unwrap();
            let description = describe(&spec).unwrap();
            let first = description.nodes.iter().find(|node| node.macs > 0).unwrap().macs;
            let multiplied: u64 = cost(name, 4)
                .steps
                .iter()
                .filter(|step| ["conv2d", "linear"].iter().any(|of| step.kernel.starts_with(of)) && !step.kernel.contains("bias"))
                .map(|step| step.flops)
                .sum();
            assert_eq!(multiplied, 2 * 4 * (3 * description.totals.macs - first), "{name}");
        }
    }

    #[test]
    fn a_convolution_reads_its_input_weights_and_bias_and_writes_its_output() {
        let lenet = cost("lenet5", 2);
        let conv = lenet.steps.iter().find(|step| step.kernel == "conv2d.forward").unwrap();
        // One and six channels lie padded to four and eight.
        assert_eq!(conv.bytes_read, 4 * (2 * 28 * 28 * 4 + 5 * 5 * 8 + 8));
        assert_eq!(conv.bytes_written, 4 * 2 * 28 * 28 * 8);
        let gather = lenet.steps.iter().find(|step| step.kernel.starts_with("gather")).unwrap();
        assert!(gather.bytes_read >= 2 * 28 * 28 + 2 * 4 && gather.bytes_read <= 2 * 28 * 28 + 2 * 2 * 4 + 2 * 4, "{gather:?}");
    }

    #[test]
    fn sums_are_those_of_the_steps_and_no_operator_moves_less_than_it_needs() {
        for name in ["lenet5", "resnet8", "googlenet"] {
            let Cost { steps, totals, .. } = cost(name, 2);
            let of = |what: fn(&StepCost) -> u64| steps.iter().map(what).sum::<u64>();
            assert_eq!(totals.bytes_moved, of(|step| step.bytes_read + step.bytes_written + step.scratch_bytes));
            assert_eq!(totals.flops, of(|step| step.flops));
            assert_eq!(totals.dispatches as u64, of(|step| step.dispatches.len() as u64));
            assert!(steps.iter().all(|step| !step.dispatches.is_empty()), "a step without a dispatch does nothing");
            assert!(totals.ratio >= totals.ratio_of_calls && totals.ratio_of_calls >= 1.0, "{name}: {}", totals.ratio);
        }
    }

    #[test]
    fn what_is_used_up_within_an_operator_is_not_needed() {
        let len = 64;
        let step = |node: &str, kernel, arguments: Vec<usize>| Step {
            node: node.to_owned(),
            kernel,
            params: bytemuck::bytes_of(&Conv2dParams::zeroed()).to_vec(),
            arguments: arguments.into_iter().map(|at| Range { buffer: crate::ir::program::BufferId(at), offset: 0, len }).collect(),
        };
        let gradient = &conv2d::INPUT_GRADIENT;
        let buffer = |at: usize| crate::ir::program::BufferSpec {
            label: at.to_string(),
            len,
            words: false,
            fill: 0.0,
            contents: None,
            external: None,
        };
        // 0 and 1 make 2, which the same node turns into 3, which another node reads; nothing reads 4.
        let steps = vec![step("a", gradient, vec![0, 1, 2]), step("a", gradient, vec![2, 1, 3]), step("b", gradient, vec![3, 1, 4])];
        let plan = Plan { buffers: (0..5).map(buffer).collect(), ..Plan::default() };
        let program = Program { steps, ..Program::default() };
        assert_eq!(plan.bytes_needed(&program), 4 * 64 * (3 + 2));
    }
}
