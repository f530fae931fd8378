//! Names of layers: those the author gave, and numbers for the rest.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use crate::core::error::{Expected, SpecError};

/// Collects what the layers of a network want to be called, in order; names are settled when all are known, since a given name may come
/// after a layer that would have taken it.
#[derive(Debug)]
pub(super) struct Namer {
    wishes: Vec<Wish>,
    taken: HashSet<String>,
    /// Full names of groups; the names of their layers begin with them.
    containers: HashSet<String>,
}

#[derive(Debug)]
enum Wish {
    Given(String),
    /// The scope, the operator's short name, and whether the first may go without a number.
    Numbered(Rc<str>, &'static str, bool),
}

impl Default for Namer {
    fn default() -> Self {
        Self { wishes: Vec::new(), taken: HashSet::from(["input".to_owned()]), containers: HashSet::new() }
    }
}

impl Namer {
    /// The next layer has this name.
    pub fn given(&mut self, path: &str, name: String) -> Result<(), SpecError> {
        if !self.taken.insert(name.clone()) || self.containers.contains(&name) {
            return Err(SpecError::DuplicateName { path: path.into(), node: name });
        }
        self.wishes.push(Wish::Given(name));
        Ok(())
    }

    /// The next layer is called by its operator: `conv1`, `conv2`; with `plain`, `flatten` before `flatten2`.
    pub fn numbered(&mut self, scope: &Rc<str>, short: &'static str, plain: bool) {
        self.wishes.push(Wish::Numbered(scope.clone(), short, plain));
    }

    /// A group has this name.
    pub fn container(&mut self, path: &str, name: &str) -> Result<(), SpecError> {
        if !self.containers.insert(name.to_owned()) || self.taken.contains(name) {
            return Err(SpecError::DuplicateName { path: path.into(), node: name.into() });
        }
        Ok(())
    }

    /// The names of all layers, in order.
    pub fn finish(mut self) -> Result<Vec<String>, SpecError> {
        let mut counts: HashMap<(Rc<str>, &'static str), usize> = HashMap::new();
        let mut names = Vec::with_capacity(self.wishes.len());
        for wish in std::mem::take(&mut self.wishes) {
            let name = match wish {
                Wish::Given(name) => name,
                Wish::Numbered(scope, short, plain) => {
                    let count = counts.entry((scope.clone(), short)).or_default();
                    *count += 1;
                    if plain && *count == 1 && self.free(format!("{scope}{short}")) {
                        format!("{scope}{short}")
                    } else {
                        while !self.free(format!("{scope}{short}{count}")) {
                            *count += 1;
                        }
                        format!("{scope}{short}{count}")
                    }
                }
            };
            names.push(name);
        }
        self.refuse_prefixes(&names)?;
        Ok(names)
    }

    /// Takes a name that is free.
    fn free(&mut self, name: String) -> bool {
        !self.containers.contains(&name) && self.taken.insert(name)
    }

    /// Values that belong to a layer are called by it, as in `conv1.weight`: no other layer's name may begin like that.
    fn refuse_prefixes(&self, names: &[String]) -> Result<(), SpecError> {
        let prefixes = names.iter().flat_map(|name| name.match_indices('.').map(move |(dot, _)| (name, &name[..dot])));
        match prefixes.into_iter().find(|(_, prefix)| self.taken.contains(*prefix)) {
            None => Ok(()),
            Some((name, prefix)) => Err(SpecError::InvalidValue {
                path: "layers".into(),
                found: format!("{name:?}"),
                expected: Expected::NoPrefix { prefix: prefix.to_owned() },
            }),
        }
    }
}
