// What every kernel's source begins with. Buffers of floats hold channels last, padded with zeros to a multiple of four, so that most
// kernels read and write them as vectors of four channels.

// Threads of a workgroup, in every kernel.
const THREADS: u32 = 64u;

// The flat number of a workgroup: the backend lays workgroups out over x and y, since one dimension ends at 65,535.
fn flat_group(group: vec3<u32>, groups: vec3<u32>) -> u32 {
    return group.y * groups.x + group.x;
}

// The flat number of a thread. Numbers past the end have nothing to do.
fn flat_thread(group: vec3<u32>, groups: vec3<u32>, local: u32) -> u32 {
    return flat_group(group, groups) * THREADS + local;
}

// `max(0, x)` that keeps a NaN.
fn rectify(x: vec4<f32>) -> vec4<f32> {
    return select(x, vec4<f32>(0.0), x < vec4<f32>(0.0));
}

// `x` as the switch of a ReLU says (src/ops/relu/mod.rs): 0 as it is, 1 rectified, 2 rectified with NaN for what is not finite. Infinity and NaN
// have all exponent bits set.
fn rectified(x: vec4<f32>, relu: u32) -> vec4<f32> {
    let bits = bitcast<vec4<u32>>(x);
    let strict = vec4<bool>(relu == 2u) & ((bits & vec4<u32>(0x7f800000u)) == vec4<u32>(0x7f800000u));
    return select(select(x, rectify(x), relu != 0u), bitcast<vec4<f32>>(bits | vec4<u32>(0x7fc00000u)), strict);
}

// Told by the bits: a compiler may assume that there is no NaN and drop `x != x`.
fn is_nan(x: vec4<f32>) -> vec4<bool> {
    return (bitcast<vec4<u32>>(x) & vec4<u32>(0x7fffffffu)) > vec4<u32>(0x7f800000u);
}

// Zeroes the lanes of vector number `vector` that are past the last of `channels`: pad lanes stay zero whatever was computed there.
fn without_padding(value: vec4<f32>, vector: u32, channels: u32) -> vec4<f32> {
    return select(vec4<f32>(0.0), value, vec4<u32>(0u, 1u, 2u, 3u) + vec4<u32>(4u * vector) < vec4<u32>(channels));
}
