import { html } from "lit";
import { defineFeature } from "../../page/feature.ts";

/** The network for other programs: PyTorch, Keras, ONNX; its weights and curves as files. */
export default defineFeature({
  name: "exports",
  dialog: {
    element: "export-dialog",
    render: ({ locale, state }) => html`<export-dialog .locale=${locale} .state=${state}></export-dialog>`,
  },
  load: () => import("./elements.ts"),
  texts: { name: "exports", load: { en: () => import("./en.ts"), ru: () => import("./ru.ts") } },
});
