import instruments from "receptive:instruments";
import { loadPanels } from "../../i18n/locale.ts";
import type { Actions } from "../../page/feature.ts";
import type { Intents } from "../../page/intent.ts";
import type { Page } from "../../page/page.ts";
import { readLab, writeLab } from "./model.ts";

export function actions(page: Page): Actions {
  const given = new Set<string>();
  return { open_instrument: (intent) => open(page, given, intent) };
}

/** Shows an instrument as soon as its parts have come, or the list. One that there is not is the list. */
async function open(page: Page, given: Set<string>, { name, at: wanted }: Intents["open_instrument"]): Promise<void> {
  const instrument = instruments.find((one) => one.name === name);
  const before = readLab(page.state.lab);
  const at = wanted ?? (before.name === name ? before.at : "");
  page.set({ lab: writeLab({ name: instrument?.name ?? null, at }) });
  if (!instrument) return;
  const [{ default: parts }] = await Promise.all([instrument.load(), loadPanels(instrument.texts)]);
  if (!given.has(instrument.name)) {
    given.add(instrument.name);
    if (typeof customElements !== "undefined") parts.define();
    page.add(parts.actions(page));
  }
  page.set({ instruments: { ...page.state.instruments, loaded: instrument.name } });
}
