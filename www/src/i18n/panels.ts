/** Texts of the parts of the page that come when they are asked for. A language that lacks one does not compile. */
import type { DiagramTexts } from "./panels/diagram.ts";
import type { ErrorsTexts } from "./panels/errors.ts";
import type { FixTexts } from "./panels/fixes.ts";
import type { HelpTexts } from "./panels/help.ts";
import type { InspectorTexts } from "./panels/inspector.ts";
import type { MapsTexts } from "./panels/maps.ts";
import type { RunsTexts } from "./panels/runs.ts";
import type { ShareTexts } from "./panels/share.ts";
import type { TrueSizeTexts } from "./panels/trueSize.ts";

export interface Panels {
  diagram: DiagramTexts;
  errors: ErrorsTexts;
  fixes: FixTexts;
  help: HelpTexts;
  inspector: InspectorTexts;
  maps: MapsTexts;
  runs: RunsTexts;
  share: ShareTexts;
  trueSize: TrueSizeTexts;
}
