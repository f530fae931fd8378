import { html, nothing } from "lit";
import type { TemplateResult } from "lit";
import type { LayerSpec, NodeDescription } from "../protocol.ts";
import { familyOf, shortName } from "../lib/operators.ts";
import { operatorTexts } from "./operator-dialog.ts";
import type { OperatorDialogElement } from "./operator-dialog.ts";
import { PanelElement } from "./panel-element.ts";

function size(value: unknown): string {
  return Array.isArray(value) ? value.join("×") : `${String(value)}×${String(value)}`;
}

/** A name that may go on in the next line after each dot: `group1.block2.conv1`. */
function breakable(name: string): TemplateResult[] {
  return name.split(".").map((part, i) => (i === 0 ? html`${part}` : html`.<wbr>${part}`));
}

/** The network, layer by layer: what comes out, what it costs, how much of the digit it sees. */
export class NetworkSummaryElement extends PanelElement {
  protected override render(): TemplateResult {
    const { locale, state, locale: { language, text, format }, state: { network, settings } } = this;
    if (!network) {
      return html`<p class="muted">${text.network.waiting}</p>`;
    }
    const { description, spec } = network;
    // Layers inside containers have longer names than they were written with, and are shown without their kernels.
    const layers = new Map(spec.layers.map((layer) => [layer.name, layer]));
    // The loss is part of the description where the engine counts it as a node, but not of what a student built.
    const nodes = description.nodes.filter(({ op }) => op !== "softmax_cross_entropy");
    return html`
      <table class="layers">
        <thead>
          <tr>
            <th scope="col">${text.network.layer}</th>
            <th scope="col" class="numbers"><span>${text.network.output}</span><span class="second">${text.network.field}</span></th>
            <th scope="col" class="numbers"><span>${text.network.params}</span><span class="second">${text.network.macs}</span></th>
          </tr>
        </thead>
        <tbody>
          <tr class="layer" data-family="input">
            <th scope="row"><span>${text.network.input}</span></th>
            <td><span>${format.shape(spec.input)}</span></td>
            <td></td>
          </tr>
          ${nodes.map((node) => this.#row(node, layers.get(node.name)))}
        </tbody>
      </table>
      <p class="totals">${text.network.totals(description.totals.params, description.totals.macs)}</p>
      ${description.totals.training_bytes === null
        ? nothing
        : html`<p class="totals">${text.network.memory(description.totals.training_bytes, settings?.applied.batch_size ?? 64)}</p>`}
      <p class="totals"><a class="link" href=${operatorTexts.page(language)} target="_blank" rel="noopener">${text.network.allOperators}<span class="visually-hidden"> ${text.network.newTab}</span></a></p>
      <operator-dialog .locale=${locale} .state=${state}></operator-dialog>
    `;
  }

  #row(node: NodeDescription, layer: LayerSpec | undefined): TemplateResult {
    const { language, text, format } = this.locale;
    const kernel = layer?.["kernel_size"] === undefined ? "" : ` ${size(layer["kernel_size"])}`;
    return html`
      <tr class="layer" data-family=${familyOf(node.op)}>
        <th scope="row">
          <span class="named"><span>${breakable(node.name)}</span><button type="button" class="why" aria-label="${text.network.why} ${node.op}" aria-haspopup="dialog" @click=${() => this.#explain(node.op)}>${text.network.why}</button></span>
          <span class="second">${shortName(node.op, language)}${kernel}</span>
        </th>
        <td><span>${format.shape(node.output_shape)}</span><span class="second">${text.network.sees(format.shape(node.receptive_field))}</span></td>
        <td>
          <span>${node.params > 0 ? format.whole(node.params) : nothing}</span>
          <span class="second">${node.macs > 0 ? text.network.macCount(format.compact(node.macs)) : nothing}</span>
        </td>
      </tr>
    `;
  }
  #explain(op: string): void {
    this.querySelector<OperatorDialogElement>("operator-dialog")?.show(op);
  }
}
