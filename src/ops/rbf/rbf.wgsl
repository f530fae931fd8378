struct RbfParams {
    batch: u32,
    in_features: u32,
    in_stride: u32,
    out_features: u32,
    out_stride: u32,
    unused_a: u32,
    unused_b: u32,
    unused_c: u32,
}

@group(1) @binding(0) var<uniform> p: RbfParams;

// Codes lie as [in][out padded].
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> weight: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read_write> y: array<vec4<f32>>;

// One thread for four codes and a sample.
@compute @workgroup_size(THREADS)
fn forward(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let at = flat_thread(group, groups, local);
    let vectors = p.out_stride / 4u;
    if at >= p.batch * vectors {
        return;
    }
    let vector = at % vectors;
    let sample = at / vectors * p.in_stride;
    var sum = vec4<f32>(0.0);
    for (var i = 0u; i < p.in_features; i += 1u) {
        let apart = vec4<f32>(x[sample + i]) - weight[i * vectors + vector];
        sum += apart * apart;
    }
    y[at] = without_padding(sum, vector, p.out_features);
}

@group(0) @binding(0) var<storage, read> dy: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read> given: array<f32>;
@group(0) @binding(2) var<storage, read> codes: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read_write> dx: array<f32>;

// One thread for a feature of a sample. Pad lanes of dy are zero, and add nothing.
@compute @workgroup_size(THREADS)
fn input_gradient(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let at = flat_thread(group, groups, local);
    if at >= p.batch * p.in_stride {
        return;
    }
    let vectors = p.out_stride / 4u;
    let sample = at / p.in_stride * vectors;
    let i = at % p.in_stride;
    var sum = 0.0;
    if i < p.in_features {
        for (var vector = 0u; vector < vectors; vector += 1u) {
            let apart = vec4<f32>(given[at]) - codes[i * vectors + vector];
            sum += dot(dy[sample + vector], without_padding(apart, vector, p.out_features));
        }
    }
    dx[at] = 2.0 * sum;
}

@group(0) @binding(3) var<storage, read_write> dweight: array<vec4<f32>>;

// One thread for a feature of four codes.
@compute @workgroup_size(THREADS)
fn weight_gradient(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let at = flat_thread(group, groups, local);
    let vectors = p.out_stride / 4u;
    if at >= p.in_features * vectors {
        return;
    }
    let vector = at % vectors;
    let i = at / vectors;
    var sum = vec4<f32>(0.0);
    for (var n = 0u; n < p.batch; n += 1u) {
        sum += dy[n * vectors + vector] * (codes[at] - vec4<f32>(given[n * p.in_stride + i]));
    }
    dweight[at] = without_padding(2.0 * sum, vector, p.out_features);
}
