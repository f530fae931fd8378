// One image's way through a network, through the package's Network class. Served by tools/drive/; the page beside it starts it.
import init, { Network, topClasses } from "/pkg/receptive.js";

/** An image that is the same every time: values as normalised pictures have them. */
function picture(length, seed) {
  let state = seed >>> 0;
  const uniform = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  return Float32Array.from({ length }, () => uniform() + uniform() + uniform() - 1.5);
}

const seconds = (since) => (performance.now() - since) / 1000;

async function forward({ spec, backend, seed, weights, repeats }) {
  await init();
  const network = await Network.create(spec, backend);
  let start = performance.now();
  let ignored = [];
  if (weights) {
    const response = await fetch(weights);
    if (!response.ok) throw new Error(`the file of weights: ${response.status}`);
    ({ ignored } = await network.loadWeights(await response.blob()));
  } else await network.drawWeights(seed);
  const weights_seconds = seconds(start);
  const [channels, height, width] = spec.input ?? [1, 28, 28];
  const image = picture(channels * height * width, seed);
  const times = [];
  let result;
  for (let i = 0; i < repeats; i += 1) {
    start = performance.now();
    result = await network.forward(image);
    times.push(seconds(start));
  }
  times.sort((a, b) => a - b);
  const { shape, logits } = result;
  const top = shape.length === 1 ? topClasses(logits, 5) : null;
  const status = network.backend;
  return { status, bytes: await network.bytes(), weights_seconds, ignored, seconds: times[times.length >> 1], shape, logits, top };
}

self.onmessage = async ({ data }) => {
  try {
    postMessage(await forward(data));
  } catch (thrown) {
    const known = thrown instanceof Error ? { kind: "error", message: thrown.message } : thrown;
    postMessage({ error: { kind: known?.kind ?? "error", message: known?.message ?? JSON.stringify(thrown) } });
  }
};
