import type { TemplateResult } from "lit";
import { html, nothing } from "lit";
import { errorText } from "../../i18n/locale.ts";
import { isActive, isTrained, testImagesOf } from "../../model/state.ts";
import * as icons from "../../ui/icons.ts";
import { PanelElement } from "../../ui/panel-element.ts";
import { readLab } from "../lab/model.ts";
import { curve } from "./curve.ts";
import type { Change, LesionState, Part } from "./model.ts";
import { changeOf, figureOf, KINDS, keyOf, NO_LESION, partsOf, writeAt } from "./model.ts";
import { csvOf, drawnOf, summaryOf } from "./summary.ts";

/** Switches for the parts of a network, and what it says without them. */
export class LesionPanelElement extends PanelElement {
  protected override updated(): void {
    const { instruments, lab, network } = this.state;
    const lesion = instruments.lesion ?? NO_LESION;
    const later = (wanted: () => void): void => queueMicrotask(() => this.isConnected && wanted());
    if (network && !lesion.about && !lesion.asking && !lesion.error) later(() => this.intend({ type: "ask_parts" }));
    const { at } = readLab(lab);
    if (at !== writeAt(lesion)) later(() => this.intend({ type: "read_lesion", at }));
  }

  get #lesion(): LesionState {
    return this.state.instruments.lesion ?? NO_LESION;
  }

  get #text() {
    return this.locale.panels.lesion;
  }

  protected override render(): TemplateResult {
    const text = this.#text;
    const lesion = this.#lesion;
    const { about, error } = lesion;
    return html`
      <p class="muted second">${text.source}</p>
      ${
        error
          ? html`<div class="look-error" role="alert">${icons.warning} <p>${text.failed} ${errorText(this.locale, error)}</p>
        ${about ? nothing : html`<button type="button" class="quiet" @click=${() => this.intend({ type: "ask_parts" })}>${text.again}</button>`}</div>`
          : nothing
      }
      ${about ? this.#parts(lesion) : error ? nothing : html`<p class="muted" role="status">${text.asking}</p>`}
    `;
  }

  #parts(lesion: LesionState): TemplateResult {
    const text = this.#text;
    return html`
      ${testImagesOf(this.state) === 0 ? html`<p class="owner-note" role="note">${icons.info} ${text.noImages}</p>` : nothing}
      ${isTrained(this.state) ? nothing : html`<p class="owner-note" role="note">${icons.info} ${text.untrained}</p>`}
      ${this.#answer(lesion)}
      ${this.#controls(lesion)}
      ${this.#kinds(lesion)}
      ${this.#table(lesion)}
      ${this.#curve(lesion)}
      ${lesion.found.size > 0 ? html`<p><button type="button" class="quiet" @click=${() => this.#save(csvOf(lesion))}>${text.save}</button></p>` : nothing}
    `;
  }

  /** By what knows of frames that may not save files. */
  #save(content: string): void {
    this.intend({ type: "save_file", name: "lesion.csv", content: new Blob([content], { type: "text/csv" }) });
  }

  get #pixels(): boolean {
    return (this.#lesion.about?.targets_per_image ?? 1) > 1;
  }

  #value({ shares }: Pick<Change, "shares">): string {
    return this.locale.format.percent(figureOf(shares));
  }

  /** A change in points, with its sign: what leaving out costs is below 0. */
  #points(drop: number): string {
    const points = -100 * drop;
    const digits = Math.abs(points) < 0.005 ? "0" : `${points < 0 ? "−" : "+"}${this.locale.format.fixed(Math.abs(points), 2)}`;
    return this.#text.points(digits);
  }

  /** What the network says as it is cut now. */
  #answer(lesion: LesionState): TemplateResult {
    const text = this.#text;
    const { cut, anew, found, of, busy, moved } = lesion;
    const intact = found.get(keyOf([], false));
    const known = intact?.all ?? intact?.first;
    // The answer comes before what it is compared with, on the same images.
    const own = found.get(keyOf(cut, anew));
    const answer = own?.all ?? own?.first;
    const compared = changeOf(lesion, cut, anew);
    const change = compared?.shares === answer ? compared : null;
    const names = cut.map((id) => this.#named(id)).join(", ");
    const images = (answer ?? known)?.images ?? null;
    const all = images !== null && images >= testImagesOf(this.state);
    return html`<div class="lesion-answer" role="status">
      ${
        cut.length === 0 && !anew
          ? html`<p>${known ? text.intact(this.locale.format.percent(figureOf(known))) : text.nothingCut}</p>`
          : html`<p class="lesion-value">${text.without(names, answer ? this.locale.format.percent(figureOf(answer)) : "…", change ? this.#points(change.drop) : answer ? "…" : text.notMeasured)}</p>
            ${change ? html`<p class="muted">${text.intact(this.locale.format.percent(figureOf(change.intact)))}</p>` : nothing}`
      }
      ${of && images !== null ? html`<p class="muted second">${text.measureName(this.#pixels)} ${text.onImages(images, all)}. ${text.of(of.step)}</p>` : nothing}
      ${moved && !busy ? html`<p class="owner-note">${icons.warning} ${text.moved}</p>` : nothing}
    </div>`;
  }

  #named(id: string): string {
    const part = this.#lesion.about?.parts.find((one) => one.id === id);
    return part ? this.#text.part(part) : id;
  }

  #controls(lesion: LesionState): TemplateResult {
    const text = this.#text;
    const { about, busy, cut, anew } = lesion;
    const possible = testImagesOf(this.state) > 0 && this.state.engine.phase === "ready";
    const change = changeOf(lesion, cut, anew);
    const notes = [...(about?.statistics ? [text.anewHint] : []), ...(isActive(this.state.run.phase) ? [text.pauses] : [])];
    return html`<div class="lesion-controls">
      ${
        busy
          ? html`<button type="button" class="primary" @click=${() => this.intend({ type: "stop_lesion" })}>${text.stop}</button>
            <div class="lesion-progress"><progress max=${busy.of} .value=${busy.done} aria-label=${text.busy[busy.task]}></progress>
            <span>${text.busy[busy.task]}</span> <span class="muted">${text.progress(busy.done, busy.of)}${busy.batches ? `; ${text.batches(...busy.batches)}` : ""}</span></div>`
          : html`<button type="button" class="primary" ?disabled=${!possible} @click=${() => this.intend({ type: "cut_each" })}>${text.each}</button>
            <button type="button" class="quiet" ?disabled=${!possible || partsOf(lesion).length < 2} @click=${() => this.intend({ type: "cut_random" })}>${text.random}</button>
            ${(cut.length > 0 || anew) && !change ? html`<button type="button" class="quiet" ?disabled=${!possible} @click=${() => this.intend({ type: "measure_cut" })}>${text.measure}</button>` : nothing}
            ${cut.length > 0 ? html`<button type="button" class="quiet" @click=${() => this.intend({ type: "mend_parts" })}>${text.mend}</button>` : nothing}`
      }
      ${about?.statistics ? html`<label class="lesion-choice"><input type="checkbox" .checked=${anew} @change=${(event: Event) => this.intend({ type: "estimate_anew", anew: (event.target as HTMLInputElement).checked })} />${text.anew}</label>` : nothing}
    </div>
    ${notes.length > 0 ? html`<p class="muted second">${notes.join(" ")}</p>` : nothing}`;
  }

  #kinds({ about, kind }: LesionState): TemplateResult {
    const text = this.#text;
    const count = (one: string): number => about?.parts.filter((part) => part.kind === one).length ?? 0;
    const there = KINDS.filter((one) => count(one) > 0);
    return html`<div class="choices" role="group" aria-label=${text.kindChoice}>${there.map(
      (one) =>
        html`<button type="button" class="toggle" aria-pressed=${one === kind ? "true" : "false"} @click=${() => this.intend({ type: "choose_parts", kind: one })}>${text.kinds[one](count(one))}</button>`,
    )}</div>`;
  }

  #table(lesion: LesionState): TemplateResult {
    const text = this.#text;
    const parts = partsOf(lesion);
    const changes = parts.map(({ id }) => [changeOf(lesion, [id], false), changeOf(lesion, [id], true)] as const);
    const hasAnew = changes.some(([, anew]) => anew !== null);
    // A change of a point fills no bar.
    const most = Math.max(0.02, ...changes.flatMap((pair) => pair.map((change) => Math.abs(change?.drop ?? 0))));
    const summary = summaryOf(lesion);
    return html`
      ${summary ? html`<p class="lesion-summary">${text.most(text.part(summary.most), this.#points(summary.drop), this.#points(summary.median))} ${summary.anew === null ? "" : text.onlyStatistics(this.#points(summary.median), this.#points(summary.anew))}</p>` : nothing}
      <div class="lesion-scroll" tabindex="0" role="region" aria-label=${text.columns.part}><table class="lesion-table">
        <thead><tr><th scope="col">${text.columns.out}</th><th scope="col">${text.columns.part}</th><th scope="col" class="lesion-bars">${text.columns.drop}</th>
          <th scope="col">${text.columns.stored}</th><th scope="col">${text.columns.change}</th>${hasAnew ? html`<th scope="col">${text.columns.anew}</th><th scope="col">${text.columns.change}</th>` : nothing}</tr></thead>
        <tbody>${parts.map((part, at) => this.#row(lesion, part, changes[at] ?? [null, null], most, hasAnew))}</tbody>
      </table></div>`;
  }

  #row(
    lesion: LesionState,
    part: Part,
    [stored, anew]: readonly [Change | null, Change | null],
    most: number,
    hasAnew: boolean,
  ): TemplateResult {
    const text = this.#text;
    const name = text.part(part);
    const out = lesion.cut.includes(part.id);
    const possible = testImagesOf(this.state) > 0;
    const flip = (event: Event): void => this.intend({ type: "cut_part", id: part.id, out: (event.target as HTMLInputElement).checked });
    const bar = (change: Change | null, kind: string): TemplateResult =>
      html`<span class="lesion-bar ${kind} ${change && change.drop < 0 ? "better" : ""}" .style="--share: ${change ? Math.min(1, Math.abs(change.drop) / most) : 0}"></span>`;
    const cells = (change: Change | null): TemplateResult =>
      html`<td class="value">${change ? this.#value(change) : "…"}</td><td class="value">${change ? this.#points(change.drop) : "…"}</td>`;
    return html`<tr class=${out ? "cut" : ""}>
      <td><label class="lesion-switch"><input type="checkbox" role="switch" aria-label=${text.leaveOut(name)} ?disabled=${!possible} .checked=${out} @change=${flip} /></label></td>
      <th scope="row"><span class="lesion-name">${name}</span> <span class="muted second">${text.detail(part)}</span></th>
      <td class="lesion-bars" aria-hidden="true">${bar(stored, "stored")}${hasAnew ? bar(anew, "anew") : nothing}</td>
      ${cells(stored)}${hasAnew ? cells(anew) : nothing}
    </tr>`;
  }

  #curve(lesion: LesionState): TemplateResult | typeof nothing {
    const text = this.#text;
    const points = drawnOf(lesion);
    const intact = lesion.found.get(keyOf([], false))?.first;
    if (!lesion.draws || points.length === 0 || !intact) return nothing;
    const { format: f } = this.locale;
    return html`<section class="lesion-random"><h4>${text.curve(lesion.draws.kind)}${lesion.draws.anew ? `. ${text.columns.anew}` : ""}</h4>
      <div class="lesion-random-parts">${curve([{ k: 0, values: [figureOf(intact)] }, ...points], text.curve(lesion.draws.kind), (value) => f.coarsePercent(value))}
      <table class="lesion-draws"><thead><tr><th scope="col">${text.left}</th><th scope="col">${text.mean}</th><th scope="col">${text.spread}</th></tr></thead>
        <tbody>${points.map(({ k, values }) => html`<tr><th scope="row">${f.whole(k)}</th><td class="value">${f.percent(values.reduce((sum, one) => sum + one, 0) / values.length)}</td><td class="value">${f.percent(Math.min(...values))} – ${f.percent(Math.max(...values))}</td></tr>`)}</tbody></table></div>
      <p class="muted second">${text.curveHint(intact.images)}</p></section>`;
  }
}
