import { html } from "lit";
import type { NetworkDescription } from "../../engine/protocol.ts";
import { defineInstrument } from "../lab/define-instrument.ts";
import type {} from "./model.ts";
import type {} from "./texts.ts";

/** Whether something of a network can be left out, by its description: as `src/network/parts.rs` has it. */
function hasParts({ nodes, groups }: NetworkDescription): boolean {
  const shapes = new Map(nodes.map(({ name, output_shape }) => [name, output_shape.join()]));
  const keepsShape = nodes.some(({ inputs, output_shape }) => inputs.length === 1 && shapes.get(inputs[0] ?? "") === output_shape.join());
  return keepsShape || groups.some(({ kind }) => kind === "residual" || kind === "parallel" || kind === "join");
}

/** What if a part of the network were not there? */
export default defineInstrument({
  name: "lesion",
  order: 10,
  title: { en: "Lesion", ru: "Удаление частей" },
  sentence: {
    en: "What if a block, a layer, a branch or a long skip were not there? The trained network answers on the test images, with the same weights.",
    ru: "Что, если бы блока, слоя, ветви или длинной перемычки не было? Обученная сеть отвечает на тестовых изображениях с теми же весами.",
  },
  refusal: ({ network }) => {
    if (!network) return { en: "there is none yet.", ru: "сети пока нет." };
    return hasParts(network.description)
      ? null
      : {
          en: "each of its layers changes the shape, and there is no residual block, branch or long skip.",
          ru: "каждый её слой меняет форму, а остаточных блоков, ветвей и длинных перемычек в ней нет.",
        };
  },
  render: ({ locale, state }) => html`<lesion-panel .locale=${locale} .state=${state}></lesion-panel>`,
  texts: { name: "lesion", load: { en: () => import("./en.ts"), ru: () => import("./ru.ts") } },
  load: () => import("./elements.ts"),
});
