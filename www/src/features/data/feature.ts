import { html } from "lit";
import { defineFeature } from "../../page/feature.ts";
import { images } from "../../session/images.ts";
import type {} from "./model.ts";

/** Images of one's own: what they are like, what their classes are called, and the way back to MNIST. */
export default defineFeature({
  name: "data",
  actions: (page) => ({
    name_classes: ({ names }) => page.set({ data: { ...page.state.data, names } }),
    turn_letters: async () => (await page.the(images).own()).turnLetters(),
    use_mnist: async () => (await page.the(images).own()).useMnist(),
  }),
  dialog: {
    element: "data-dialog",
    render: ({ locale, state }) => html`<data-dialog .locale=${locale} .state=${state}></data-dialog>`,
  },
});
