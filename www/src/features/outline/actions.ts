import type { Spec } from "../../engine/protocol.ts";
import type { Actions } from "../../page/feature.ts";
import type { Page } from "../../page/page.ts";
import { editing } from "../../session/editing.ts";
import { edited, redone, replaced, undone } from "../../spec/document.ts";
import { changedSettings, settingsOf } from "../../spec/settings.ts";

export function actions(page: Page): Actions {
  const document = page.the(editing);

  /** Of settings that a person had changed, where another network brings its own. */
  function tellSettings(title: string, spec: Spec): void {
    const { document: now, settings } = page.state;
    if (!now || !settings) return;
    const mine = changedSettings(settingsOf(now.present.spec), settings.edited, settingsOf(spec));
    if (Object.keys(mine).length > 0) page.notify({ code: "settings_came", title, mine });
  }

  return {
    edit_network: ({ spec, merge }) => document.change((before, settings) => edited(before, spec, settings, merge ?? null)),
    open_network: ({ title, spec, chosen }) => {
      if (chosen) tellSettings(title, spec);
      document.change((before, settings) => replaced(before, { title, spec }, settings));
    },
    undo: () => document.change(undone),
    redo: () => document.change(redone),
    select: ({ selection }) => page.set({ selection }),
  };
}
