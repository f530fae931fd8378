/** Images of one's own take the place of those that are there, and make way for MNIST again. */
import { toReceptiveError } from "../engine/errors.ts";
import type { LoadFiles } from "../engine/idx-files.ts";
import type { DataFacts } from "../engine/protocol.ts";
import { withFrontKept } from "../model/runs.ts";
import { freshRun, NO_DATA, problemOf, withNotice, withoutNotices } from "../model/state.ts";
import type { Page } from "../page/page.ts";
import { compiler } from "./compiler.ts";
import { editing } from "./editing.ts";
import { images } from "./images.ts";
import { keeping } from "./keeping.ts";

/** Letters of EMNIST in their order. */
const LETTERS = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZ"];

/** @returns whether the engine took them. */
export async function takeFiles(page: Page, files: LoadFiles): Promise<boolean> {
  const bytes = Object.values(files).map(({ bytes: { buffer } }) => buffer);
  const loaded = page.engine.request({ type: "load_files", ...files }, [...new Set(bytes)]);
  return attempt(page, async () => took(page, await loaded, []));
}

/** EMNIST's letters that are loaded are turned upright and counted from 0. @returns whether they are. */
export async function turnLetters(page: Page): Promise<boolean> {
  return attempt(page, async () => took(page, await page.engine.request({ type: "turn_letters" }), LETTERS));
}

/** MNIST takes the place of the files. */
export async function useMnist(page: Page): Promise<void> {
  await letGo(page);
  page.set({ data: NO_DATA, notices: withoutNotices(page.state.notices, "files_loaded", "files_refused", "refused") });
  page.emit("images_replaced");
  const loading = page.the(images).load();
  await fit(page);
  await loading;
}

async function attempt(page: Page, take: () => Promise<void>): Promise<boolean> {
  try {
    await take();
    return true;
  } catch (thrown) {
    const error = toReceptiveError(thrown, "engine_failed");
    if (error.kind !== "worker_stopped") page.notify({ code: "files_refused", error });
    return false;
  }
}

interface Loaded {
  train: number;
  test: number;
  facts: DataFacts | null;
}

async function took(page: Page, { train, test, facts }: Loaded, names: readonly string[]): Promise<void> {
  const counts = { train, test };
  page.set({ data: { ...page.state.data, phase: "ready", images: counts, totals: counts, own: facts, names } });
  page.emit("images_replaced");
  const fits = await fit(page);
  page.set({
    notices: withNotice(withoutNotices(page.state.notices, "data_failed", "files_refused"), {
      code: "files_loaded",
      train,
      test,
      own: facts,
    }),
  });
  // What the network needs to learn from them, or what the images need, is said there.
  if (facts?.letters || !fits) page.handle({ type: "open_dialog", name: "data" });
}

/**
 * The network as it is edited learns from the images that are there now, as a new run; where it is for others there is none, since the one before would answer
 * about images that are no longer shown. @returns whether it is for these.
 */
async function fit(page: Page): Promise<boolean> {
  await page.the(editing).examine();
  if (problemOf(page.state)?.kind !== "other_data") {
    await page.the(compiler).compile();
    return true;
  }
  await letGo(page);
  return false;
}

/** There is no network, and the run in front is one of those before. */
async function letGo(page: Page): Promise<void> {
  if (!page.state.network) return;
  await page.the(keeping).persistence?.keep();
  page.the(compiler).cancel();
  await page.engine.request({ type: "dispose" });
  page.set({ runs: withFrontKept(page.state), network: null, run: freshRun(page.the(compiler).nextRun()) });
  page.emit("network_changed");
}
