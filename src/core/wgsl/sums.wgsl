// Sums of many terms, in levels: no thread adds more than a few in a row, since the last of thousands would meet a sum thousands of times its size
// and lose most of its digits. (A compiler may reorder additions: what corrects rounding errors afterwards, as Kahan's sum does, could be lost.)

// Terms that are added in a row before their sum is added to others.
const TOGETHER: u32 = 16u;

var<workgroup> sums_of_threads: array<vec4<f32>, THREADS>;

// The sum over the workgroup, for thread 0, through a fixed tree: the same numbers always give the same bits.
fn sum_over_group(local: u32, mine: vec4<f32>) -> vec4<f32> {
    // There may have been another sum before.
    workgroupBarrier();
    sums_of_threads[local] = mine;
    for (var width = THREADS / 2u; width > 0u; width /= 2u) {
        workgroupBarrier();
        if local < width {
            sums_of_threads[local] += sums_of_threads[local + width];
        }
    }
    return sums_of_threads[0];
}
