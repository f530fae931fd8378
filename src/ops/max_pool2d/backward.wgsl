@group(0) @binding(0) var<storage, read> dy: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read> argmax: array<vec4<u32>>;

// The first window along an axis that reaches position `at` with its last tap.
fn first_window(at: u32, padding: u32, kernel_size: u32, dilation: u32, stride: u32) -> u32 {
    let reach = (kernel_size - 1u) * dilation;
    let padded = at + padding;
    if padded <= reach {
        return 0u;
    }
    return (padded - reach + stride - 1u) / stride;
}

// One thread for four channels of an input pixel: it sums over the windows that span the pixel and chose it. (A window whose dilation
// jumps over the pixel cannot have chosen it.)
@compute @workgroup_size(THREADS)
fn backward(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let at = flat_thread(group, groups, local);
    let vectors = p.channel_stride / 4u;
    let pixels = p.in_height * p.in_width;
    if at >= p.batch * pixels * vectors {
        return;
    }
    let vector = at % vectors;
    let spot = at / vectors % pixels;
    let sample = at / vectors / pixels;
    let row = spot / p.in_width;
    let column = spot % p.in_width;
    let top = first_window(row, p.padding_height, p.kernel_height, p.dilation_height, p.stride_height);
    let left = first_window(column, p.padding_width, p.kernel_width, p.dilation_width, p.stride_width);
    let bottom = min(p.out_height, (row + p.padding_height) / p.stride_height + 1u);
    let right = min(p.out_width, (column + p.padding_width) / p.stride_width + 1u);

    var sum = vec4<f32>(0.0);
    for (var h = top; h < bottom; h += 1u) {
        for (var w = left; w < right; w += 1u) {
            let window = ((sample * p.out_height + h) * p.out_width + w) * vectors + vector;
            sum += select(vec4<f32>(0.0), dy[window], argmax[window] == vec4<u32>(spot));
        }
    }
    // Pad lanes of dy are zero, and so is their sum.
    store_gradient(at, sum);
}
