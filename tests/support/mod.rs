//! Running a graph in any number type, and drawing problems to run.

pub mod not_finite;
pub mod specs;
pub mod stored;
pub mod weights_files;

use std::collections::HashMap;

use pollster::block_on;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed};
use receptive::autodiff::differentiate;
use receptive::backend::Backend;
use receptive::backend::cpu::{Buffer, Cpu, Element, Kernels, Prepared};
use receptive::core::layout::Layout;
use receptive::core::rng::{Rng, Stream};
use receptive::core::shape::Shape;
use receptive::ir::graph::{Graph, Role, ValueId};
use receptive::ir::program::Located;
use receptive::plan::{Builder, Built};

/// So many drawn cases, the same in every run. PROPTEST_CASES and PROPTEST_RNG_SEED in the environment ask for more and for others.
pub fn cases(count: u32) -> Config {
    let set = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    Config {
        cases: set("PROPTEST_CASES").map_or(count, |cases| cases as u32),
        rng_seed: RngSeed::Fixed(set("PROPTEST_RNG_SEED").unwrap_or(1998)),
        failure_persistence: None,
        ..Config::default()
    }
}

pub fn rng(seed: u64) -> Rng {
    Rng::new(seed, Stream::Parameters)
}

/// IDX files of bars at different places, a class each.
pub fn bar_files(count: usize) -> (Vec<u8>, Vec<u8>) {
    let header = |magic: u32, sizes: &[u32]| [&[magic], sizes].concat().iter().flat_map(|word| word.to_be_bytes()).collect::<Vec<u8>>();
    let (mut images, mut labels) = (header(2051, &[count as u32, 28, 28]), header(2049, &[count as u32]));
    for image in 0..count {
        labels.push((image % 10) as u8);
        images.extend(
            (0..784).map(|at| if at / 28 % 11 == image % 10 || at % 13 == image % 7 { 200 + (at % 50) as u8 } else { (at % 3) as u8 }),
        );
    }
    (images, labels)
}

/// Normal random numbers.
pub fn normal(rng: &mut Rng, count: usize) -> Vec<f64> {
    (0..count).map(|_| rng.normal()).collect()
}

/// Random numbers in random order, no two closer than 0.05: away from where a maximum changes hands.
pub fn spread(rng: &mut Rng, count: usize) -> Vec<f64> {
    let mut values: Vec<f64> = (0..count).map(|i| 0.1 * (i as f64 - count as f64 / 2.0) + rng.symmetric(0.025)).collect();
    rng.shuffle(&mut values);
    values
}

/// Random numbers at least 0.1 from zero: away from ReLU's kink.
pub fn off_zero(rng: &mut Rng, count: usize) -> Vec<f64> {
    normal(rng, count).into_iter().map(|x| x + 0.1 * x.signum()).collect()
}

/// A program with its memory on the CPU, in any number type.
pub struct Machine<T> {
    cpu: Cpu<T>,
    buffers: Vec<Buffer<T>>,
    steps: usize,
    built: Built,
    names: HashMap<String, ValueId>,
    prepared: Prepared<T>,
}

impl<T: Element> Machine<T> {
    /// Plans a graph. Memory that the kernels have to fill starts as NaN.
    pub fn new(graph: &Graph, keep: &[ValueId], kernels: Kernels) -> Self {
        let mut builder = Builder::default();
        let built = builder.program("test", graph.clone(), keep);
        let named = graph.values.iter().enumerate().map(|(id, value)| (value.name.clone(), ValueId(id)));
        let names = named.filter(|(_, id)| built.find(*id).is_some()).collect();
        let plan = builder.finish(1);
        let mut cpu = Cpu::new(kernels);
        let buffers = plan.buffers.iter().map(|spec| {
            let mut spec = spec.clone();
            if !spec.words && !spec.label.starts_with("constant") {
                spec.fill = f32::NAN;
            }
            cpu.allocate(&spec).unwrap()
        });
        let buffers: Vec<Buffer<T>> = buffers.collect();
        let prepared = block_on(cpu.prepare(&plan[built.program], &buffers)).unwrap();
        Self { cpu, buffers, steps: plan[built.program].steps.len(), built, names, prepared }
    }

    /// Kernel calls of the planned program.
    pub fn steps(&self) -> usize {
        self.steps
    }

    fn place(&self, name: &str) -> Located {
        self.names.get(name).and_then(|&id| self.built.find(id)).unwrap_or_else(|| panic!("{name} is not kept"))
    }

    pub fn write(&mut self, name: &str, canonical: &[f64]) {
        let place = self.place(name);
        let canonical: Vec<T> = canonical.iter().map(|&x| T::of(x)).collect();
        let Buffer::Floats(floats) = &mut self.buffers[place.range.buffer.0] else { panic!("{name} holds words") };
        floats[place.range.offset..][..place.range.len].copy_from_slice(&place.layout.store(&place.shape, &canonical));
    }

    pub fn write_words(&mut self, name: &str, canonical: &[u32]) {
        let place = self.place(name);
        let Buffer::Words(words) = &mut self.buffers[place.range.buffer.0] else { panic!("{name} holds floats") };
        words[place.range.offset..][..place.range.len].copy_from_slice(&place.layout.store(&place.shape, canonical));
    }

    pub fn run(&mut self) {
        self.cpu.run(&self.prepared, &mut self.buffers).unwrap();
    }

    pub fn read(&self, name: &str) -> Vec<f64> {
        let place = self.place(name);
        let Buffer::Floats(floats) = &self.buffers[place.range.buffer.0] else { panic!("{name} holds words") };
        let stored = &floats[place.range.offset..][..place.range.len];
        place.layout.restore(&place.shape, stored).into_iter().map(|x| x.to_f64().unwrap()).collect()
    }

    pub fn read_words(&self, name: &str) -> Vec<u32> {
        let place = self.place(name);
        let Buffer::Words(words) = &self.buffers[place.range.buffer.0] else { panic!("{name} holds floats") };
        place.layout.restore(&place.shape, &words[place.range.offset..][..place.range.len])
    }
}

/// A graph with its numbers.
#[derive(Default)]
pub struct Problem {
    pub graph: Graph,
    /// Values whose gradients are of interest: inputs and parameters.
    pub leaves: Vec<(ValueId, Vec<f64>)>,
    /// Other floats that go in: class weights, soft targets.
    pub floats: Vec<(ValueId, Vec<f64>)>,
    /// Words that go in: labels.
    pub words: Vec<(ValueId, Vec<u32>)>,
    pub outputs: Vec<ValueId>,
}

impl Problem {
    /// Adds an input that gets a gradient.
    pub fn input(&mut self, name: &str, dims: &[usize], values: Vec<f64>) -> ValueId {
        let id = self.graph.add(name, Shape::new(dims), Layout::Activation, false, Role::Input);
        self.leaves.push((id, values));
        id
    }

    /// Adds an input that gets none.
    pub fn given(&mut self, name: &str, dims: &[usize], values: Vec<f64>) -> ValueId {
        let id = self.graph.add(name, Shape::new(dims), Layout::Activation, false, Role::Input);
        self.floats.push((id, values));
        id
    }

    /// Adds an input of words.
    pub fn labels(&mut self, name: &str, dims: &[usize], values: Vec<u32>) -> ValueId {
        let id = self.graph.add(name, Shape::new(dims), Layout::Activation, true, Role::Input);
        self.words.push((id, values));
        id
    }

    /// Applies an operator and draws its parameters.
    pub fn apply(
        &mut self,
        name: &str,
        operator: impl receptive::ir::operator::Operator + 'static,
        inputs: &[ValueId],
        rng: &mut Rng,
    ) -> ValueId {
        let known = self.graph.parameters.len();
        let statistics = self.graph.statistics.len();
        let output = self.graph.apply(name, std::rc::Rc::new(operator), inputs).unwrap();
        for (id, spec) in &self.graph.parameters[known..] {
            let scale = (spec.fan_in as f64).sqrt().recip();
            self.leaves.push((*id, normal(rng, spec.shape.count()).into_iter().map(|x| x * scale).collect()));
        }
        for (id, spec) in &self.graph.statistics[statistics..] {
            let count = spec.shape.count();
            self.floats.push((*id, (0..count).map(|_| f64::from(spec.fill) + rng.symmetric(0.5)).collect()));
        }
        output
    }

    fn name(&self, id: ValueId) -> &str {
        &self.graph.value(id).name
    }

    fn fill<T: Element>(&self, machine: &mut Machine<T>) {
        for (id, values) in self.leaves.iter().chain(&self.floats) {
            machine.write(self.name(*id), values);
        }
        for (id, values) in &self.words {
            machine.write_words(self.name(*id), values);
        }
    }

    /// The forward program alone, with its numbers.
    pub fn forward<T: Element>(&self, kernels: Kernels) -> Machine<T> {
        let mut machine = Machine::new(&self.graph, &self.outputs, kernels);
        self.fill(&mut machine);
        machine
    }

    /// What comes out.
    pub fn run<T: Element>(&self, kernels: Kernels) -> Vec<Vec<f64>> {
        let mut machine = self.forward::<T>(kernels);
        machine.run();
        self.outputs.iter().map(|&id| machine.read(self.name(id))).collect()
    }

    /// A random upstream gradient for each output.
    pub fn upstream(&self, rng: &mut Rng) -> Vec<Vec<f64>> {
        self.outputs.iter().map(|&id| normal(rng, self.graph.shape(id).count())).collect()
    }

    /// The gradient of every leaf.
    pub fn gradients<T: Element>(&self, upstream: &[Vec<f64>], kernels: Kernels) -> Vec<Vec<f64>> {
        let mut graph = self.graph.clone();
        let seeds: Vec<(ValueId, ValueId)> = self
            .outputs
            .iter()
            .map(|&id| (id, graph.add(format!("up {}", id.0), graph.shape(id).clone(), Layout::Activation, false, Role::Input)))
            .collect();
        let leaves: Vec<ValueId> = self.leaves.iter().map(|&(id, _)| id).collect();
        let made = differentiate(&mut graph, &seeds, &leaves).unwrap();
        let keep: Vec<ValueId> = leaves.iter().map(|id| made[id]).collect();
        let mut machine = Machine::<T>::new(&graph, &keep, kernels);
        self.fill(&mut machine);
        for (&(id, _), values) in seeds.iter().zip(upstream) {
            machine.write(&format!("up {}", id.0), values);
        }
        machine.run();
        keep.iter().map(|&id| machine.read(&graph.value(id).name)).collect()
    }
}

/// Sum of products.
pub fn dot(a: &[f64], b: &[f64]) -> f64 {
    assert_eq!(a.len(), b.len());
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// Whether numbers agree, relative to the largest expected one.
pub fn close(got: &[f64], want: &[f64], relative: f64) -> Result<(), TestCaseError> {
    prop_assert_eq!(got.len(), want.len());
    let largest = want.iter().fold(1.0, |largest: f64, x| largest.max(x.abs()));
    for (i, (got, want)) in got.iter().zip(want).enumerate() {
        prop_assert!((got - want).abs() <= relative * largest, "value {}: {} where {} is expected", i, got, want);
    }
    Ok(())
}

/// Outputs and gradients of the SIMD kernels in single precision against the scalar ones in double.
pub fn simd_agrees(problem: &Problem, rng: &mut Rng) -> Result<(), TestCaseError> {
    let upstream = problem.upstream(rng);
    for (got, want) in problem.run::<f32>(Kernels::Simd).iter().zip(problem.run::<f64>(Kernels::Scalar)) {
        close(got, &want, 1e-5)?;
    }
    let want = problem.gradients::<f64>(&upstream, Kernels::Scalar);
    for (got, want) in problem.gradients::<f32>(&upstream, Kernels::Simd).iter().zip(want) {
        close(got, &want, 1e-5)?;
    }
    Ok(())
}
