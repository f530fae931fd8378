/** Texts of the parts of the page that come when they are asked for. A language that lacks one does not compile. */
import type { Formats } from "../lib/format.ts";
import type { Language } from "./messages.ts";
import type { DiagramTexts } from "./panels/diagram.ts";
import type { FixTexts } from "./panels/fixes.ts";
import type { InspectorTexts } from "./panels/inspector.ts";
import type { MapsTexts } from "./panels/maps.ts";
import type { RunsTexts } from "./panels/runs.ts";
import type { ShareTexts } from "./panels/share.ts";
import type { TrueSizeTexts } from "./panels/trueSize.ts";

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
