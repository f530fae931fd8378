/** Texts of the parts of the page that come when they are asked for. A language that lacks one does not compile. */

import type { DiagramTexts } from "../features/diagram/texts.ts";
import type { FixTexts } from "../features/fixes/texts.ts";
import type { InspectorTexts } from "../features/inspector/texts.ts";
import type { MapsTexts } from "../features/maps/texts.ts";
import type { RunsTexts } from "../features/runs/texts.ts";
import type { ShareTexts } from "../features/share/texts.ts";
import type { TrueSizeTexts } from "../features/true-size/texts.ts";
import type { Formats } from "../lib/format.ts";
import type { Language } from "./messages.ts";

/** Makes the texts of a feature in one language. */
export type TextsOf = (format: Formats) => object;

/** Where the texts of a feature come from that has a part of its own, and what they are called among {@link Panels}. */
export interface TextSource {
  readonly name: keyof Panels;
  readonly load: { readonly [L in Language]: () => Promise<{ default: TextsOf }> };
}

/** By feature. One adds its own: `declare module "../../i18n/panels.ts" { interface Panels { ... } }`. */
export interface Panels {
  diagram: DiagramTexts;
  fixes: FixTexts;
  inspector: InspectorTexts;
  maps: MapsTexts;
  runs: RunsTexts;
  share: ShareTexts;
  trueSize: TrueSizeTexts;
}
