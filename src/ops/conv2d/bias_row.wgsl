@group(0) @binding(3) var<storage, read_write> dbias: array<vec4<f32>>;
@group(0) @binding(4) var<storage, read_write> partial: array<vec4<f32>>;

const BIAS_ROWS: u32 = 1u;

// One thread for four channels of a share, which follows the weight's rows.
fn sum_bias(thread: u32, shares: u32) {
    let vectors = p.out_stride / 4u;
    let share = thread / vectors;
    let vector = thread % vectors;
    if share >= shares {
        return;
    }
    let span = share_of(share, shares);
    var sum = vec4<f32>(0.0);
    for (var n = 0u; n < p.batch; n += 1u) {
        let sample = n * p.out_height * p.out_width;
        var some = vec4<f32>(0.0);
        for (var pixel = span.x; pixel < span.y; pixel += 1u) {
            some += dy[(sample + pixel) * vectors + vector];
        }
        sum += some;
    }
    let rows = weight_rows();
    partial[(share * (rows + 1u) + rows) * vectors + vector] = sum;
}

fn store_bias(vector: u32, sum: vec4<f32>) {
    dbias[vector] = sum;
}
