/**
 * An instrument of the lab: one folder of `src/features` with a file `instrument.ts`, found by itself (tools/features.mjs), whose default export is made
 * by {@link defineInstrument}. It comes with the list; what is heavy comes with `load`, when it is opened. Its engine part is a folder of
 * `src/instruments`. ARCHITECTURE.md has the page "An instrument".
 */
import type { TemplateResult } from "lit";
import type { TextSource } from "../../i18n/panels.ts";
import type { AppState } from "../../model/state.ts";
import type { Actions, Context, Label } from "../../page/feature.ts";
import type { Page } from "../../page/page.ts";

export interface Instrument {
  /** As the address has it. */
  readonly name: string;
  /** Instruments stand by it, the smallest first. */
  readonly order: number;
  readonly title: Label;
  /** What it asks, in a sentence. */
  readonly sentence: Label;
  /** Why it does not apply to the network at hand; null where it does. */
  readonly refusal: (state: AppState) => Label | null;
  readonly render: (context: Pick<Context, "locale" | "state">) => TemplateResult;
  readonly texts: TextSource;
  /** Its elements and what its intents do. */
  readonly load: () => Promise<{ default: { readonly define: () => void; readonly actions: (page: Page) => Actions } }>;
}

/** Checks nothing but types. */
export const defineInstrument = (instrument: Instrument): Instrument => instrument;
