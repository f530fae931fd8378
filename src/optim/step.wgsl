// What every optimizer's step has in common: bindings 0 to 3; the state follows from binding 4 on.

struct StepParams {
    len: u32,
    unused_a: u32,
    unused_b: u32,
    unused_c: u32,
}

@group(0) @binding(0) var<storage, read> gradients: array<vec4<f32>>;
// learning_rate, weight_decay, kept, first; scale, max_norm, stopped, 0; then eight of the rule's own
@group(0) @binding(1) var<storage, read> hyper: array<vec4<f32>>;
// A word for 64 floats: not 0 where the parameter does not decay.
@group(0) @binding(2) var<storage, read> undecayed: array<u32>;
@group(0) @binding(3) var<storage, read_write> parameters: array<vec4<f32>>;
@group(1) @binding(0) var<uniform> p: StepParams;

fn decays(at: u32) -> bool {
    return undecayed[at / 16u] == 0u;
}

// Whether a number that is none was found: nothing changes then.
fn stopped() -> bool {
    return hyper[1].z != 0.0;
}

// The gradient as the rule gets it: scaled, and with the L2 penalty's.
fn gradient(at: u32, parameter: vec4<f32>) -> vec4<f32> {
    return hyper[1].x * gradients[at] + select(0.0, hyper[0].y, decays(at)) * parameter;
}

// What decoupled decay leaves of the parameter.
fn kept(at: u32, parameter: vec4<f32>) -> vec4<f32> {
    return select(1.0, hyper[0].z, decays(at)) * parameter;
}

// What the state held, or nothing: state left from an earlier run may be anything, even NaN, and is not multiplied by.
fn held(state: vec4<f32>) -> vec4<f32> {
    return select(state, vec4<f32>(0.0), hyper[0].w == 1.0);
}
