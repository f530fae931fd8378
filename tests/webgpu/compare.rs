//! Runs a graph with the scalar kernels in double precision and on WebGPU, and compares everything it made.

use std::collections::HashMap;
use std::rc::Rc;

use receptive::autodiff::differentiate;
use receptive::backend::wgpu::Wgpu;
use receptive::core::layout::Layout;
use receptive::core::rng::{Rng, Stream};
use receptive::core::shape::Shape;
use receptive::executor::AnyExecutor;
use receptive::ir::graph::{Graph, Role, ValueId};
use receptive::ir::operator::Operator;
use receptive::ir::program::Located;
use receptive::plan::{Builder, Plan};

/// An open device; software adapters are what these tests run on.
pub async fn open() -> Wgpu {
    Wgpu::open(true).await.expect("a WebGPU adapter")
}

/// A graph under construction with its inputs' contents, and what to compare.
pub struct Case {
    pub what: String,
    pub graph: Graph,
    pub random: Rng,
    /// The size of terms that cancel: results are compared relative to this at least.
    pub terms: f32,
    inputs: Vec<(String, Contents)>,
    keep: Vec<ValueId>,
}

enum Contents {
    Floats(Vec<f32>),
    Words(Vec<u32>),
}

impl Case {
    pub fn new(what: impl Into<String>, seed: u64) -> Self {
        let random = Rng::new(seed, Stream::Parameters);
        Self { what: what.into(), graph: Graph::default(), random, terms: 0.0, inputs: Vec::new(), keep: Vec::new() }
    }

    /// An input of these floats.
    pub fn floats(&mut self, name: &str, dims: &[usize], values: Vec<f32>) -> ValueId {
        self.inputs.push((name.to_owned(), Contents::Floats(values)));
        self.graph.add(name, Shape::new(dims), Layout::Activation, false, Role::Input)
    }

    /// An input of random floats.
    pub fn random_floats(&mut self, name: &str, dims: &[usize]) -> ValueId {
        let count = dims.iter().product();
        let values = (0..count).map(|_| self.random.normal() as f32).collect();
        self.floats(name, dims, values)
    }

    /// An input of these words.
    pub fn words(&mut self, name: &str, dims: &[usize], values: Vec<u32>) -> ValueId {
        self.inputs.push((name.to_owned(), Contents::Words(values)));
        self.graph.add(name, Shape::new(dims), Layout::Activation, true, Role::Input)
    }

    /// Adds a state of words that starts as zeros, and compares it.
    pub fn state(&mut self, name: &str, dims: &[usize], words: bool) -> ValueId {
        self.graph.add(name, Shape::new(dims), Layout::Activation, words, Role::State)
    }

    /// Applies an operator and compares all that it makes.
    pub fn apply(&mut self, operator: impl Operator + 'static, inputs: &[ValueId]) -> ValueId {
        let name = format!("node{}", self.graph.nodes.len());
        let result = self.graph.apply(&name, Rc::new(operator), inputs).unwrap_or_else(|error| panic!("{}: {error}", self.what));
        let outputs = self.graph.nodes.last().expect("it was just added").outputs.clone();
        self.keep.extend(outputs);
        result
    }

    /// Adds the backward pass of `result` for a random upstream gradient and compares the gradients of `inputs` and of all parameters.
    pub fn backward(&mut self, result: ValueId, inputs: &[ValueId]) {
        let dims = self.graph.shape(result).dims().to_vec();
        let dy = self.random_floats("upstream", &dims);
        let gradients = differentiate(&mut self.graph, &[(result, dy)], inputs).expect("it has gradients");
        self.keep.extend(inputs.iter().map(|input| gradients[input]));
    }

    /// Compares this value too.
    pub fn keep(&mut self, value: ValueId) {
        self.keep.push(value);
    }

    /// Runs the case on both backends, on WebGPU with dispatches as they are and with three rows of workgroups in each, as one of more than
    /// 65,535 workgroups would have.
    pub async fn check(mut self, wgpu: &Wgpu) {
        let states = (0..self.graph.values.len()).map(ValueId).filter(|&id| self.graph.value(id).role == Role::State);
        let kept: Vec<(String, bool)> =
            self.keep.iter().copied().chain(states).map(|id| (self.graph.value(id).name.clone(), self.graph.value(id).words)).collect();
        let names: Vec<String> = self.graph.values.iter().map(|value| value.name.clone()).collect();
        let mut builder = Builder::default();
        let built = builder.program("case", std::mem::take(&mut self.graph), &self.keep);
        let plan = builder.finish(1);
        let ids = names.into_iter().enumerate().map(|(id, name)| (name, ValueId(id)));
        let places: HashMap<String, Located> = ids.filter_map(|(name, id)| Some((name, built.find(id)?))).collect();
        let parameters: Vec<(String, Located, Vec<f32>)> = plan
            .parameters
            .iter()
            .map(|parameter| {
                let place = plan.parameter_place(parameter, 0);
                let values = (0..place.shape.count()).map(|_| self.random.normal() as f32).collect();
                (parameter.name.clone(), place, values)
            })
            .collect();
        let mut cpu = AnyExecutor::double(&plan, &[]).await.expect("memory");
        self.write(&places, &parameters, &mut cpu);
        cpu.run(built.program).expect("it runs");
        for (rows, wgpu) in [(1, wgpu.clone()), (3, wgpu.with_rows(3))] {
            let what = if rows == 1 { self.what.clone() } else { format!("{}, in {rows} rows", self.what) };
            let gpu = AnyExecutor::wgpu(wgpu, &plan, &[]).await;
            let mut gpu = gpu.unwrap_or_else(|error| panic!("{what}: {error}"));
            self.write(&places, &parameters, &mut gpu);
            poison(&plan, &places, &kept, &mut gpu);
            gpu.run(built.program).unwrap_or_else(|error| panic!("{what}: {error}"));
            for (name, words) in &kept {
                let place = places[name].clone();
                if *words {
                    let expected = cpu.read_words(place.range).await.expect("read");
                    let found = gpu.read_words(place.range).await.unwrap_or_else(|error| panic!("{what}: {error}"));
                    assert_eq!(found, expected, "{what}: {name}");
                } else {
                    compare(&what, name, &place, self.terms, &mut cpu, &mut gpu).await;
                }
            }
            for parameter in &plan.parameters {
                let place = plan.parameter_place(parameter, 1);
                compare(&what, &format!("d {}", parameter.name), &place, self.terms, &mut cpu, &mut gpu).await;
            }
        }
    }

    /// Writes inputs and parameters.
    fn write(&self, places: &HashMap<String, Located>, parameters: &[(String, Located, Vec<f32>)], executor: &mut AnyExecutor) {
        for (name, contents) in &self.inputs {
            let place = places[name].clone();
            match contents {
                Contents::Floats(values) => executor.write_value(name, &place, values).expect("written"),
                Contents::Words(values) => {
                    executor.write_words(place.range, &place.layout.store(&place.shape, values)).expect("written");
                }
            }
        }
        for (name, place, values) in parameters {
            executor.write_value(name, place, values).expect("written");
        }
    }
}

/// Fills what the program will overwrite with NaN, so that a place it forgets shows.
fn poison(plan: &Plan, places: &HashMap<String, Located>, kept: &[(String, bool)], gpu: &mut AnyExecutor) {
    let nan = |len| vec![f32::NAN; len];
    for (name, words) in kept {
        let range = places[name].range;
        let state = plan.buffers[range.buffer.0].label == *name
            && plan.programs[0].steps.iter().all(|step| {
                step.arguments
                    .iter()
                    .zip(step.kernel.bindings)
                    .all(|(argument, binding)| argument.buffer != range.buffer || binding.reads())
            });
        if state {
            continue;
        }
        if *words {
            gpu.write_words(range, &vec![u32::MAX; range.len]).expect("written");
        } else {
            gpu.write_stored(range, &nan(range.len)).expect("written");
        }
    }
    for parameter in &plan.parameters {
        let range = plan.parameter_place(parameter, 1).range;
        gpu.write_stored(range, &nan(range.len)).expect("written");
    }
}

/// Compares one value, within what `f32` sums in another order differ by, and its pad lanes, which must be zero.
async fn compare(what: &str, name: &str, place: &Located, terms: f32, cpu: &mut AnyExecutor, gpu: &mut AnyExecutor) {
    let expected = cpu.read_value(place).await.expect("read");
    let stored = gpu.read_stored(place.range).await.unwrap_or_else(|error| panic!("{what}: {error}"));
    let found = place.layout.restore(&place.shape, &stored);
    let largest = expected.iter().filter(|value| value.is_finite()).fold(terms, |largest, value| largest.max(value.abs()));
    for (at, (&a, &b)) in found.iter().zip(&expected).enumerate() {
        let close = (a - b).abs() <= 4e-6 * largest + 1e-5 * b.abs();
        let same = a == b || (a.is_nan() && b.is_nan());
        assert!(close || same, "{what}: {name} at {at} is {a}, not {b} (largest {largest})");
    }
    // Rank 1 and 3 (losses, costs) have no channels to pad; what lies after their end is nobody's.
    if matches!(place.shape.dims().len(), 2 | 4) {
        let again = place.layout.store(&place.shape, &found);
        // A zero of either sign is a zero.
        let padding = stored.iter().zip(&again).find(|(a, b)| a != b && !a.is_nan());
        assert!(padding.is_none(), "{what}: {name} has {padding:?} in a pad lane");
        let nans = |values: &[f32]| values.iter().filter(|value| value.is_nan()).count();
        assert_eq!(nans(&stored), nans(&again), "{what}: {name} has NaN in a pad lane");
    }
}
