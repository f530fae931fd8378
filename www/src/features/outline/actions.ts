import type { Actions } from "../../page/feature.ts";
import type { Page } from "../../page/page.ts";
import { editing } from "../../session/editing.ts";
import { edited, redone, replaced, undone } from "../../spec/document.ts";

export function actions(page: Page): Actions {
  const document = page.the(editing);
  return {
    edit_network: ({ spec, merge }) => document.change((before, settings) => edited(before, spec, settings, merge ?? null)),
    open_network: ({ title, spec }) => document.change((before, settings) => replaced(before, { title, spec }, settings)),
    undo: () => document.change(undone),
    redo: () => document.change(redone),
    select: ({ selection }) => page.set({ selection }),
  };
}
