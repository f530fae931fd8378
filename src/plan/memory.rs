//! Which buffer each temporary lives in: lifetimes from first write to last read, and reuse of what has become free.

use std::collections::HashMap;

use super::{BufferId, BufferSpec};
use crate::graph::{Graph, Role, ValueId};

/// Gives every temporary that a call touches a buffer. Buffers come from `pool` first (left by earlier programs of the plan, which never run
/// at the same time), best fit; a buffer too small for its new value grows. A kept value's buffer is used by nothing else, in no program.
pub(super) fn assign(
    graph: &Graph,
    keep: &[ValueId],
    buffers: &mut Vec<BufferSpec>,
    pool: &mut Vec<BufferId>,
) -> HashMap<ValueId, BufferId> {
    let lives = lifetimes(graph);
    let mut free: Vec<BufferId> = pool.clone();
    let mut places: HashMap<ValueId, BufferId> = HashMap::new();
    for (now, call) in graph.calls.iter().enumerate() {
        for &id in &call.arguments {
            let value = graph.value(id);
            if value.role != Role::Temporary || places.contains_key(&id) {
                continue;
            }
            let (len, kept) = (value.layout.stored_len(&value.shape), keep.contains(&id));
            let chosen = if kept { None } else { best_fit(&free, buffers, len, value.words) };
            let buffer = match chosen {
                Some(position) => free.swap_remove(position),
                None => {
                    let label = if kept { value.name.clone() } else { format!("scratch {}", buffers.len()) };
                    buffers.push(BufferSpec { label, len: 0, words: value.words, fill: 0.0, contents: None, external: false });
                    let id = BufferId(buffers.len() - 1);
                    if !kept {
                        pool.push(id);
                    }
                    id
                }
            };
            buffers[buffer.0].len = buffers[buffer.0].len.max(len);
            places.insert(id, buffer);
        }
        // Only now: what a call writes must not share a buffer with what it reads.
        let mut ended: Vec<ValueId> =
            call.arguments.iter().copied().filter(|id| lives.get(id) == Some(&now) && !keep.contains(id)).collect();
        ended.sort_unstable();
        ended.dedup();
        free.extend(ended.iter().filter_map(|id| places.get(id).copied()));
    }
    places
}

/// The last call that touches each temporary.
fn lifetimes(graph: &Graph) -> HashMap<ValueId, usize> {
    let touches = graph.calls.iter().enumerate().flat_map(|(now, call)| call.arguments.iter().map(move |&id| (id, now)));
    touches.filter(|(id, _)| graph.value(*id).role == Role::Temporary).collect()
}

/// The smallest free buffer that is large enough; else the largest one, which then grows the least.
fn best_fit(free: &[BufferId], buffers: &[BufferSpec], len: usize, words: bool) -> Option<usize> {
    let candidates = || free.iter().enumerate().map(|(i, id)| (i, &buffers[id.0])).filter(|(_, buffer)| buffer.words == words);
    let fitting = candidates().filter(|(_, buffer)| buffer.len >= len).min_by_key(|(_, buffer)| buffer.len);
    fitting.or_else(|| candidates().max_by_key(|(_, buffer)| buffer.len)).map(|(i, _)| i)
}
