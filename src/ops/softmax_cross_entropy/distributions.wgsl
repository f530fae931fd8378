@group(0) @binding(1) var<storage, read> distributions: array<f32>;

// Whether an item counts at all.
fn counts(row: u32) -> bool {
    return true;
}

fn has_class(row: u32) -> bool {
    return true;
}

// The part of an item's target that is this class.
fn share(row: u32, which: u32) -> f32 {
    return distributions[row * p.channel_stride + which];
}

// What an item adds to the divisor of the mean.
fn item_weight(row: u32) -> f32 {
    return 1.0;
}
