@group(0) @binding(0) var<storage, read> dy: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read> x: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> statistics: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read> gamma: array<vec4<f32>>;
@group(0) @binding(4) var<storage, read_write> dgamma: array<vec4<f32>>;
@group(0) @binding(5) var<storage, read_write> dbeta: array<vec4<f32>>;
@group(0) @binding(6) var<storage, read_write> dx: array<vec4<f32>>;
// For every share two rows: sums of dy xhat and of dy.
@group(0) @binding(7) var<storage, read_write> partial: array<vec4<f32>>;

@compute @workgroup_size(THREADS)
fn share_gradients(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let at = place_of(flat_group(group, groups), local, arrayLength(&partial) / 2u);
    let span = share_of(at.part, at.shares);
    let end = select(0u, span.y, at.exists && at.part < at.shares);
    let mean = statistics[min(at.vector, at.vectors - 1u)];
    var products = vec4<f32>(0.0);
    var sum = vec4<f32>(0.0);
    for (var begin = span.x + at.lane; begin < end; begin += TOGETHER * at.lanes) {
        var some_products = vec4<f32>(0.0);
        var some = vec4<f32>(0.0);
        for (var pixel = begin; pixel < min(end, begin + TOGETHER * at.lanes); pixel += at.lanes) {
            let place = pixel * at.vectors + at.vector;
            some_products += dy[place] * (x[place] - mean);
            some += dy[place];
        }
        products += some_products;
        sum += some;
    }
    first[local] = products;
    second[local] = sum;
    workgroupBarrier();
    if at.lane == 0u && end > 0u {
        products = vec4<f32>(0.0);
        sum = vec4<f32>(0.0);
        for (var lane = 0u; lane < at.lanes; lane += 1u) {
            products += first[lane * (THREADS / at.lanes) + at.column];
            sum += second[lane * (THREADS / at.lanes) + at.column];
        }
        partial[2u * at.part * at.vectors + at.vector] =
            (products - statistics[2u * at.vectors + at.vector] * sum) * statistics[at.vectors + at.vector];
        partial[(2u * at.part + 1u) * at.vectors + at.vector] = sum;
    }
}

@compute @workgroup_size(THREADS)
fn batch_gradients(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let at = place_of(flat_group(group, groups), local, arrayLength(&partial) / 2u);
    let shares = select(0u, at.shares, at.exists);
    var products = vec4<f32>(0.0);
    var sum = vec4<f32>(0.0);
    for (var share = at.lane; share < shares; share += at.lanes) {
        products += partial[2u * share * at.vectors + at.vector];
        sum += partial[(2u * share + 1u) * at.vectors + at.vector];
    }
    first[local] = products;
    second[local] = sum;
    workgroupBarrier();
    if !at.exists {
        return;
    }
    products = vec4<f32>(0.0);
    sum = vec4<f32>(0.0);
    for (var lane = 0u; lane < at.lanes; lane += 1u) {
        products += first[lane * (THREADS / at.lanes) + at.column];
        sum += second[lane * (THREADS / at.lanes) + at.column];
    }
    if at.part == 0u && at.lane == 0u {
        dgamma[at.vector] = products;
        dbeta[at.vector] = sum;
    }
    let mean = statistics[at.vector];
    let inverse = statistics[at.vectors + at.vector];
    let rest = statistics[2u * at.vectors + at.vector];
    let scale = gamma[at.vector] * inverse;
    let count = f32(p.pixels);
    let start = at.part * at.lanes * TILE;
    let end = min(p.pixels, start + at.lanes * TILE);
    for (var pixel = start + at.lane; pixel < end; pixel += at.lanes) {
        let place = pixel * at.vectors + at.vector;
        let xhat = (x[place] - mean - rest) * inverse;
        dx[place] = scale * (dy[place] - (sum + xhat * products) / count);
    }
}
