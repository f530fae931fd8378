// As in rng.rs: 32 bits that look random from 32 bits (pcg, Jarzynski and Olano 2020, section 3).
fn hash(input: u32) -> u32 {
    let state = input * 747796405u + 2891336453u;
    let word = ((state >> ((state >> 28u) + 4u)) ^ state) * 277803737u;
    return (word >> 22u) ^ word;
}

// As in rng.rs: what is drawn from in one step.
fn step_key(stream: u32, words: vec4<u32>) -> u32 {
    return hash(hash(hash(hash(stream ^ words.x) ^ words.y) ^ words.z) ^ words.w);
}

// Random number `which` of a key, or the key of a part.
fn draw(key: u32, which: u32) -> u32 {
    return hash(key ^ hash(which));
}

// Uniform in [0, 1).
fn fraction(bits: u32) -> f32 {
    return f32(bits >> 8u) / 16777216.0;
}
