/** One backend: how fast it is, and how far its results are from the reference. */

import type { TemplateResult } from "lit";
import { html, nothing } from "lit";
import type { CheckDifference } from "../../../src/web/types.d.ts";
import { check, warning } from "../ui/icons.ts";
import type { Said } from "./check-page.ts";
import { scientific } from "./numbers.ts";
import type { BackendId, BackendResult } from "./protocol.ts";
import { BACKENDS } from "./protocol.ts";
import { imagesPerSecond, relative, speedUp, verdict } from "./summary.ts";

function apart({ text, format }: Said, difference: CheckDifference): TemplateResult {
  if (difference.largest === 0) return html`${text.same}`;
  return html`${text.apart(scientific(format, difference.largest), scientific(format, relative(difference)))}${difference.gradient ? html` <span class="check-where">${text.within(difference.name)}</span>` : nothing}`;
}

export function resultCard(said: Said, id: BackendId, results: readonly BackendResult[], batch: number): TemplateResult {
  const { text, format } = said;
  const result = results.find((one) => one.id === id) ?? null;
  const times = id === BACKENDS[0] ? null : speedUp(results, id);
  const found = result && verdict(result);
  const status = result?.status ?? null;
  return html`
    <article class="check-card" data-backend=${id} data-passes=${found && id !== "scalar" ? String(found.passes) : nothing}>
      <h3>${text.backends[id]}</h3>
      <p class="second">${text.about(id, status)}</p>
      ${
        result?.error
          ? html`<p class="check-missing">${warning} ${status ? text.failed : text.missing} ${said.error(result.error)}</p>`
          : nothing
      }
      ${
        result?.batch
          ? html`<p class="check-rate">${text.rate(imagesPerSecond(batch, result.batch.ms))}${times === null ? nothing : html` <span class="check-times">${text.times(times)}</span>`}</p>
            <p class="second">${text.pace(result.batch.ms, result.batch.samples)}</p>`
          : result?.error
            ? nothing
            : html`<p class="check-rate muted">${text.waiting}</p>`
      }
      ${
        found
          ? html`
            <p class="second check-from">${id === "scalar" ? text.fromExact : text.fromReference}</p>
            <dl class="check-differences">
              <div><dt>${text.loss}</dt><dd><strong>${format.fixed(result.loss ?? Number.NaN, 7)}</strong>${found.loss ? html`<br>${apart(said, found.loss)}` : nothing}</dd></div>
              ${found.logits ? html`<div><dt>${text.logits}</dt><dd>${apart(said, found.logits)}</dd></div>` : nothing}
              ${found.gradients ? html`<div><dt>${text.gradients}</dt><dd>${apart(said, found.gradients)}</dd></div>` : nothing}
            </dl>
            ${
              id === "scalar"
                ? html`<p class="check-verdict">${text.reference}</p>`
                : found.passes
                  ? html`<p class="check-verdict good">${check} ${text.passes(found.used)}</p>`
                  : html`<p class="check-verdict bad">${warning} ${text.fails}</p>`
            }
          `
          : nothing
      }
    </article>
  `;
}
