/** Fixed codes of classes, each value -1 or +1: what `rbf` compares with where its weight is not trained (`src/ops/rbf/codes.rs`). */

/** A digit's bitmap, from 0 to 9: twelve rows of seven pixels, a row two hexadecimal digits whose highest of seven bits is the left pixel. */
export const DIGIT_ROWS = [
  "1c366363636363636363361c",
  "0c1c3c6c0c0c0c0c0c0c0c7f",
  "3e63630303060c183060607f",
  "7f03060c183e03030363633e",
  "060e1e363666667f7f060606",
  "7f6060607e6303030303633e",
  "1e3060606e7363636363331e",
  "7f7f030306060c0c18183030",
  "3e636363361c36636363633e",
  "3c66636363371f030303063c",
];

const WORD = (1n << 64n) - 1n;
const rotated = (value: bigint, by: bigint): bigint => ((value << by) | (value >> (64n - by))) & WORD;

/** +1 where a digit's bitmap is set, -1 where not, row after row: `[10, 84]`. */
export function digitCodes(): Float32Array {
  const rows = DIGIT_ROWS.flatMap((digit) => digit.match(/../gu) ?? []).map((row) => Number.parseInt(row, 16));
  return Float32Array.from(rows.flatMap((row) => [6, 5, 4, 3, 2, 1, 0].map((bit) => ((row >> bit) & 1 ? 1 : -1))));
}

/** So many values of -1 and +1, the same every time: the highest bits that xoshiro256++ (Blackman and Vigna 2021) gives from seed 1998. */
export function randomCodes(count: number): Float32Array {
  let seed = 1998n;
  const splitmix = (): bigint => {
    seed = (seed + 0x9e3779b97f4a7c15n) & WORD;
    let z = ((seed ^ (seed >> 30n)) * 0xbf58476d1ce4e5b9n) & WORD;
    z = ((z ^ (z >> 27n)) * 0x94d049bb133111ebn) & WORD;
    return z ^ (z >> 31n);
  };
  let [a, b, c, d] = [splitmix(), splitmix(), splitmix(), splitmix()];
  return Float32Array.from({ length: count }, () => {
    const drawn = (rotated((a + d) & WORD, 23n) + a) & WORD;
    const shifted = (b << 17n) & WORD;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = rotated(d, 45n);
    return drawn >> 63n ? 1 : -1;
  });
}
