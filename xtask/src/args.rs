//! What a person can type after `cargo xtask`.

use std::ffi::OsString;
use std::path::PathBuf;

use lexopt::prelude::*;

use crate::failure::{Failure, Result};

/// The text of `cargo xtask help`.
pub const USAGE: &str = "\
Usage: cargo xtask COMMAND [OPTIONS]

  serve [--port N]          set up and build what the page needs, serve it on http://localhost:8080
  serve --full [--port N]   the same with dist/, as it is published
  test                      set up, then everything CI runs; the time of each stage and test in target/suite/times.json
  test --quick              formatting, types, lints, unit tests: after a small change
  test --only STAGE         one stage (several times: several stages)
  test --all                also what is too slow for every change
  build                     set up, build dist/: a folder for any static host and any sub-path
  setup                     only find or install the tools (all of them, also those of `test`)
  conformance --fixtures DIR [--backend scalar|simd|webgpu|all] [--only SUBSTRING]
                            run reference cases; simd and webgpu in headless Chromium, in the package of the page check/
  describe NAME|SPEC.json [--json]   shapes, parameters and costs of a preset or a spec file
  describe --list           names of all presets
  train NAME|SPEC.json [--backend auto|cpu|webgpu] [--workers N] [--epochs N] [--seed N] [--json]
                            train on MNIST in headless Chromium, as the page does
  table [PRESET]... [--render]  train presets (all without names) for their own epochs, and write docs/presets.md; --render writes it from what is known
  experiment FILE... [--seeds N] [--workers N] [--report]
                            run experiments in headless Chromium as the page does, N runs at once; --report writes docs/experiments.md
  forward [NAME|SPEC.json]... [--backend cpu|webgpu|all] [--seed N] [--weights FILE.safetensors] [--repeats N] [--json]
                            one image through networks of any size in headless Chromium; without names, through all at true size
  export NAME|SPEC.json --to pytorch|keras|onnx|safetensors [--weights FILE.safetensors] [--external] [--out DIR]
                            write a network for another program, as the page's Share menu does; --external: ONNX with its weights in a file of their own
  plan NAME|SPEC.json [--batch N] [--json]
                            a training step as it is planned: every step's work, bytes moved and dispatches, and their sums
  bench [--job NAME]... [--backend cpu|scalar|webgpu|all] [--workers N|all] [--isolated] [--batch N] [--seconds S] [--build simd128|relaxed_simd|all] [--report [--note TEXT]] [--json]
                            median speed in headless Chromium; jobs: peak, conv-fwd, conv-bwd, lenet-train, lenet-infer, lenet-98, lenet-steady, resnet8-train,
                            resnet20-train, resnet20-infer, resnet56-train, resnet110-train; --report keeps the results and writes docs/performance.md";

/// The jobs of `bench`, the roof first.
pub const JOBS: [&str; 12] = [
    "peak",
    "conv-fwd",
    "conv-bwd",
    "lenet-train",
    "lenet-infer",
    "lenet-98",
    "lenet-steady",
    "resnet8-train",
    "resnet20-train",
    "resnet20-infer",
    "resnet56-train",
    "resnet110-train",
];

/// A command with its options.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// Print the usage.
    Help,
    /// Find or install every tool.
    Setup,
    /// Build `dist/`.
    Build,
    /// Build and serve the page.
    Serve(Serve),
    /// Run everything CI runs, or a part of it.
    Test(Test),
    /// Run reference cases.
    Conformance(Conformance),
    /// Print shapes and costs of a network.
    Describe(Describe),
    /// Print a training step as it is planned.
    Plan(Plan),
    /// Train in headless Chromium.
    Train(Train),
    /// Train presets and write down what they reach.
    Table(Table),
    /// Run experiments in headless Chromium.
    Experiment(Experiment),
    /// Run networks forward in headless Chromium.
    Forward(Forward),
    /// Write a network for another program.
    Export(Export),
    /// Measure speed in headless Chromium.
    Bench(Bench),
}

/// Options of `test`.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Test {
    /// Only what takes a few minutes after a small change.
    pub quick: bool,
    /// Also what is too slow for every change.
    pub all: bool,
    /// Only these stages.
    pub only: Vec<String>,
}

/// Options of `serve`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Serve {
    /// The port on localhost.
    pub port: u16,
    /// Build and serve `dist/` instead of what a first page needs.
    pub full: bool,
}

/// Options of `conformance`.
#[derive(Debug, Clone, PartialEq)]
pub struct Conformance {
    /// The folder with ops.json, nets.json, optim.json, schedules.json, trajectories.json (each where present).
    pub fixtures: PathBuf,
    /// The kernel sets to run, of `scalar`, `simd`, `webgpu`.
    pub backends: Vec<String>,
    /// Only cases whose id contains this.
    pub only: Option<String>,
}

/// Options of `describe`.
#[derive(Debug, Clone, PartialEq)]
pub struct Describe {
    /// A preset's name or a spec file; `None` with `list`.
    pub network: Option<String>,
    /// Print JSON.
    pub json: bool,
    /// Print the names of all presets.
    pub list: bool,
}

/// Options of `experiment`.
#[derive(Debug, Clone, PartialEq)]
pub struct Experiment {
    /// Files as in `www/experiments/`.
    pub files: Vec<PathBuf>,
    /// Seeds 1 to so many in place of a file's own.
    pub seeds: Option<u32>,
    /// Runs at once, each in a worker of its own.
    pub workers: u32,
    /// Keep the numbers in docs/experiments.json and write docs/experiments.md.
    pub report: bool,
}

/// Options of `plan`.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// A preset's name or a spec file.
    pub network: String,
    /// Images a step; the spec's own number if absent.
    pub batch: Option<u32>,
    /// Print JSON.
    pub json: bool,
}

/// Options of `export`.
#[derive(Debug, Clone, PartialEq)]
pub struct Export {
    /// A preset's or network's name, or a spec file.
    pub network: String,
    /// The exporter.
    pub to: String,
    /// A safetensors file with PyTorch's names.
    pub weights: Option<PathBuf>,
    /// Weights in a file of their own.
    pub external: bool,
    /// The folder that the files go to.
    pub out: PathBuf,
}

/// Options of `train`.
#[derive(Debug, Clone, PartialEq)]
pub struct Train {
    /// A preset's name or a spec file.
    pub network: String,
    /// `auto`, `cpu` or `webgpu`.
    pub backend: String,
    /// Workers that share each batch, on the CPU.
    pub workers: u32,
    /// Epochs; the spec's own number if absent.
    pub epochs: Option<u32>,
    /// The seed; the spec's own if absent.
    pub seed: Option<u64>,
    /// Print JSON.
    pub json: bool,
}

/// Options of `table`.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// The presets to train; all if there are none.
    pub presets: Vec<String>,
    /// Only write the table from what is known.
    pub render: bool,
}

/// Options of `forward`.
#[derive(Debug, Clone, PartialEq)]
pub struct Forward {
    /// Presets, networks at true size or spec files; all at true size if there are none.
    pub networks: Vec<String>,
    /// The backends to run each on; the others' results are compared with the first's.
    pub backends: Vec<String>,
    /// Of the weights, and of the image.
    pub seed: u32,
    /// A safetensors file with PyTorch's names instead of weights from the seed.
    pub weights: Option<PathBuf>,
    /// How many times each runs; the median counts.
    pub repeats: u32,
    /// Print JSON.
    pub json: bool,
}

/// Options of `bench`.
#[derive(Debug, Clone, PartialEq)]
pub struct Bench {
    /// The jobs to run, in order.
    pub jobs: Vec<String>,
    /// The backends to run each job on.
    pub backends: Vec<String>,
    /// Seconds of measuring for each job (in several windows, after a warm-up).
    pub seconds: f64,
    /// Images a step or an inference; convolutions alone always have 16.
    pub batch: u32,
    /// Workers that share each step, on the CPU, with so many images each. More than one only train networks.
    pub workers: Vec<u32>,
    /// Whether the page is isolated from others, so that workers share memory.
    pub isolated: bool,
    /// The wasm builds, of `simd128` and `relaxed_simd`.
    pub builds: Vec<String>,
    /// Keep the results in docs/performance.json and write docs/performance.md.
    pub report: bool,
    /// What has to be known about these results: it stands with them on the page.
    pub note: Option<String>,
    /// Print JSON.
    pub json: bool,
}

/// Parses what follows `cargo xtask`.
pub fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Command> {
    let mut parser = lexopt::Parser::from_args(args);
    parse_with(&mut parser).map_err(|error| match error {
        Problem::Syntax(error) => Failure::new(error.to_string()).with_remedy("cargo xtask help"),
        Problem::Meaning(failure) => failure,
    })
}

enum Problem {
    Syntax(lexopt::Error),
    Meaning(Failure),
}

impl From<lexopt::Error> for Problem {
    fn from(error: lexopt::Error) -> Self {
        Self::Syntax(error)
    }
}

impl From<Failure> for Problem {
    fn from(failure: Failure) -> Self {
        Self::Meaning(failure)
    }
}

fn parse_with(parser: &mut lexopt::Parser) -> std::result::Result<Command, Problem> {
    let name = match parser.next()? {
        None | Some(Long("help") | Short('h')) => return Ok(Command::Help),
        Some(Value(name)) => name.string()?,
        Some(other) => return Err(other.unexpected().into()),
    };
    match name.as_str() {
        "help" => Ok(Command::Help),
        "setup" => nothing_more(parser, Command::Setup),
        "build" => nothing_more(parser, Command::Build),
        "test" => test(parser),
        "serve" => serve(parser),
        "conformance" => conformance(parser),
        "describe" => describe(parser),
        "plan" => plan(parser),
        "train" => train(parser),
        "table" => table(parser),
        "experiment" => experiment(parser),
        "export" => export(parser),
        "forward" => forward(parser),
        "bench" => bench(parser),
        other => Err(Failure::new(format!("there is no command `{other}`")).with_remedy("cargo xtask help").into()),
    }
}

fn nothing_more(parser: &mut lexopt::Parser, command: Command) -> std::result::Result<Command, Problem> {
    match parser.next()? {
        None => Ok(command),
        Some(Long("help") | Short('h')) => Ok(Command::Help),
        Some(other) => Err(other.unexpected().into()),
    }
}

fn test(parser: &mut lexopt::Parser) -> std::result::Result<Command, Problem> {
    let mut options = Test::default();
    while let Some(arg) = parser.next()? {
        match arg {
            Long("quick") => options.quick = true,
            Long("all") => options.all = true,
            Long("only") => options.only.push(parser.value()?.string()?),
            Long("help") | Short('h') => return Ok(Command::Help),
            other => return Err(other.unexpected().into()),
        }
    }
    if usize::from(options.quick) + usize::from(options.all) + usize::from(!options.only.is_empty()) > 1 {
        return Err(Failure::new("--quick, --all and --only exclude each other").into());
    }
    Ok(Command::Test(options))
}

fn serve(parser: &mut lexopt::Parser) -> std::result::Result<Command, Problem> {
    let mut options = Serve { port: 8080, full: false };
    while let Some(arg) = parser.next()? {
        match arg {
            Long("port") => options.port = parser.value()?.parse()?,
            Long("full") => options.full = true,
            Long("help") | Short('h') => return Ok(Command::Help),
            other => return Err(other.unexpected().into()),
        }
    }
    Ok(Command::Serve(options))
}

fn conformance(parser: &mut lexopt::Parser) -> std::result::Result<Command, Problem> {
    let mut fixtures = None;
    let mut backend = "all".to_owned();
    let mut only = None;
    while let Some(arg) = parser.next()? {
        match arg {
            Long("fixtures") => fixtures = Some(PathBuf::from(parser.value()?)),
            Long("backend") => backend = one_of("--backend", parser.value()?.string()?, &["scalar", "simd", "webgpu", "all"])?,
            Long("only") => only = Some(parser.value()?.string()?),
            Long("help") | Short('h') => return Ok(Command::Help),
            other => return Err(other.unexpected().into()),
        }
    }
    let fixtures = fixtures
        .ok_or_else(|| Failure::new("conformance needs --fixtures DIR").with_remedy("cargo xtask conformance --fixtures tests/fixtures"))?;
    let backends = expand(backend, &["scalar", "simd", "webgpu"]);
    Ok(Command::Conformance(Conformance { fixtures, backends, only }))
}

fn describe(parser: &mut lexopt::Parser) -> std::result::Result<Command, Problem> {
    let (mut network, mut json, mut list) = (None, false, false);
    while let Some(arg) = parser.next()? {
        match arg {
            Long("json") => json = true,
            Long("list") => list = true,
            Long("help") | Short('h') => return Ok(Command::Help),
            Value(value) if network.is_none() => network = Some(value.string()?),
            other => return Err(other.unexpected().into()),
        }
    }
    if network.is_none() && !list {
        return Err(Failure::new("describe needs a preset's name or a spec file").with_remedy("cargo xtask describe --list").into());
    }
    Ok(Command::Describe(Describe { network, json, list }))
}

fn plan(parser: &mut lexopt::Parser) -> std::result::Result<Command, Problem> {
    let (mut network, mut batch, mut json) = (None, None, false);
    while let Some(arg) = parser.next()? {
        match arg {
            Long("batch") => batch = Some(at_least_one("--batch", parser.value()?.parse()?)?),
            Long("json") => json = true,
            Long("help") | Short('h') => return Ok(Command::Help),
            Value(value) if network.is_none() => network = Some(value.string()?),
            other => return Err(other.unexpected().into()),
        }
    }
    let network =
        network.ok_or_else(|| Failure::new("plan needs a preset's name or a spec file").with_remedy("cargo xtask describe --list"))?;
    Ok(Command::Plan(Plan { network, batch, json }))
}

fn export(parser: &mut lexopt::Parser) -> std::result::Result<Command, Problem> {
    let (mut network, mut to) = (None, None);
    let mut options = Export { network: String::new(), to: String::new(), weights: None, external: false, out: PathBuf::from(".") };
    while let Some(arg) = parser.next()? {
        match arg {
            Long("to") => to = Some(one_of("--to", parser.value()?.string()?, &["pytorch", "keras", "onnx", "safetensors"])?),
            Long("weights") => options.weights = Some(PathBuf::from(parser.value()?)),
            Long("external") => options.external = true,
            Long("out") => options.out = PathBuf::from(parser.value()?),
            Long("help") | Short('h') => return Ok(Command::Help),
            Value(value) if network.is_none() => network = Some(value.string()?),
            other => return Err(other.unexpected().into()),
        }
    }
    let (Some(network), Some(to)) = (network, to) else {
        let failure = Failure::new("export needs a preset's name or a spec file, and --to");
        return Err(failure.with_remedy("cargo xtask export lenet5 --to pytorch").into());
    };
    Ok(Command::Export(Export { network, to, ..options }))
}

fn train(parser: &mut lexopt::Parser) -> std::result::Result<Command, Problem> {
    let mut network = None;
    let mut options = Train { network: String::new(), backend: "auto".into(), workers: 1, epochs: None, seed: None, json: false };
    while let Some(arg) = parser.next()? {
        match arg {
            Long("backend") => options.backend = one_of("--backend", parser.value()?.string()?, &["auto", "cpu", "webgpu"])?,
            Long("workers") => options.workers = at_least_one("--workers", parser.value()?.parse()?)?,
            Long("epochs") => options.epochs = Some(at_least_one("--epochs", parser.value()?.parse()?)?),
            Long("seed") => options.seed = Some(parser.value()?.parse()?),
            Long("json") => options.json = true,
            Long("help") | Short('h') => return Ok(Command::Help),
            Value(value) if network.is_none() => network = Some(value.string()?),
            other => return Err(other.unexpected().into()),
        }
    }
    options.network =
        network.ok_or_else(|| Failure::new("train needs a preset's name or a spec file").with_remedy("cargo xtask describe --list"))?;
    Ok(Command::Train(options))
}

fn table(parser: &mut lexopt::Parser) -> std::result::Result<Command, Problem> {
    let mut options = Table { presets: vec![], render: false };
    while let Some(arg) = parser.next()? {
        match arg {
            Long("render") => options.render = true,
            Long("help") | Short('h') => return Ok(Command::Help),
            Value(value) => options.presets.push(value.string()?),
            other => return Err(other.unexpected().into()),
        }
    }
    Ok(Command::Table(options))
}

fn experiment(parser: &mut lexopt::Parser) -> std::result::Result<Command, Problem> {
    let workers = std::thread::available_parallelism().map_or(1, usize::from) as u32;
    let mut options = Experiment { files: vec![], seeds: None, workers, report: false };
    while let Some(arg) = parser.next()? {
        match arg {
            Long("seeds") => options.seeds = Some(at_least_one("--seeds", parser.value()?.parse()?)?),
            Long("workers") => options.workers = at_least_one("--workers", parser.value()?.parse()?)?,
            Long("report") => options.report = true,
            Long("help") | Short('h') => return Ok(Command::Help),
            Value(value) => options.files.push(PathBuf::from(value)),
            other => return Err(other.unexpected().into()),
        }
    }
    if options.files.is_empty() {
        return Err(Failure::new("experiment needs a file").with_remedy("ls www/experiments").into());
    }
    Ok(Command::Experiment(options))
}

fn forward(parser: &mut lexopt::Parser) -> std::result::Result<Command, Problem> {
    let all = || vec!["cpu".to_owned(), "webgpu".to_owned()];
    let mut options = Forward { networks: vec![], backends: all(), seed: 1, weights: None, repeats: 3, json: false };
    while let Some(arg) = parser.next()? {
        match arg {
            Long("backend") => {
                let backend = one_of("--backend", parser.value()?.string()?, &["cpu", "scalar", "webgpu", "all"])?;
                options.backends = expand(backend, &["cpu", "webgpu"]);
            }
            Long("seed") => options.seed = parser.value()?.parse()?,
            Long("weights") => options.weights = Some(PathBuf::from(parser.value()?)),
            Long("repeats") => options.repeats = at_least_one("--repeats", parser.value()?.parse()?)?,
            Long("json") => options.json = true,
            Long("help") | Short('h') => return Ok(Command::Help),
            Value(value) => options.networks.push(value.string()?),
            other => return Err(other.unexpected().into()),
        }
    }
    if options.weights.is_some() && options.networks.len() != 1 {
        return Err(Failure::new("--weights are those of one network: name it").into());
    }
    Ok(Command::Forward(options))
}

fn bench(parser: &mut lexopt::Parser) -> std::result::Result<Command, Problem> {
    let mut jobs = Vec::new();
    let builds = vec!["relaxed_simd".into()];
    let mut options = Bench {
        jobs: vec![],
        backends: vec!["cpu".into()],
        seconds: 10.0,
        batch: 64,
        workers: vec![1],
        isolated: false,
        builds,
        report: false,
        note: None,
        json: false,
    };
    while let Some(arg) = parser.next()? {
        match arg {
            Long("job") => jobs.push(one_of("--job", parser.value()?.string()?, &JOBS)?),
            Long("backend") => {
                let backend = one_of("--backend", parser.value()?.string()?, &["cpu", "scalar", "webgpu", "all"])?;
                options.backends = expand(backend, &["cpu", "webgpu"]);
            }
            Long("build") => {
                let build = one_of("--build", parser.value()?.string()?, &["simd128", "relaxed_simd", "all"])?;
                options.builds = expand(build, &["simd128", "relaxed_simd"]);
            }
            Long("batch") => options.batch = at_least_one("--batch", parser.value()?.parse()?)?,
            Long("report") => options.report = true,
            Long("note") => options.note = Some(parser.value()?.string()?),
            Long("isolated") => options.isolated = true,
            Long("workers") => {
                let workers = parser.value()?;
                options.workers = if workers == "all" { vec![1, 2] } else { vec![at_least_one("--workers", workers.parse()?)?] };
            }
            Long("seconds") => {
                options.seconds = parser.value()?.parse()?;
                if !(options.seconds.is_finite() && options.seconds > 0.0) {
                    return Err(Failure::new("--seconds must be a positive number").into());
                }
            }
            Long("json") => options.json = true,
            Long("help") | Short('h') => return Ok(Command::Help),
            other => return Err(other.unexpected().into()),
        }
    }
    if options.note.is_some() && !options.report {
        return Err(Failure::new("--note stands on the page that --report writes").into());
    }
    options.jobs = if jobs.is_empty() { JOBS.map(str::to_owned).to_vec() } else { jobs };
    Ok(Command::Bench(options))
}

fn expand(value: String, all: &[&str]) -> Vec<String> {
    if value == "all" { all.iter().map(|&name| name.to_owned()).collect() } else { vec![value] }
}

fn one_of(option: &str, value: String, allowed: &[&str]) -> Result<String> {
    if allowed.contains(&value.as_str()) {
        Ok(value)
    } else {
        Err(Failure::new(format!("{option} must be one of {}, not `{value}`", allowed.join(", "))))
    }
}

fn at_least_one(option: &str, value: u32) -> Result<u32> {
    if value > 0 { Ok(value) } else { Err(Failure::new(format!("{option} must be at least 1"))) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Result<Command> {
        parse(line.split_whitespace().map(OsString::from))
    }

    #[test]
    fn plain_commands() {
        assert_eq!(parsed(""), Ok(Command::Help));
        assert_eq!(parsed("--help"), Ok(Command::Help));
        assert_eq!(parsed("test"), Ok(Command::Test(Test::default())));
        assert_eq!(parsed("test --quick"), Ok(Command::Test(Test { quick: true, ..Test::default() })));
        let Ok(Command::Test(parts)) = parsed("test --only lint --only node") else { panic!("not parsed") };
        assert_eq!(parts.only, ["lint", "node"]);
        assert_eq!(parsed("build --help"), Ok(Command::Help));
        assert_eq!(parsed("serve"), Ok(Command::Serve(Serve { port: 8080, full: false })));
        assert_eq!(parsed("serve --port=9000"), Ok(Command::Serve(Serve { port: 9000, full: false })));
    }

    #[test]
    fn conformance_options() {
        let Ok(Command::Conformance(all)) = parsed("conformance --fixtures some/dir") else { panic!("not parsed") };
        assert_eq!(all.backends, ["scalar", "simd", "webgpu"]);
        assert_eq!((all.fixtures, all.only), (PathBuf::from("some/dir"), None));
        let Ok(Command::Conformance(one)) = parsed("conformance --fixtures d --backend simd --only conv2d/") else { panic!("not parsed") };
        assert_eq!((one.backends, one.only), (vec!["simd".to_owned()], Some("conv2d/".to_owned())));
    }

    #[test]
    fn train_and_bench_options() {
        let Ok(Command::Train(train)) = parsed("train lenet5 --backend cpu --workers 2 --epochs 2 --seed 7 --json") else {
            panic!("not parsed")
        };
        assert_eq!((train.network.as_str(), train.backend.as_str()), ("lenet5", "cpu"));
        assert_eq!((train.workers, train.epochs, train.seed, train.json), (2, Some(2), Some(7), true));
        let Ok(Command::Bench(bench)) = parsed("bench --job peak --job lenet-train --backend all --seconds 2.5") else {
            panic!("not parsed")
        };
        assert_eq!((bench.jobs.len(), bench.backends.len(), bench.seconds), (2, 2, 2.5));
        assert_eq!((bench.builds.len(), bench.builds[0].as_str(), bench.batch, bench.report), (1, "relaxed_simd", 64, false));
        let Ok(Command::Bench(report)) = parsed("bench --build all --batch 16 --report") else { panic!("not parsed") };
        assert_eq!((report.jobs.len(), report.builds.len(), report.batch, report.report), (JOBS.len(), 2, 16, true));
        let Ok(Command::Plan(plan)) = parsed("plan resnet20 --batch 128 --json") else { panic!("not parsed") };
        assert_eq!((plan.network.as_str(), plan.batch, plan.json), ("resnet20", Some(128), true));
        let Ok(Command::Forward(forward)) = parsed("forward torchvision/vgg16 --weights vgg.safetensors --backend cpu") else {
            panic!("not parsed")
        };
        assert_eq!((forward.networks.len(), forward.backends.len(), forward.seed, forward.repeats), (1, 1, 1, 3));
        let Ok(Command::Export(export)) = parsed("export unet --to onnx --weights u.safetensors --out there") else { panic!("not parsed") };
        assert_eq!((export.network.as_str(), export.to.as_str(), export.external), ("unet", "onnx", false));
        assert_eq!((export.weights, export.out), (Some("u.safetensors".into()), "there".into()));
    }

    #[test]
    fn refuses_what_it_does_not_know() {
        for line in [
            "trian lenet5",
            "conformance",
            "conformance --fixtures d --backend gpu",
            "describe",
            "describe a b",
            "train",
            "export lenet5",
            "export lenet5 --to tensorflow",
            "train lenet5 --workers 0",
            "train lenet5 --epochs 0",
            "train lenet5 --epochs many",
            "bench --job resnet50",
            "bench --seconds -1",
            "bench --seconds NaN",
            "bench --batch 0",
            "bench --workers 0",
            "bench --note busy",
            "plan",
            "plan lenet5 --batch 0",
            "forward --weights a.safetensors",
            "forward --repeats 0",
            "serve --port 70000",
            "test --fast",
            "test --quick --all",
            "test --quick --only lint",
        ] {
            assert!(parsed(line).is_err(), "{line}");
        }
    }
}
