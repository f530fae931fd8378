import { html } from "lit";
import { defineFeature } from "../../page/feature.ts";

/** What a link, a frame or a file takes along, chosen by check boxes. The Share menu opens it. */
export default defineFeature({
  name: "share-dialog",
  dialog: {
    element: "share-dialog",
    render: ({ locale, state }) => html`<share-dialog .locale=${locale} .state=${state}></share-dialog>`,
  },
  load: () => import("./elements.ts"),
  texts: { name: "shareDialog", load: { en: () => import("./en.ts"), ru: () => import("./ru.ts") } },
});
