struct GatherParams {
    batch: u32,
    pixels: u32,
    mean: f32,
    deviation: f32,
}

@group(1) @binding(0) var<uniform> p: GatherParams;
// NO_IMAGE of data/gather.rs, and IGNORE_INDEX of ops/softmax_cross_entropy/mod.rs.
const NO_IMAGE: u32 = 0xffffffffu;
const IGNORE_INDEX: u32 = 0xffffff9cu;

// Four pixels a word, lowest byte first.
@group(0) @binding(0) var<storage, read> packed: array<u32>;
@group(0) @binding(1) var<storage, read> labels: array<u32>;
@group(0) @binding(2) var<storage, read> indices: array<u32>;
@group(0) @binding(3) var<storage, read_write> x: array<vec4<f32>>;
@group(0) @binding(4) var<storage, read_write> targets: array<u32>;

// One thread a pixel: its only channel, and three zeros. That of an image's first pixel takes the label along.
@compute @workgroup_size(THREADS)
fn gather(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let at = flat_thread(group, groups, local);
    if at >= p.batch * p.pixels {
        return;
    }
    let sample = at / p.pixels;
    let index = indices[sample];
    var value = 0.0;
    var label = IGNORE_INDEX;
    if index != NO_IMAGE {
        let place = index * p.pixels + at % p.pixels;
        let pixel = (packed[place / 4u] >> (8u * (place % 4u))) & 0xffu;
        value = (f32(pixel) / 255.0 - p.mean) / p.deviation;
        label = labels[index];
    }
    x[at] = vec4<f32>(value, 0.0, 0.0, 0.0);
    if at % p.pixels == 0u {
        targets[sample] = label;
    }
}
