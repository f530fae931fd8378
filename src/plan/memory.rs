//! Which buffer each temporary lives in: lifetimes from first write to last read, and reuse of what has become free.

use crate::ir::graph::{Graph, Role, ValueId};
use crate::ir::program::{BufferId, BufferSpec};

/// Gives every temporary that a call touches a buffer. Buffers come from `pool` first (left by earlier programs of the plan, which never run
/// at the same time), best fit; a buffer too small for its new value grows. A kept value's buffer is used by nothing else, in no program. Returns a place
/// for each of the graph's values.
pub(super) fn assign(graph: &Graph, keep: &[ValueId], buffers: &mut Vec<BufferSpec>, pool: &mut Vec<BufferId>) -> Vec<Option<BufferId>> {
    let lives = lifetimes(graph);
    let mut free: Vec<BufferId> = pool.clone();
    let mut places: Vec<Option<BufferId>> = vec![None; graph.values.len()];
    for (now, call) in graph.calls.iter().enumerate() {
        for &id in &call.arguments {
            let value = graph.value(id);
            if value.role != Role::Temporary || places[id.0].is_some() {
                continue;
            }
            let (len, kept) = (value.layout.stored_len(&value.shape), keep.contains(&id));
            let chosen = if kept { None } else { best_fit(&free, buffers, len, value.words) };
            let buffer = match chosen {
                Some(position) => free.swap_remove(position),
                None => {
                    let label = if kept { value.name.clone() } else { format!("scratch {}", buffers.len()) };
                    buffers.push(BufferSpec { label, len: 0, words: value.words, fill: 0.0, contents: None, external: None });
                    let id = BufferId(buffers.len() - 1);
                    if !kept {
                        pool.push(id);
                    }
                    id
                }
            };
            buffers[buffer.0].len = buffers[buffer.0].len.max(len);
            places[id.0] = Some(buffer);
        }
        // Only now: what a call writes must not share a buffer with what it reads.
        let mut ended: Vec<ValueId> = call.arguments.iter().copied().filter(|id| lives[id.0] == Some(now) && !keep.contains(id)).collect();
        ended.sort_unstable();
        ended.dedup();
        free.extend(ended.iter().filter_map(|id| places[id.0]));
    }
    places
}

/// The last call that touches each value, where it is a temporary and one does.
fn lifetimes(graph: &Graph) -> Vec<Option<usize>> {
    let mut lives = vec![None; graph.values.len()];
    for (now, call) in graph.calls.iter().enumerate() {
        for id in call.arguments.iter().filter(|id| graph.value(**id).role == Role::Temporary) {
            lives[id.0] = Some(now);
        }
    }
    lives
}

/// The smallest free buffer that is large enough; else the largest one, which then grows the least.
fn best_fit(free: &[BufferId], buffers: &[BufferSpec], len: usize, words: bool) -> Option<usize> {
    let candidates = || free.iter().enumerate().map(|(i, id)| (i, &buffers[id.0])).filter(|(_, buffer)| buffer.words == words);
    let fitting = candidates().filter(|(_, buffer)| buffer.len >= len).min_by_key(|(_, buffer)| buffer.len);
    fitting.or_else(|| candidates().max_by_key(|(_, buffer)| buffer.len)).map(|(i, _)| i)
}
