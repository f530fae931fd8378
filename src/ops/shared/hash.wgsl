// As in rng.rs: 32 bits that look random from 32 bits (pcg, Jarzynski and Olano 2020, section 3).
fn hash(input: u32) -> u32 {
    let state = input * 747796405u + 2891336453u;
    let word = ((state >> ((state >> 28u) + 4u)) ^ state) * 277803737u;
    return (word >> 22u) ^ word;
}
