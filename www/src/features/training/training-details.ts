import type { PropertyDeclarations, TemplateResult } from "lit";
import { html, nothing, svg } from "lit";
import { live } from "lit/directives/live.js";
import { onKey } from "../../lib/keys.ts";
import { isAnother } from "../../model/on-show.ts";
import type { Field } from "../../spec/fields.ts";
import { nudged, read, written } from "../../spec/fields.ts";
import { rateCurve } from "../../spec/schedule.ts";
import type { Decay, Settings } from "../../spec/settings.ts";
import type { Part } from "../../spec/training-fields.ts";
import { AUGMENTATION_FIELDS, GRADIENT_FIELDS, PARTS, partFields, SCHEDULE_FIELDS, withField } from "../../spec/training-fields.ts";
import { PanelElement } from "../../ui/panel-element.ts";
import type { TrainingTexts } from "./texts.ts";

const [WIDTH, HEIGHT, PAD] = [240, 64, 4];

/** Where a field's value stands, and how a new one gets there. */
interface Slot {
  /** Before the names of fields, in ids. */
  group: string;
  values: object;
  put: (name: string, value: unknown) => void;
}

/** The learning rate's curve, and all that a run is told besides the settings above. */
export class TrainingDetailsElement extends PanelElement {
  static override properties: PropertyDeclarations = { ...PanelElement.properties, prefix: {}, drafts: { state: true } };

  declare prefix: string;
  /** What is being typed, or was not understood; by the fields' ids. */
  declare private drafts: ReadonlyMap<string, string>;

  constructor() {
    super();
    this.prefix = "settings";
    this.drafts = new Map();
  }

  get #texts(): TrainingTexts {
    return this.locale.panels.training;
  }

  protected override render(): TemplateResult | typeof nothing {
    const edited = this.state.settings?.edited;
    if (!edited) return nothing;
    const texts = this.#texts;
    const { schedule, augmentation, clip_grad_norm, decay } = edited;
    const change = (changes: Partial<Settings>): void => this.intend({ type: "edit_settings", changes });
    const scheduleSlot: Slot = {
      group: schedule.type ?? "constant",
      values: schedule,
      put: (name, value) => change({ schedule: withField(schedule, name, value) }),
    };
    const augmentationSlot: Slot = {
      group: "augmentation",
      values: augmentation,
      put: (name, value) => change({ augmentation: withField(augmentation, name, value) }),
    };
    const gradientSlot: Slot = {
      group: "gradients",
      values: { ...(clip_grad_norm !== null && { clip_grad_norm }), decay },
      put: (name, value) =>
        change(
          name === "decay" ? { decay: (value as Decay | undefined) ?? "all" } : { clip_grad_norm: (value as number | undefined) ?? null },
        ),
    };
    return html`
      ${this.#curve(edited)}
      <details><summary>${texts.schedule}</summary>
        <div class="layer-fields">${SCHEDULE_FIELDS[schedule.type ?? "constant"].map(([name, field]) => this.#field(scheduleSlot, name, field))}</div>
        <p class="second">${texts.spans}</p>
      </details>
      <details><summary>${texts.augmentation}: ${Object.keys(augmentation).length > 0 ? texts.inUse : texts.off}</summary>
        <div class="layer-fields">
          ${AUGMENTATION_FIELDS.map(([name, field]) => this.#field(augmentationSlot, name, field))}
          ${PARTS.map((part) => this.#part(part, augmentationSlot, edited))}
        </div>
      </details>
      <details><summary>${texts.gradients}</summary>
        <div class="layer-fields">${GRADIENT_FIELDS.map(([name, field]) => this.#field(gradientSlot, name, field))}</div>
      </details>
    `;
  }

  /** The rate over the run as it would be; and where the present run is. */
  #curve({ schedule, learning_rate, epochs, batch_size }: Settings): TemplateResult {
    const {
      locale: { format },
      state: { data, run },
    } = this;
    const texts = this.#texts;
    const steps = Math.max(1, Math.ceil((data.totals.train || 60_000) / batch_size));
    const points = rateCurve(schedule, learning_rate, epochs, steps);
    const highest = Math.max(...points.map(([, rate]) => rate));
    const x = (part: number): number => PAD + part * (WIDTH - 2 * PAD);
    const y = (rate: number): number => HEIGHT - PAD - (highest > 0 ? Math.min(1, rate / highest) : 0) * (HEIGHT - 2 * PAD);
    const path = points.map(([part, rate], i) => `${i === 0 ? "M" : "L"}${x(part).toFixed(1)} ${y(rate).toFixed(1)}`).join("");
    const said = (rate: number | undefined): string => format.plain(Number((rate ?? 0).toPrecision(2)));
    // The run of another network is at no place of this curve.
    const metrics = isAnother(this.state) ? null : run.metrics;
    return html`<figure class="rate-curve">
      <svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label=${texts.curve(said(points[0]?.[1]), said(highest), said(points.at(-1)?.[1]), epochs)}>
        <path class="rate-base" d="M0 ${HEIGHT - PAD}H${WIDTH}"/>
        <path class="rate-line" d=${path}/>
        ${metrics ? svg`<path class="rate-now" d="M${x(metrics.progress).toFixed(1)} 0V${HEIGHT}"/><circle class="rate-dot" cx=${x(metrics.progress).toFixed(1)} cy=${y(metrics.learning_rate).toFixed(1)} r="3.5"/>` : nothing}
      </svg>
      <figcaption class="second"><span>${said(highest)}</span><span>${texts.epochs(epochs)}</span></figcaption>
    </figure>`;
  }

  #part(part: Part, outer: Slot, { augmentation }: Settings): TemplateResult {
    const values = augmentation[part];
    const id = `${this.prefix}-${part}`;
    const slot: Slot = { group: part, values: values ?? {}, put: (name, value) => outer.put(part, withField(values ?? {}, name, value)) };
    return html`
      <div class="field layer-check"><label for=${id}>${this.#texts.parts[part]}</label>
        <input type="checkbox" id=${id} .checked=${live(values !== undefined)} @change=${(event: Event) => outer.put(part, (event.target as HTMLInputElement).checked ? {} : undefined)} /></div>
      ${values ? html`<div class="layer-fields part">${partFields(part, augmentation).map(([name, field]) => this.#field(slot, name, field))}</div>` : nothing}
    `;
  }

  #field(slot: Slot, name: string, field: Field): TemplateResult {
    const texts = this.#texts;
    const id = `${this.prefix}-${slot.group}-${name}`;
    const value = (slot.values as { [name: string]: unknown })[name];
    const label = html`<label for=${id}>${texts.fields[name] ?? name} <code>${name}</code></label>`;
    if (field.type === "boolean") {
      return html`<div class="field layer-check">${label}
        <input type="checkbox" id=${id} .checked=${live((value ?? field.default) === true)} @change=${(event: Event) => slot.put(name, otherThan(field, (event.target as HTMLInputElement).checked))} /></div>`;
    }
    if (field.type === "choice") {
      return html`<div class="field">${label}
        <select id=${id} @change=${(event: Event) => slot.put(name, otherThan(field, (event.target as HTMLSelectElement).value))}>
          ${(field.choices ?? []).map((one) => html`<option value=${one} ?selected=${one === (value ?? field.default)}>${texts.words[one] ?? one}</option>`)}
        </select></div>`;
    }
    const draft = this.drafts.get(id);
    const wrong = draft !== undefined && read(field, draft) === null;
    const otherwise =
      field.default === undefined
        ? name === "clip_grad_norm"
          ? texts.unlimited
          : field.required
            ? ""
            : texts.wholeRun
        : this.#plain(field.default);
    return html`<div class="field ${wrong ? "wrong" : ""}">${label}
      <input id=${id} type="text" autocomplete="off" spellcheck="false" inputmode=${field.type === "integer" ? "numeric" : field.type === "numbers" ? "text" : "decimal"}
        aria-invalid=${wrong ? "true" : "false"} aria-describedby=${wrong ? `${id}-fix` : nothing} placeholder=${otherwise}
        .value=${live(draft ?? this.#plain(value))}
        @input=${(event: Event) => this.#typed(slot, name, field, id, (event.target as HTMLInputElement).value)}
        @blur=${() => draft !== undefined && !wrong && this.#forget(id)}
        @keydown=${onKey((event: KeyboardEvent) => this.#key(event, slot, name, field, id, value ?? field.default))} />
      ${wrong ? html`<p class="fix" id="${id}-fix" role="alert">${this.locale.text.settings.possible(field)}</p>` : nothing}
    </div>`;
  }

  #plain(value: unknown): string {
    const plain = (one: number): string => this.locale.format.plain(one);
    return Array.isArray(value) ? value.map((one) => plain(Number(one))).join(" ") : written(value, plain);
  }

  #typed(slot: Slot, name: string, field: Field, id: string, text: string): void {
    this.drafts = new Map(this.drafts).set(id, text);
    const understood = read(field, text);
    if (understood) slot.put(name, understood.value);
  }

  #forget(id: string): void {
    this.drafts = new Map([...this.drafts].filter(([one]) => one !== id));
  }

  #key(event: KeyboardEvent, slot: Slot, name: string, field: Field, id: string, value: unknown): void {
    if (event.key === "Escape" && this.drafts.has(id)) {
      event.stopPropagation();
      event.preventDefault();
      return this.#forget(id);
    }
    const direction = event.key === "ArrowUp" ? 1 : event.key === "ArrowDown" ? -1 : 0;
    if (direction === 0 || field.type === "numbers") return;
    event.preventDefault();
    this.#forget(id);
    slot.put(name, nudged(name, field, value, direction));
  }
}

/** A field that says the default says nothing. */
const otherThan = (field: Field, value: unknown): unknown => (value === field.default ? undefined : value);
