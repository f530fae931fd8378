@group(0) @binding(0) var<storage, read> dy: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read> weight: array<vec4<f32>>;

// One thread for four input features of four samples.
@compute @workgroup_size(THREADS)
fn input_gradient(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let thread = flat_thread(group, groups, local);
    let out_vectors = p.out_stride / 4u;
    let in_vectors = p.in_stride / 4u;
    let n = thread / in_vectors * 4u;
    let i = thread % in_vectors;
    if n >= p.batch {
        return;
    }
    let last = p.batch - 1u;
    let row_0 = n * out_vectors;
    let row_1 = min(n + 1u, last) * out_vectors;
    let row_2 = min(n + 2u, last) * out_vectors;
    let row_3 = min(n + 3u, last) * out_vectors;
    // Features past the last read the last one's weights, and are zeroed below.
    let last_feature = p.in_features - 1u;
    let place_0 = 4u * i * out_vectors;
    let place_1 = min(4u * i + 1u, last_feature) * out_vectors;
    let place_2 = min(4u * i + 2u, last_feature) * out_vectors;
    let place_3 = min(4u * i + 3u, last_feature) * out_vectors;

    var dx_0 = vec4<f32>(0.0);
    var dx_1 = vec4<f32>(0.0);
    var dx_2 = vec4<f32>(0.0);
    var dx_3 = vec4<f32>(0.0);
    for (var o = 0u; o < out_vectors; o += 1u) {
        let dy_0 = dy[row_0 + o];
        let dy_1 = dy[row_1 + o];
        let dy_2 = dy[row_2 + o];
        let dy_3 = dy[row_3 + o];
        let w_0 = weight[place_0 + o];
        let w_1 = weight[place_1 + o];
        let w_2 = weight[place_2 + o];
        let w_3 = weight[place_3 + o];
        dx_0 += vec4<f32>(dot(dy_0, w_0), dot(dy_0, w_1), dot(dy_0, w_2), dot(dy_0, w_3));
        dx_1 += vec4<f32>(dot(dy_1, w_0), dot(dy_1, w_1), dot(dy_1, w_2), dot(dy_1, w_3));
        dx_2 += vec4<f32>(dot(dy_2, w_0), dot(dy_2, w_1), dot(dy_2, w_2), dot(dy_2, w_3));
        dx_3 += vec4<f32>(dot(dy_3, w_0), dot(dy_3, w_1), dot(dy_3, w_2), dot(dy_3, w_3));
    }

    store_gradient(n * in_vectors + i, without_padding(dx_0, i, p.in_features));
    if n + 1u < p.batch {
        store_gradient((n + 1u) * in_vectors + i, without_padding(dx_1, i, p.in_features));
    }
    if n + 2u < p.batch {
        store_gradient((n + 2u) * in_vectors + i, without_padding(dx_2, i, p.in_features));
    }
    if n + 3u < p.batch {
        store_gradient((n + 3u) * in_vectors + i, without_padding(dx_3, i, p.in_features));
    }
}
