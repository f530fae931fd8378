//! Names as other programs write them. Whatever wraps a network puts a word of its own into all names, `module.conv1.weight`; it is taken off where that
//! makes names fit.

use super::header::{Header, Tensor};

/// What wrappers call the network in them: `DataParallel`, `torch.compile`, Lightning, Fabric, FSDP, and the usual fields of one's own.
const WRAPPERS: [&str; 8] =
    ["module", "_orig_mod", "model", "net", "network", "_forward_module", "_fsdp_wrapped_module", "_checkpoint_wrapped_module"];

/// A file's tensors by the names of the network that they may be for.
#[derive(Debug)]
pub struct Names<'a> {
    header: &'a Header,
    /// By the name without wrappers: the tensor, and what was taken off. Only those that had something to take off.
    bare: Vec<(String, &'a Tensor, String)>,
}

impl<'a> Names<'a> {
    /// The names of a file.
    pub fn new(header: &'a Header) -> Self {
        let common = common_start(header.tensors());
        let bare = header.tensors().iter().filter_map(|tensor| {
            let (start, rest) = tensor.name.split_at(common);
            let (off, kept): (Vec<&str>, Vec<&str>) = rest.split('.').partition(|word| WRAPPERS.contains(word));
            let off: String = [start.to_owned(), off.iter().map(|word| format!("{word}.")).collect()].concat();
            if off.is_empty() { None } else { Some((kept.join("."), tensor, off)) }
        });
        let mut bare: Vec<_> = bare.collect();
        bare.sort_by(|(a, ..), (b, ..)| a.cmp(b));
        Self { header, bare }
    }

    /// The tensor for this name, and what was taken off its own: nothing where it has the very name. Of two that could be meant, none is.
    pub fn find(&self, name: &str) -> Option<(&'a Tensor, &str)> {
        if let Some(tensor) = self.header.tensor(name) {
            return Some((tensor, ""));
        }
        let first = self.bare.partition_point(|(bare, ..)| bare.as_str() < name);
        match self.bare.get(first..)? {
            [(bare, tensor, off), rest @ ..] if bare == name && rest.first().is_none_or(|(next, ..)| next != name) => Some((tensor, off)),
            _ => None,
        }
    }
}

/// The length of the words that all names begin with.
fn common_start(tensors: &[Tensor]) -> usize {
    let [first, .., last] = tensors else { return 0 };
    // They are sorted: what the first and the last share, all share.
    let shared = first.name.bytes().zip(last.name.bytes()).take_while(|(a, b)| a == b).count();
    first.name[..first.name.floor_char_boundary(shared)].rfind('.').map_or(0, |dot| dot + 1)
}
