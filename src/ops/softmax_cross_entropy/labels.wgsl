@group(0) @binding(1) var<storage, read> labels: array<u32>;

// Whether an item counts at all.
fn counts(row: u32) -> bool {
    return labels[row] != p.ignore_index;
}

// Whether an item has a class. A label that is none costs NaN, so that training stops.
fn has_class(row: u32) -> bool {
    return labels[row] < p.channels;
}

// The part of an item's target that is this class.
fn share(row: u32, which: u32) -> f32 {
    return select(0.0, 1.0, labels[row] == which);
}

// What an item adds to the divisor of the mean.
fn item_weight(row: u32) -> f32 {
    return weight_of(labels[row]);
}
