// Training: statistics over the whole batch, in two dispatches each way. The pixels are split into shares, one for a workgroup, which writes sums
// of its own to `partial`; then every workgroup adds up the shares for itself before it goes through its tile of pixels. A workgroup has up to 16
// vectors of channels, and as many threads for each as there are lanes.

// Vectors of a workgroup: a power of two.
fn width_of(vectors: u32) -> u32 {
    var width = 1u;
    while width < min(vectors, 16u) {
        width *= 2u;
    }
    return width;
}

// Pixels of a thread in the second dispatch, as in mod.rs.
const TILE: u32 = 32u;

struct Place {
    vectors: u32,
    lanes: u32,
    lane: u32,
    // Within the workgroup, and of all.
    column: u32,
    vector: u32,
    // The number of the workgroup among those of its vectors.
    part: u32,
    shares: u32,
    exists: bool,
}

// `row_len`: vectors of one row of all shares.
fn place_of(group: u32, local: u32, row_len: u32) -> Place {
    let vectors = p.channel_stride / 4u;
    let width = width_of(vectors);
    let chunks = (vectors + width - 1u) / width;
    let column = local % width;
    let vector = group % chunks * width + column;
    return Place(vectors, THREADS / width, local / width, column, vector, group / chunks, row_len / vectors, vector < vectors);
}

// The pixels of a share: first, one past the last.
fn share_of(share: u32, shares: u32) -> vec2<u32> {
    let len = (p.pixels + shares - 1u) / shares;
    return min(vec2<u32>(share * len, share * len + len), vec2<u32>(p.pixels));
}

fn count_of(share: u32, shares: u32) -> f32 {
    let span = share_of(share, shares);
    return f32(span.y - span.x);
}

var<workgroup> first: array<vec4<f32>, THREADS>;
var<workgroup> second: array<vec4<f32>, THREADS>;
var<workgroup> third: array<vec4<f32>, THREADS>;
