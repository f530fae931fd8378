import { bestOf } from "../../model/mistakes.ts";
import type { Sample } from "../../model/state.ts";
import type { Actions } from "../../page/feature.ts";
import type { Page } from "../../page/page.ts";
import { fetchSample } from "../../page/samples.ts";
import { pad } from "../try/pad.ts";
import { NOT_LOOKED } from "./model.ts";
import type { Digit } from "./probe-client.ts";
import { ProbeClient } from "./probe-client.ts";

export function actions(page: Page): Actions {
  /** The first test image, which is looked at while the pad is empty. */
  let standIn: Sample | null = null;

  async function lookedAt(): Promise<Digit | null> {
    const { trying, network, data } = page.state;
    if (!network) return null;
    const shown = page.the(pad).shown;
    if (shown) return { ...shown, label: shown.label ?? bestOf(trying.probabilities) ?? 0 };
    if (data.images.test === 0) return null;
    standIn ??= await fetchSample(page.engine, 0);
    const { pixels, label, index } = standIn;
    return { pixels, under: { split: "test", index }, label, index };
  }

  const probes = new ProbeClient(page.engine, lookedAt, (answer) => page.set({ look: { ...page.state.look, ...answer } }));
  page.engine.on("metrics", () => probes.follow());
  // Perhaps the first image to look at.
  page.engine.on("data", () => page.state.look.answer === null && probes.again());
  page.on("weights_changed", () => probes.again());
  page.on("pad_changed", () => probes.again());
  page.on("images_replaced", () => (standIn = null));
  page.on("network_changed", () => page.set({ look: NOT_LOOKED }));
  page.store.subscribe(({ view }, before) => {
    if (before.view === "maps" && view !== "maps") probes.want(null);
  });
  return {
    look: ({ wish }) => probes.want(wish),
    look_at: ({ looking }) => page.set({ looking: { ...page.state.looking, ...looking } }),
  };
}
