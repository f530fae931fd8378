import type { PropertyDeclarations, TemplateResult } from "lit";
import { html, LitElement, svg } from "lit";
import type { Locale } from "../../i18n/locale.ts";
import type { Histogram } from "./look/histogram.ts";
import { histogramOf } from "./look/histogram.ts";
import { valueText } from "./look/text.ts";

/** Some values under a name. */
export interface NamedValues {
  name: string;
  values: Float32Array;
}

const WIDTH = 200;
const HEIGHT = 48;

/** How values are spread: a small histogram of each, with its numbers. */
export class LayerHistogramsElement extends LitElement {
  static override properties: PropertyDeclarations = { locale: { attribute: false }, of: { attribute: false } };

  declare locale: Locale;
  declare of: readonly NamedValues[];

  /** Values that stay the same are counted once. */
  readonly #known = new WeakMap<Float32Array, Histogram>();

  constructor() {
    super();
    this.of = [];
  }

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  protected override render(): TemplateResult {
    return html`${this.of.map((each) => this.#figure(each))}`;
  }

  #figure({ name, values }: NamedValues): TemplateResult {
    const { format } = this.locale;
    const text = this.locale.panels.maps;
    const {
      bins,
      range: [least, largest],
      count,
      mean,
      deviation,
      zeros,
    } = this.#histogram(values);
    const most = Math.max(1, ...bins);
    const bar = WIDTH / bins.length;
    const zero = largest > least ? ((0 - least) / (largest - least)) * WIDTH : -1;
    const summary = text.spread(count, valueText(format, mean), valueText(format, deviation), count > 0 ? zeros / count : 0);
    return html`<figure class="histogram">
      <figcaption><strong>${name}</strong> <span class="muted">${summary}</span></figcaption>
      <svg viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" role="img" aria-label="${name}: ${text.from(valueText(format, least), valueText(format, largest))}. ${summary}">
        ${[...bins].map((bin, at) => {
          const height = bin === 0 ? 0 : Math.max(1, (bin / most) * HEIGHT);
          return svg`<rect x=${at * bar} y=${HEIGHT - height} width=${Math.max(0.5, bar - 0.5)} height=${height} />`;
        })}
        ${zero > 0 && zero < WIDTH ? svg`<line x1=${zero} x2=${zero} y1="0" y2=${HEIGHT} />` : svg``}
      </svg>
      <p class="ends"><span>${valueText(format, least)}</span><span>${valueText(format, largest)}</span></p>
    </figure>`;
  }

  #histogram(values: Float32Array): Histogram {
    let found = this.#known.get(values);
    if (!found) this.#known.set(values, (found = histogramOf(values)));
    return found;
  }
}
