/** Pictures of ten kinds of bars, as MNIST's files have digits: `idx-ubyte`, images of 28x28 and a label each. */
export function bars(count: number, seed: number): { images: Uint8Array; labels: Uint8Array } {
  let state = seed;
  const random = (): number => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
  const images = new Uint8Array(16 + 784 * count);
  const labels = new Uint8Array(8 + count);
  new DataView(images.buffer).setUint32(0, 0x803);
  for (const [at, size] of [count, 28, 28].entries()) new DataView(images.buffer).setUint32(4 + 4 * at, size);
  new DataView(labels.buffer).setUint32(0, 0x801);
  new DataView(labels.buffer).setUint32(4, count);
  for (let n = 0; n < count; n += 1) {
    const label = n % 10;
    labels[8 + n] = label;
    for (let pixel = 0; pixel < 784; pixel += 1) {
      const along = label < 5 ? Math.floor(pixel / 28) : pixel % 28;
      const isBar = Math.abs(along - 4 - 5 * (label % 5)) < 2;
      images[16 + 784 * n + pixel] = (isBar ? 200 : 0) + 50 * random();
    }
  }
  return { images, labels };
}
