import type { Actions } from "../../page/feature.ts";
import type { Page } from "../../page/page.ts";
import { fetchSample } from "../../page/samples.ts";
import type { TryState } from "./model.ts";
import { pad } from "./pad.ts";

export function actions(page: Page): Actions {
  const shown = page.the(pad);
  // A test image of the set before is none of this one.
  page.on("images_replaced", () => give({ sample: null, picture: null }));
  const give = (changes: Pick<TryState, "sample" | "picture">): void =>
    page.set({ trying: { ...page.state.trying, ...changes, clutter: 0 } });

  async function showSample(index: number): Promise<void> {
    if (index >= page.state.data.images.test) return;
    try {
      give({ sample: await fetchSample(page.engine, index), picture: null });
    } catch (thrown) {
      page.refuse(thrown);
    }
  }

  return {
    show_digit: ({ pixels }) => shown.show(pixels),
    drop_sample: () => give({ sample: null, picture: null }),
    random_digit: () => showSample(Math.floor(Math.random() * page.state.data.images.test)),
    show_sample: ({ index }) => showSample(index),
    show_picture: ({ pixels }) => give({ sample: null, picture: { pixels } }),
    other_clutter: () => shown.otherClutter(),
  };
}
