/** Changes between two runs in the words of the page. Pure. */
import type { Locale } from "../../i18n/locale.ts";
import type { Panels } from "../../i18n/panels.ts";
import type { Change } from "../../spec/what-changed.ts";

/** What a field is called where the page shows it; its own name where the page has none for it, as for what only a file can say. */
function fieldName(locale: Locale, layer: string | null, field: string): string {
  const { inspector, training } = locale.panels as Partial<Panels>;
  const names: { readonly [field: string]: string | undefined } =
    layer === null ? { ...training?.fields, ...locale.text.settings.names } : { ...inspector?.fields };
  return names[field]?.toLowerCase() ?? field;
}

function value(locale: Locale, field: string | null, word: string): string {
  if (word.trim() !== "" && Number.isFinite(Number(word))) return locale.format.plain(Number(word));
  const { inits, schedules } = locale.text.settings;
  const words: { readonly [word: string]: string | undefined } = field === "init" ? inits : field === "schedule" ? schedules : {};
  return words[word] ?? word;
}

export function changeText(locale: Locale, change: Change): string {
  const text = locale.panels.runs;
  if (change.kind === "added") return text.added(change.layer);
  if (change.kind === "removed") return text.gone(change.layer);
  const { layer, field } = change;
  const name = field === null ? null : fieldName(locale, layer, field);
  const said = [layer, name, value(locale, field, change.from), "→", value(locale, field, change.to)];
  return said.filter((word) => word !== null).join(" ");
}
