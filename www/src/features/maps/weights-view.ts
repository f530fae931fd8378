/** A node's parameters and statistics as pictures: kernels, a matrix, or cells. */

import type { TemplateResult } from "lit";
import { html, nothing } from "lit";
import type { NodeTensor } from "../../engine/protocol.ts";
import type { Locale } from "../../i18n/locale.ts";
import type { Inputs } from "./look/filters.ts";
import { filtersOf, inputsOf } from "./look/filters.ts";
import { extents, mapRange, rangeOf } from "./look/stack.ts";
import { valueText } from "./look/text.ts";
import type { MapPoint } from "./map-grid.ts";

/** Single input channels that a chooser lists at most. */
const LISTED = 64;

interface Weights {
  locale: Locale;
  dark: boolean;
  node: string;
  /** Null while they are not known. */
  tensors: readonly NodeTensor[] | null;
  inputs: Inputs;
  choose: (inputs: Inputs) => void;
}

export function weightsView(weights: Weights): TemplateResult {
  const { locale, tensors, node, inputs, choose } = weights;
  const text = locale.panels.maps;
  if (!tensors) return html`<div class="look-waiting"></div>`;
  if (tensors.length === 0) return html`<p class="look-waiting muted">${text.noWeights}</p>`;
  const most = Math.max(...tensors.map(inputsOf));
  const options: [Inputs, string][] = [
    ["all", text.allInputs],
    ["mean", text.meanInputs],
    ...Array.from({ length: Math.min(most, LISTED) }, (_, at): [Inputs, string] => [at, text.oneInput(at)]),
  ];
  return html`
    ${
      most > 1
        ? html`<label class="look-inputs"><span>${text.inputs}</span><select @change=${(event: Event) => choose(options[(event.target as HTMLSelectElement).selectedIndex]?.[0] ?? "all")}>
          ${options.map(([value, name]) => html`<option .selected=${value === inputs}>${name}</option>`)}</select></label>`
        : nothing
    }
    ${tensors.map((tensor) => picture(weights, node, tensor))}
  `;
}

function picture({ locale, locale: { format }, dark, inputs }: Weights, node: string, tensor: NodeTensor): TemplateResult {
  const text = locale.panels.maps;
  const { stack, across } = filtersOf(tensor, inputs);
  const matrix = tensor.shape.length === 2;
  const [least, largest] = rangeOf(tensor.values);
  const describe = ({ map, row, column }: MapPoint): string => {
    if (matrix) return text.matrixPoint(row, column, valueText(format, stack.values[row * stack.columns + column] ?? 0));
    const [low, high] = mapRange(stack, map);
    if (tensor.shape.length === 1) return text.featurePoint(map, valueText(format, low));
    const input = across === null ? (typeof inputs === "number" ? inputs : null) : map % across;
    return text.kernelPoint(across === null ? map : Math.floor(map / across), input, valueText(format, low), valueText(format, high));
  };
  return html`<figure class="tensor">
    <figcaption><strong>${tensor.name}</strong> <span class="muted second">${format.shape(tensor.shape)}, ${text.from(valueText(format, least), valueText(format, largest))}</span></figcaption>
    <map-grid .stack=${stack} .strongest=${extents(stack, "layer", null)} .across=${across} .zoom=${matrix ? Math.max(2, Math.min(12, Math.floor(600 / stack.columns))) : null}
      .describe=${describe} .dark=${dark} .label="${node}, ${tensor.name}" .keys=${matrix ? text.matrixKeys : ""}></map-grid>
  </figure>`;
}
