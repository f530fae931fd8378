import type { PropertyDeclarations, TemplateResult } from "lit";
import { html } from "lit";
import { unsafeHTML } from "lit/directives/unsafe-html.js";
import type { OperatorText } from "../../spec/operators.ts";
import { operatorTexts, shortName } from "../../spec/operators.ts";
import { DialogElement } from "../../ui/dialog-element.ts";
import { PanelElement } from "../../ui/panel-element.ts";

/** One operator's text: why it is there, what it computes, where it comes from. */
export class OperatorDialogElement extends DialogElement {
  static override properties: PropertyDeclarations = { ...PanelElement.properties, op: { state: true }, shown: { state: true } };

  declare private op: string;
  /** The text, or what has become of it. */
  declare private shown: OperatorText | "loading" | "failed";

  constructor() {
    super();
    this.op = "";
    this.shown = "loading";
  }

  show(op: string): void {
    this.op = op;
    this.open();
    this.dialog?.scrollTo({ top: 0 });
    void this.#load();
  }

  protected override render(): TemplateResult {
    const {
      locale: {
        language,
        text: { network },
      },
      op,
      shown,
    } = this;
    const title = typeof shown === "object" ? shown.title : shortName(op, language);
    return this.frame(
      "operator",
      html`${title} <code>${op}</code>`,
      html`
      <div class="operator-text" aria-busy=${shown === "loading" ? "true" : "false"}>${this.#body()}</div>
      <p class="operator-more"><a class="link" href=${operatorTexts.page(language, op)} target="_blank" rel="noopener">${network.allOperators}<span class="visually-hidden"> ${network.newTab}</span></a></p>
    `,
    );
  }

  #body(): TemplateResult {
    const {
      locale: {
        text: { network },
      },
      shown,
    } = this;
    if (shown === "loading") return html`<p class="muted" role="status">${network.textLoading}</p>`;
    if (shown === "failed") {
      return html`<p role="alert">${network.textFailed}</p><p><button type="button" class="quiet" @click=${() => void this.#load()}>${network.textRetry}</button></p>`;
    }
    return html`${unsafeHTML(shown.html)}`;
  }

  async #load(): Promise<void> {
    const {
      op,
      locale: { language },
    } = this;
    this.shown = "loading";
    const shown = await operatorTexts.text(language, op).catch(() => "failed" as const);
    // Another one may have been asked for meanwhile.
    if (op === this.op && language === this.locale.language) this.shown = shown;
  }
}
