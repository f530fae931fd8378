@group(0) @binding(0) var<storage, read> x: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read_write> y: array<vec4<f32>>;

// The first pixel of window `at`, the one after its last, and what its sum is divided by.
struct Taken {
    begin: vec2<u32>,
    end: vec2<u32>,
    divisor: f32,
}

fn taken(at: vec2<u32>) -> Taken {
    var begin = at * p.input / p.output;
    var end = ((at + 1u) * p.input + p.output - 1u) / p.output;
    var counted = end - begin;
    if p.adaptive == 0u {
        let padded_begin = at * p.stride;
        // A window that ceil_mode lets hang over ends with the padding.
        let padded_end = min(padded_begin + p.kernel_size, p.input + 2u * p.padding);
        begin = max(padded_begin, p.padding) - p.padding;
        end = min(max(padded_end, p.padding) - p.padding, p.input);
        counted = select(end - begin, padded_end - padded_begin, p.count_include_pad == 1u);
    }
    let size = select(counted.x * counted.y, p.divisor, p.divisor > 0u);
    return Taken(begin, end, f32(size));
}

// One thread for four channels of an output pixel.
@compute @workgroup_size(THREADS)
fn forward(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let at = flat_thread(group, groups, local);
    let vectors = p.channel_stride / 4u;
    if at >= p.batch * p.output.x * p.output.y * vectors {
        return;
    }
    let vector = at % vectors;
    let pixel = at / vectors;
    let sample = pixel / p.output.y / p.output.x;
    let window = taken(vec2<u32>(pixel / p.output.y % p.output.x, pixel % p.output.y));
    var sum = vec4<f32>(0.0);
    for (var row = window.begin.x; row < window.end.x; row += 1u) {
        var of_row = vec4<f32>(0.0);
        for (var column = window.begin.y; column < window.end.y; column += 1u) {
            of_row += x[((sample * p.input.x + row) * p.input.y + column) * vectors + vector];
        }
        sum += of_row;
    }
    // Pad lanes of x are zero, and so is their sum.
    y[at] = sum / window.divisor;
}

@group(0) @binding(0) var<storage, read> dy: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read_write> dx: array<vec4<f32>>;

// The first window that holds pixel `at`, and the one after the last.
fn covering(at: vec2<u32>) -> array<vec2<u32>, 2> {
    if p.adaptive == 1u {
        return array<vec2<u32>, 2>(at * p.output / p.input, ((at + 1u) * p.output + p.input - 1u) / p.input);
    }
    let padded = at + p.padding;
    let later = (max(padded, p.kernel_size) - p.kernel_size) / p.stride + 1u;
    let first = select(later, vec2<u32>(0u), padded < p.kernel_size);
    return array<vec2<u32>, 2>(first, min(padded / p.stride + 1u, p.output));
}

// One thread for four channels of an input pixel: it gathers from the windows that hold it.
@compute @workgroup_size(THREADS)
fn backward(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let at = flat_thread(group, groups, local);
    let vectors = p.channel_stride / 4u;
    if at >= p.batch * p.input.x * p.input.y * vectors {
        return;
    }
    let vector = at % vectors;
    let pixel = at / vectors;
    let sample = pixel / p.input.y / p.input.x;
    let windows = covering(vec2<u32>(pixel / p.input.y % p.input.x, pixel % p.input.y));
    let first = windows[0];
    let end = windows[1];
    var sum = vec4<f32>(0.0);
    for (var h = first.x; h < end.x; h += 1u) {
        for (var w = first.y; w < end.y; w += 1u) {
            sum += dy[((sample * p.output.x + h) * p.output.y + w) * vectors + vector] / taken(vec2<u32>(h, w)).divisor;
        }
    }
    dx[at] = sum;
}
