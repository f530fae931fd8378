import { toReceptiveError } from "../../engine/errors.ts";
import { saysPixels } from "../../model/state.ts";
import type { Actions } from "../../page/feature.ts";
import type { Page } from "../../page/page.ts";
import { fetchSample } from "../../page/samples.ts";
import { NO_MISTAKES } from "./model.ts";

/** Images that are asked for together. */
const SAMPLES_AT_ONCE = 12;

export function actions(page: Page): Actions {
  page.on("network_changed", () => page.set({ mistakes: NO_MISTAKES }));
  page.on("images_replaced", () => page.set({ mistakes: NO_MISTAKES }));
  page.on("run_reset", () => page.set({ mistakes: { ...page.state.mistakes, predictions: null } }));
  page.engine.on("epoch", () => {
    if (page.state.view === "errors") void findMistakes(page);
  });
  return {
    find_mistakes: () => findMistakes(page),
    fetch_samples: ({ indices }) => fetchSamples(page, indices),
  };
}

async function findMistakes(page: Page): Promise<void> {
  const { mistakes, network, run, data } = page.state;
  if (mistakes.asking || !network || saysPixels(page.state) || data.images.test === 0) return;
  page.set({ mistakes: { ...mistakes, asking: true } });
  const isSameRun = (): boolean => page.state.run.id === run.id;
  try {
    const { predictions } = await page.engine.request({ type: "predictions", split: "test" });
    if (isSameRun()) page.set({ mistakes: { ...page.state.mistakes, predictions, asking: false, error: null } });
  } catch (thrown) {
    const error = toReceptiveError(thrown, "engine_failed");
    if (isSameRun()) page.set({ mistakes: { ...page.state.mistakes, asking: false, error } });
  }
}

/** Those that are not here yet. */
async function fetchSamples(page: Page, indices: readonly number[]): Promise<void> {
  const { id } = page.state.run;
  const missing = indices.filter((index) => !page.state.mistakes.samples.has(index));
  try {
    for (let first = 0; first < missing.length; first += SAMPLES_AT_ONCE) {
      const come = await Promise.all(missing.slice(first, first + SAMPLES_AT_ONCE).map((index) => fetchSample(page.engine, index)));
      if (page.state.run.id !== id) return;
      const samples = new Map([...page.state.mistakes.samples, ...come.map((sample) => [sample.index, sample] as const)]);
      page.set({ mistakes: { ...page.state.mistakes, samples } });
    }
  } catch (thrown) {
    page.refuse(thrown);
  }
}
