struct MaxPool2dParams {
    batch: u32,
    channels: u32,
    channel_stride: u32,
    in_height: u32,
    in_width: u32,
    out_height: u32,
    out_width: u32,
    kernel_height: u32,
    kernel_width: u32,
    stride_height: u32,
    stride_width: u32,
    padding_height: u32,
    padding_width: u32,
    dilation_height: u32,
    dilation_width: u32,
    unused: u32,
}

@group(1) @binding(0) var<uniform> p: MaxPool2dParams;

@group(0) @binding(0) var<storage, read> x: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read_write> y: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read_write> chosen: array<vec4<u32>>;

// One thread for four channels of an output pixel.
@compute @workgroup_size(THREADS)
fn forward(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let at = flat_thread(group, groups, local);
    let vectors = p.channel_stride / 4u;
    if at >= p.batch * p.out_height * p.out_width * vectors {
        return;
    }
    let vector = at % vectors;
    let pixel = at / vectors;
    let sample = pixel / p.out_width / p.out_height;
    let top = i32(pixel / p.out_width % p.out_height * p.stride_height) - i32(p.padding_height);
    let left = i32(pixel % p.out_width * p.stride_width) - i32(p.padding_width);
    let height = i32(p.in_height);
    let width = i32(p.in_width);
    let bottom = min(height, top + i32(p.kernel_height * p.dilation_height));
    let right = min(width, left + i32(p.kernel_width * p.dilation_width));
    let down = i32(p.dilation_height);
    let across = i32(p.dilation_width);

    var best = vec4<f32>(0.0);
    var place = vec4<u32>(0u);
    // Nothing has been seen yet: the first value in the map is taken whatever it is.
    var first = true;
    for (var row = top; row < bottom; row += down) {
        if row < 0 {
            continue;
        }
        for (var column = left; column < right; column += across) {
            if column < 0 {
                continue;
            }
            let spot = u32(row * width + column);
            let value = x[(sample * u32(height * width) + spot) * vectors + vector];
            let wins = (value > best) | is_nan(value) | vec4<bool>(first);
            best = select(best, value, wins);
            place = select(place, vec4<u32>(spot), wins);
            first = false;
        }
    }
    y[at] = without_padding(best, vector, p.channels);
    chosen[at] = select(vec4<u32>(0u), place, vec4<u32>(0u, 1u, 2u, 3u) + vec4<u32>(4u * vector) < vec4<u32>(p.channels));
}

@group(0) @binding(0) var<storage, read> dy: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read> argmax: array<vec4<u32>>;
@group(0) @binding(2) var<storage, read_write> dx: array<vec4<f32>>;

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
    dx[at] = sum;
}
