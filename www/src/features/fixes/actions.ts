import type { Actions } from "../../page/feature.ts";
import type { Intents } from "../../page/intent.ts";
import type { Page } from "../../page/page.ts";
import "./model.ts";

export function actions(page: Page): Actions {
  async function mend(fix: Intents["mend"]): Promise<void> {
    const { document } = page.state;
    if (!document) return;
    const merge = `mend ${JSON.stringify(document.present.spec)}`;
    page.handle({ type: "edit_network", spec: fix.spec, merge });
    const { mendedOn } = await import("./mending.ts");
    const spec = await mendedOn(page.specs, document, fix);
    // Another edit that came meanwhile is not written over.
    if (spec !== fix.spec && page.state.document?.present.spec === fix.spec) page.handle({ type: "edit_network", spec, merge });
  }

  return { mend };
}
