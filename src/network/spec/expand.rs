//! From items to the flat list of layers that they stand for: repetitions written out, names made unique, sources resolved.

use std::collections::HashMap;
use std::rc::Rc;

use super::item::{Branch, Item, Kind, Shortcut};
use super::names::Namer;
use super::{Container, Head, Layer, Source, Work};
use crate::core::error::{Expected, SpecError};
use crate::ir::operator::Operator;

/// The most layers a network may have once its repetitions are written out.
const MOST_LAYERS: usize = 4096;

/// The most items that writing out may pass through. Repetitions of what has no layers would never reach the limit above.
const MOST_VISITS: usize = 1 << 16;

/// What a list of items stands for.
#[derive(Debug)]
pub(super) struct Expanded {
    pub layers: Vec<Layer>,
    pub output: Source,
    pub heads: Vec<Head>,
    pub containers: Vec<Container>,
}

pub(super) fn expand(items: &[Item]) -> Result<Expanded, SpecError> {
    let mut expansion = Expansion::default();
    let output = expansion.list(items, Source::Images, &Context::default())?;
    if output == Source::Images {
        return Err(SpecError::EmptyNetwork);
    }
    let names = expansion.namer.finish()?;
    let layers = expansion.drafts.into_iter().zip(names);
    let layers =
        layers.map(|(draft, name)| Layer { name, work: draft.work, inputs: draft.inputs, head: draft.head, path: draft.path }).collect();
    Ok(Expanded { layers, output, heads: expansion.heads, containers: expansion.containers })
}

/// A layer whose name is not settled yet.
#[derive(Debug)]
struct Draft {
    work: Work,
    inputs: Vec<Source>,
    head: Option<usize>,
    path: Rc<str>,
}

/// What holds for all the items of a list.
#[derive(Clone, Debug, Default)]
struct Context {
    /// What goes before the names: empty, or `stage1.block2.`.
    scope: Rc<str>,
    /// The head that the items belong to.
    head: Option<usize>,
    /// Where the repeat stands that has no name and writes these items out several times under the same names.
    nameless: Option<Rc<str>>,
    /// How many containers stand around.
    depth: usize,
}

#[derive(Debug, Default)]
struct Expansion {
    drafts: Vec<Draft>,
    namer: Namer,
    heads: Vec<Head>,
    containers: Vec<Container>,
    saved: Vec<(String, Source)>,
    labels: HashMap<(Rc<str>, &'static str), usize>,
    visits: usize,
}

impl Expansion {
    fn list(&mut self, items: &[Item], x: Source, context: &Context) -> Result<Source, SpecError> {
        items.iter().try_fold(x, |x, item| self.item(item, x, context))
    }

    fn item(&mut self, item: &Item, x: Source, context: &Context) -> Result<Source, SpecError> {
        let path = &item.path;
        self.visit(path)?;
        match &item.kind {
            Kind::Layer { name, operator } => self.layer(path, name.as_deref(), operator, vec![x], context),
            Kind::Stage { name, body } => self.container("stage", path, Some(name), context, |this, inner| this.list(body, x, inner)),
            Kind::Residual { name, body, shortcut, add, after } => {
                self.container("residual", path, name.as_ref(), context, |this, inner| {
                    let result = this.list(body, x, inner)?;
                    let shortcut = match shortcut {
                        Shortcut::Identity => x,
                        Shortcut::Pad => this.draft(path, "shortcut", Work::Fit, vec![x, result], inner)?,
                        Shortcut::Items(items) => this.list(items, x, inner)?,
                    };
                    let sum = this.joined(path, name.is_some(), add, vec![result, shortcut], inner)?;
                    after.iter().try_fold(sum, |sum, after| this.joined(path, name.is_some(), after, vec![sum], inner))
                })
            }
            Kind::Parallel { name, branches, join } => self.container("parallel", path, name.as_ref(), context, |this, inner| {
                let results = branches.iter().map(|branch| this.branch(branch, x, inner)).collect::<Result<_, _>>()?;
                this.joined(path, name.is_some(), join, results, inner)
            }),
            Kind::Repeat { name, times, body } => self.repeat(path, name.as_ref(), *times, body, x, context),
            Kind::Save { saved } => self.save(path, saved, x).map(|()| x),
            Kind::Join { name, saved, crop, join } => self.container("join", path, name.as_ref(), context, |this, inner| {
                let mut from = this.find(path, saved)?;
                if *crop {
                    from = this.draft(path, "crop", Work::Crop, vec![from, x], inner)?;
                }
                this.joined(path, name.is_some(), join, vec![from, x], inner)
            }),
            Kind::Head { name, loss_weight, body } => self.head(path, name, *loss_weight, body, x, context).map(|()| x),
        }
    }

    fn branch(&mut self, branch: &Branch, x: Source, context: &Context) -> Result<Source, SpecError> {
        match &branch.name {
            Some(name) => self.container("branch", &branch.path, Some(name), context, |this, inner| this.list(&branch.body, x, inner)),
            None => self.list(&branch.body, x, context),
        }
    }

    fn repeat(
        &mut self,
        path: &str,
        name: Option<&String>,
        times: usize,
        body: &[Item],
        x: Source,
        context: &Context,
    ) -> Result<Source, SpecError> {
        let round = |this: &mut Self, x: Source, inner: &Context| {
            this.visit(path)?;
            let saved = this.saved.len();
            let x = this.list(body, x, inner)?;
            // What a round saves is for that round.
            this.saved.truncate(saved);
            Ok(x)
        };
        match name {
            Some(name) => (1..=times).try_fold(x, |x, n| {
                self.container("repeat", path, Some(&format!("{name}{n}")), context, |this, inner| round(this, x, inner))
            }),
            None => self.container("repeat", path, None, context, |this, inner| {
                let inner = Context { nameless: Some(path.into()), ..inner.clone() };
                (0..times).try_fold(x, |x, _| round(this, x, &inner))
            }),
        }
    }

    fn head(&mut self, path: &str, name: &String, loss_weight: f64, body: &[Item], x: Source, context: &Context) -> Result<(), SpecError> {
        if context.head.is_some() {
            let (path, expected) = (path.to_owned(), Expected::HeadOutsideHeads);
            return Err(SpecError::InvalidValue { path, found: format!("{name:?}"), expected });
        }
        let index = self.heads.len();
        self.heads.push(Head { name: format!("{}{name}", context.scope), loss_weight, output: x });
        let saved = self.saved.len();
        let context = Context { head: Some(index), ..context.clone() };
        let output = self.container("head", path, Some(name), &context, |this, inner| this.list(body, x, inner))?;
        self.saved.truncate(saved);
        if output == x {
            let path = format!("{path}.head.body");
            return Err(SpecError::InvalidValue { path, found: "0".into(), expected: Expected::OneLayer });
        }
        self.heads[index].output = output;
        Ok(())
    }

    fn save(&mut self, path: &str, name: &str, x: Source) -> Result<(), SpecError> {
        if self.saved.iter().any(|(known, _)| known == name) {
            let (path, found) = (format!("{path}.save"), format!("{name:?}"));
            return Err(SpecError::InvalidValue { path, found, expected: Expected::UnusedName });
        }
        self.saved.push((name.to_owned(), x));
        Ok(())
    }

    fn find(&self, path: &str, name: &str) -> Result<Source, SpecError> {
        let found = self.saved.iter().find(|(known, _)| known == name);
        found.map(|&(_, source)| source).ok_or_else(|| {
            let names = self.saved.iter().map(|(known, _)| known.clone()).take(20).collect();
            let expected = Expected::EarlierName { names };
            SpecError::InvalidValue { path: format!("{path}.join"), found: format!("{name:?}"), expected }
        })
    }

    /// Goes through a container. One with a name puts it before the names of what it holds; one without leaves them as they are.
    fn container(
        &mut self,
        kind: &'static str,
        path: &str,
        name: Option<&String>,
        context: &Context,
        go: impl FnOnce(&mut Self, &Context) -> Result<Source, SpecError>,
    ) -> Result<Source, SpecError> {
        let mut inner = Context { depth: context.depth + 1, ..context.clone() };
        let full = match name {
            Some(name) => {
                // The rounds of a repeat differ in their number; other names must not be written out twice.
                self.refuse_nameless(context)?;
                let full = format!("{}{name}", context.scope);
                self.namer.container(path, &full)?;
                inner.scope = format!("{full}.").into();
                full
            }
            None => {
                let count = self.labels.entry((context.scope.clone(), kind)).or_default();
                *count += 1;
                format!("{}{kind}{count}", context.scope)
            }
        };
        let (index, first) = (self.containers.len(), self.drafts.len());
        let depth = context.depth;
        self.containers.push(Container { name: full, kind, path: path.into(), depth, layers: first..first, output: Source::Images });
        let result = go(self, &inner)?;
        let container = &mut self.containers[index];
        (container.layers.end, container.output) = (self.drafts.len(), result);
        Ok(result)
    }

    /// Adds a layer as it was written.
    fn layer(
        &mut self,
        path: &str,
        name: Option<&str>,
        operator: &Rc<dyn Operator>,
        inputs: Vec<Source>,
        context: &Context,
    ) -> Result<Source, SpecError> {
        match name {
            Some(name) => {
                self.refuse_nameless(context)?;
                self.namer.given(path, format!("{}{name}", context.scope))?;
            }
            None => self.namer.numbered(&context.scope, operator.short_name(), operator.short_name() == "flatten"),
        }
        self.push(path, Work::Operator(operator.clone()), inputs, context)
    }

    /// Adds the layer in which a container's values come together: `block2.add`, or `add1` where the container has no name.
    fn joined(
        &mut self,
        path: &str,
        named: bool,
        operator: &Rc<dyn Operator>,
        inputs: Vec<Source>,
        context: &Context,
    ) -> Result<Source, SpecError> {
        self.namer.numbered(&context.scope, operator.short_name(), named);
        self.push(path, Work::Operator(operator.clone()), inputs, context)
    }

    /// Adds a layer whose operator depends on the shapes.
    fn draft(&mut self, path: &str, name: &'static str, work: Work, inputs: Vec<Source>, context: &Context) -> Result<Source, SpecError> {
        self.namer.numbered(&context.scope, name, !context.scope.is_empty());
        self.push(path, work, inputs, context)
    }

    fn push(&mut self, path: &str, work: Work, inputs: Vec<Source>, context: &Context) -> Result<Source, SpecError> {
        if self.drafts.len() == MOST_LAYERS {
            let (path, found) = (path.to_owned(), (MOST_LAYERS + 1).to_string());
            return Err(SpecError::InvalidValue { path, found, expected: Expected::LayersWrittenOut { most: MOST_LAYERS } });
        }
        self.drafts.push(Draft { work, inputs, head: context.head, path: path.into() });
        Ok(Source::Layer(self.drafts.len() - 1))
    }

    fn refuse_nameless(&self, context: &Context) -> Result<(), SpecError> {
        let Some(path) = &context.nameless else { return Ok(()) };
        let path = format!("{path}.repeat");
        let expected = Expected::RepeatName;
        Err(SpecError::MissingField { path, field: "name".into(), expected })
    }

    fn visit(&mut self, path: &str) -> Result<(), SpecError> {
        self.visits += 1;
        if self.visits > MOST_VISITS {
            let (path, found) = (path.to_owned(), (MOST_VISITS + 1).to_string());
            return Err(SpecError::InvalidValue { path, found, expected: Expected::ItemsWrittenOut { most: MOST_VISITS } });
        }
        Ok(())
    }
}
