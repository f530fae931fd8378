// Import maps do not reach into workers: the package is named by its place.
import init, { presets, Trainer } from "./node_modules/receptive/receptive.js";
import { bars } from "./bars.js";

/** Made once; each message waits for it. */
const ready = (async () => {
  await init();
  const { spec } = presets().find(({ name }) => name === "lenet5");
  const [train, test] = [bars(600, 1), bars(100, 2)];
  return Trainer.create(spec, "auto", train.images, train.labels, test.images, test.labels);
})();

/** One after the other: a trainer does one thing at a time. */
let last = Promise.resolve();

addEventListener("message", ({ data: { steps } }) => {
  last = last.then(async () => {
    try {
      const trainer = await ready;
      const { step, loss } = await trainer.train(steps);
      const { top1 } = await trainer.evaluate("test");
      postMessage({ step, loss, top1 });
    } catch (error) {
      // The engine's errors have words and fields.
      postMessage({ error: error.message });
    }
  });
});
