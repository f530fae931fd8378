@group(0) @binding(0) var<storage, read> x: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read> gamma: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> beta: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read_write> running_mean: array<vec4<f32>>;
@group(0) @binding(4) var<storage, read_write> running_var: array<vec4<f32>>;
@group(0) @binding(5) var<storage, read_write> statistics: array<vec4<f32>>;
@group(0) @binding(6) var<storage, read_write> y: array<vec4<f32>>;
// For every share of the pixels three rows: mean, squared and summed deviations. The deviations are from the mean as it was rounded, and so their sum is
// not zero.
@group(0) @binding(7) var<storage, read_write> partial: array<vec4<f32>>;

@compute @workgroup_size(THREADS)
fn share_statistics(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let at = place_of(flat_group(group, groups), local, arrayLength(&partial) / 3u);
    let span = share_of(at.part, at.shares);
    let end = select(0u, span.y, at.exists && at.part < at.shares);
    var sum = vec4<f32>(0.0);
    for (var pixel = span.x + at.lane; pixel < end; pixel += at.lanes) {
        sum += x[pixel * at.vectors + at.vector];
    }
    first[local] = sum;
    workgroupBarrier();
    var mean = vec4<f32>(0.0);
    for (var lane = 0u; lane < at.lanes; lane += 1u) {
        mean += first[lane * (THREADS / at.lanes) + at.column];
    }
    mean /= max(1.0, f32(span.y - span.x));
    var squares = vec4<f32>(0.0);
    var rest = vec4<f32>(0.0);
    for (var begin = span.x + at.lane; begin < end; begin += TOGETHER * at.lanes) {
        var some_squares = vec4<f32>(0.0);
        var some = vec4<f32>(0.0);
        for (var pixel = begin; pixel < min(end, begin + TOGETHER * at.lanes); pixel += at.lanes) {
            let apart = x[pixel * at.vectors + at.vector] - mean;
            some_squares += apart * apart;
            some += apart;
        }
        squares += some_squares;
        rest += some;
    }
    second[local] = squares;
    third[local] = rest;
    workgroupBarrier();
    if at.lane == 0u && end > 0u {
        squares = vec4<f32>(0.0);
        rest = vec4<f32>(0.0);
        for (var lane = 0u; lane < at.lanes; lane += 1u) {
            squares += second[lane * (THREADS / at.lanes) + at.column];
            rest += third[lane * (THREADS / at.lanes) + at.column];
        }
        let place = 3u * at.part * at.vectors + at.vector;
        partial[place] = mean;
        partial[place + at.vectors] = squares;
        partial[place + 2u * at.vectors] = rest;
    }
}

@compute @workgroup_size(THREADS)
fn normalize_batch(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let at = place_of(flat_group(group, groups), local, arrayLength(&partial) / 3u);
    let count = f32(p.pixels);
    // The shares together (Chan, Golub and LeVeque 1983, section 2).
    let shares = select(0u, at.shares, at.exists);
    var sum = vec4<f32>(0.0);
    for (var share = at.lane; share < shares; share += at.lanes) {
        sum += partial[3u * share * at.vectors + at.vector] * count_of(share, at.shares);
    }
    first[local] = sum;
    workgroupBarrier();
    var mean = vec4<f32>(0.0);
    for (var lane = 0u; lane < at.lanes; lane += 1u) {
        mean += first[lane * (THREADS / at.lanes) + at.column];
    }
    mean /= count;
    // What that mean lacks: the shares' means are close to it, so that their differences are exact.
    sum = vec4<f32>(0.0);
    var rest = vec4<f32>(0.0);
    for (var share = at.lane; share < shares; share += at.lanes) {
        let place = 3u * share * at.vectors + at.vector;
        let apart = partial[place] - mean;
        let of_share = partial[place + 2u * at.vectors];
        let together = apart * count_of(share, at.shares);
        sum += partial[place + at.vectors] + apart * (together + 2.0 * of_share);
        rest += together + of_share;
    }
    second[local] = sum;
    third[local] = rest;
    workgroupBarrier();
    var squares = vec4<f32>(0.0);
    rest = vec4<f32>(0.0);
    for (var lane = 0u; lane < at.lanes; lane += 1u) {
        squares += second[lane * (THREADS / at.lanes) + at.column];
        rest += third[lane * (THREADS / at.lanes) + at.column];
    }
    rest /= count;
    squares -= rest * rest * count;
    if !at.exists {
        return;
    }
    let inverse = without_padding(1.0 / sqrt(squares / count + p.eps), at.vector, p.channels);
    if at.part == 0u && at.lane == 0u {
        statistics[at.vector] = mean;
        statistics[at.vectors + at.vector] = inverse;
        statistics[2u * at.vectors + at.vector] = rest;
        // A non-finite value (all exponent bits set) leaves the running ones as they are.
        let none = (bitcast<vec4<u32>>(squares) & vec4<u32>(0x7f800000u)) == vec4<u32>(0x7f800000u);
        running_mean[at.vector] += select(p.momentum * (mean - running_mean[at.vector] + rest), vec4<f32>(0.0), none);
        let variance = without_padding(squares / (count - 1.0) - running_var[at.vector], at.vector, p.channels);
        running_var[at.vector] += select(p.momentum * variance, vec4<f32>(0.0), none);
    }
    let scale = gamma[at.vector] * inverse;
    let offset = beta[at.vector] - rest * scale;
    let start = at.part * at.lanes * TILE;
    let end = min(p.pixels, start + at.lanes * TILE);
    for (var pixel = start + at.lane; pixel < end; pixel += at.lanes) {
        let place = pixel * at.vectors + at.vector;
        y[place] = rectified(without_padding((x[place] - mean) * scale + offset, at.vector, p.channels), p.relu);
    }
}
