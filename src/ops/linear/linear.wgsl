// Each thread holds a few vectors of four results in registers and walks along the sum; see the entry points for which.

@group(0) @binding(0) var<storage, read> x: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read> weight: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> bias: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read_write> y: array<vec4<f32>>;

fn finished(sum: vec4<f32>, vector: u32) -> vec4<f32> {
    return rectified(without_padding(sum, vector, p.out_features), p.relu);
}

// One thread for four output features of four samples.
@compute @workgroup_size(THREADS)
fn forward(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let thread = flat_thread(group, groups, local);
    let out_vectors = p.out_stride / 4u;
    let in_vectors = p.in_stride / 4u;
    let n = thread / out_vectors * 4u;
    let o = thread % out_vectors;
    if n >= p.batch {
        return;
    }
    // Samples past the last are computed again for the last one, and not stored.
    let last = p.batch - 1u;
    let row_0 = n * in_vectors;
    let row_1 = min(n + 1u, last) * in_vectors;
    let row_2 = min(n + 2u, last) * in_vectors;
    let row_3 = min(n + 3u, last) * in_vectors;

    var y_0 = vec4<f32>(0.0);
    if p.has_bias == 1u {
        y_0 = bias[o];
    }
    var y_1 = y_0;
    var y_2 = y_0;
    var y_3 = y_0;
    let whole = p.in_features / 4u;
    var place = o;
    for (var i = 0u; i < whole; i += 1u) {
        let x_0 = x[row_0 + i];
        let x_1 = x[row_1 + i];
        let x_2 = x[row_2 + i];
        let x_3 = x[row_3 + i];
        let w_0 = weight[place];
        let w_1 = weight[place + out_vectors];
        let w_2 = weight[place + 2u * out_vectors];
        let w_3 = weight[place + 3u * out_vectors];
        y_0 += x_0.x * w_0 + x_0.y * w_1 + x_0.z * w_2 + x_0.w * w_3;
        y_1 += x_1.x * w_0 + x_1.y * w_1 + x_1.z * w_2 + x_1.w * w_3;
        y_2 += x_2.x * w_0 + x_2.y * w_1 + x_2.z * w_2 + x_2.w * w_3;
        y_3 += x_3.x * w_0 + x_3.y * w_1 + x_3.z * w_2 + x_3.w * w_3;
        place += 4u * out_vectors;
    }
    for (var lane = 0u; lane < p.in_features % 4u; lane += 1u) {
        let w = weight[place + lane * out_vectors];
        y_0 += x[row_0 + whole][lane] * w;
        y_1 += x[row_1 + whole][lane] * w;
        y_2 += x[row_2 + whole][lane] * w;
        y_3 += x[row_3 + whole][lane] * w;
    }

    y[n * out_vectors + o] = finished(y_0, o);
    if n + 1u < p.batch {
        y[(n + 1u) * out_vectors + o] = finished(y_1, o);
    }
    if n + 2u < p.batch {
        y[(n + 2u) * out_vectors + o] = finished(y_2, o);
    }
    if n + 3u < p.batch {
        y[(n + 3u) * out_vectors + o] = finished(y_3, o);
    }
}

@group(0) @binding(1) var<storage, read> dy: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read_write> dweight: array<vec4<f32>>;

// Stores four vectors of a column of the weight; rows past the last input feature do not exist.
fn store_column(i: u32, o: u32, out_vectors: u32, w_0: vec4<f32>, w_1: vec4<f32>, w_2: vec4<f32>, w_3: vec4<f32>) {
    dweight[i * out_vectors + o] = without_padding(w_0, o, p.out_features);
    if i + 1u < p.in_features {
        dweight[(i + 1u) * out_vectors + o] = without_padding(w_1, o, p.out_features);
    }
    if i + 2u < p.in_features {
        dweight[(i + 2u) * out_vectors + o] = without_padding(w_2, o, p.out_features);
    }
    if i + 3u < p.in_features {
        dweight[(i + 3u) * out_vectors + o] = without_padding(w_3, o, p.out_features);
    }
}

// A thread for four input features of eight output features. Threads past the last are told by what it returns: how many they are past it, from 1.
fn sum_weight(thread: u32) -> u32 {
    let out_vectors = p.out_stride / 4u;
    let in_vectors = p.in_stride / 4u;
    let pairs = (out_vectors + 1u) / 2u;
    let i = thread / pairs;
    let o = thread % pairs * 2u;
    if i >= in_vectors {
        return thread - in_vectors * pairs + 1u;
    }
    let second = min(1u, out_vectors - 1u - o);

    var a_0 = vec4<f32>(0.0);
    var a_1 = vec4<f32>(0.0);
    var a_2 = vec4<f32>(0.0);
    var a_3 = vec4<f32>(0.0);
    var b_0 = vec4<f32>(0.0);
    var b_1 = vec4<f32>(0.0);
    var b_2 = vec4<f32>(0.0);
    var b_3 = vec4<f32>(0.0);
    var x_at = i;
    var dy_at = o;
    for (var n = 0u; n < p.batch; n += 1u) {
        let value = x[x_at];
        let dy_a = dy[dy_at];
        let dy_b = dy[dy_at + second];
        a_0 += value.x * dy_a;
        a_1 += value.y * dy_a;
        a_2 += value.z * dy_a;
        a_3 += value.w * dy_a;
        b_0 += value.x * dy_b;
        b_1 += value.y * dy_b;
        b_2 += value.z * dy_b;
        b_3 += value.w * dy_b;
        x_at += in_vectors;
        dy_at += out_vectors;
    }
    store_column(4u * i, o, out_vectors, a_0, a_1, a_2, a_3);
    if second == 1u {
        store_column(4u * i, o + 1u, out_vectors, b_0, b_1, b_2, b_3);
    }
    return 0u;
}

@compute @workgroup_size(THREADS)
fn weight_gradient(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    _ = sum_weight(flat_thread(group, groups, local));
}

@group(0) @binding(3) var<storage, read_write> dbias: array<vec4<f32>>;

// As the weight's gradient; then one thread for four output features of the bias.
@compute @workgroup_size(THREADS)
fn parameter_gradients(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let past = sum_weight(flat_thread(group, groups, local));
    let out_vectors = p.out_stride / 4u;
    if past == 0u || past > out_vectors {
        return;
    }
    var sum = vec4<f32>(0.0);
    let end = p.batch * out_vectors;
    for (var first = past - 1u; first < end; first += TOGETHER * out_vectors) {
        var some = vec4<f32>(0.0);
        for (var at = first; at < min(end, first + TOGETHER * out_vectors); at += out_vectors) {
            some += dy[at];
        }
        sum += some;
    }
    dbias[past - 1u] = sum;
}
