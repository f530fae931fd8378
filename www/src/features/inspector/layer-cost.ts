import type { TemplateResult } from "lit";
import { html, nothing } from "lit";
import type { NodeDescription } from "../../engine/protocol.ts";
import type { Locale } from "../../i18n/locale.ts";
import type { AppState } from "../../model/state.ts";
import { macsArithmetic, paramsArithmetic } from "../../spec/arithmetic.ts";
import type { OutlineRow } from "../../spec/outline.ts";
import { term } from "../../ui/term.ts";

/** Shapes, parameters, work, memory and receptive field of a row, each with how it comes about. */
export function costOf(row: OutlineRow, node: NodeDescription | null, locale: Locale, state: AppState): TemplateResult | typeof nothing {
  const { format } = locale;
  const whole = (count: number): string => format.whole(count);
  const texts = locale.panels.inspector;
  if (row.kind === "save" || row.kind === "input") return nothing;
  const shape = node?.output_shape ?? row.shape;
  const params = node?.params ?? row.params;
  const macs = node?.macs ?? row.macs;
  const group = state.document?.examination?.network?.groups.find(({ path }) => path === row.path);
  const memory = node ?? (row.times === null ? group : undefined);
  const batch = state.settings?.edited.batch_size ?? 64;
  const line = (label: unknown, value: unknown): TemplateResult => html`<div><dt>${label}</dt><dd>${value}</dd></div>`;
  const counted = (arithmetic: string, count: number): string => arithmetic || (count > 0 ? format.whole(count) : texts.isNone);
  const [across, free] = node ? [node.receptive_field, node.receptive_field_unbounded] : [row.field, row.field];
  const known = shape.length > 0;
  return html`
    <section class="layer-cost">
      <h3>${texts.cost}</h3>
      <dl>
        ${line(texts.input, row.input.length > 0 ? format.shape(row.input) : texts.unknown)}
        ${line(texts.output, known ? format.shape(shape) : texts.unknown)}
        ${
          !known
            ? nothing
            : html`
          ${line(term("parameters", texts.params), counted(node ? paramsArithmetic(node.params_arithmetic, whole) : "", params))}
          ${line(term("macs", texts.macs), counted(node ? macsArithmetic(row, node, whole) : "", macs))}
          ${memory ? line(texts.memory, html`${texts.inference(memory.activation_bytes)}<span class="second">${texts.training(memory.training_activation_bytes, batch, batch * memory.training_activation_bytes)}</span>`) : nothing}
          ${across ? line(term("receptive_field", texts.field), html`${format.shape(across)}${free && String(free) !== String(across) ? html`<span class="second">${texts.unbounded(format.shape(free))}</span>` : nothing}`) : nothing}
          ${node ? html`${line(texts.jump, node.jump.map((one) => format.plain(one)).join("×"))}${line(texts.centre, texts.centreAt(...node.centre))}` : nothing}
        `
        }
      </dl>
    </section>
  `;
}
