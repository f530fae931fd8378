/** What the outline asks before it does something: what to add, where to, which network to open, what to do with a row. */

import type { Preset, Spec } from "../../engine/protocol.ts";
import type { Locale } from "../../i18n/locale.ts";
import { ALIASES, OFFERED_CONTAINERS, OFFERED_OPERATORS, USUAL_COUNT } from "../../spec/new-items.ts";
import { familyOf, shortName } from "../../spec/operators.ts";
import type { OutlineRow } from "../../spec/outline.ts";
import type { OutlineAction } from "../../spec/outline-actions.ts";
import { actionsOn } from "../../spec/outline-actions.ts";
import { targetsOf } from "../../spec/spec-edit.ts";
import type { Place } from "../../spec/spec-path.ts";
import { placeOf } from "../../spec/spec-path.ts";
import type { Choice, Question } from "../../ui/choice-popup.ts";
import { labelOf } from "./outline-row.ts";

/** Beside what the menu offers; keys have no language. */
const KEYS: { [A in OutlineAction]?: string } = {
  edit: "Enter",
  add: "Ins",
  duplicate: "Ctrl+D",
  up: "Alt+↑",
  down: "Alt+↓",
  into: "Alt+→",
  out: "Alt+←",
  remove: "Del",
};

/** The ids are the actions'. */
export function whatToDo(locale: Locale, spec: Spec, row: OutlineRow): Question {
  const texts = locale.panels.outline;
  const choices = actionsOn(spec, row).map(
    (action): Choice => ({ id: action, label: texts.actions[action], ...(KEYS[action] && { hint: KEYS[action] }) }),
  );
  return { label: texts.actionsOf(labelOf(locale, row)), choices };
}

/** The ids are those of operators and containers. */
export function whatToAdd(locale: Locale): Question {
  const texts = locale.panels.outline;
  const words = (id: string): string => `${id} ${ALIASES[id] ?? ""}`;
  const operators = OFFERED_OPERATORS.map(
    (op, i): Choice => ({
      id: op,
      label: shortName(op, locale.language),
      hint: op,
      group: i < USUAL_COUNT ? texts.operators : texts.moreOperators,
      family: familyOf(op),
      words: words(op),
    }),
  );
  const containers = OFFERED_CONTAINERS.map(
    (kind): Choice => ({ id: kind, label: texts.kinds[kind], hint: kind, group: texts.containers, family: "join", words: words(kind) }),
  );
  const choices = [...operators.slice(0, USUAL_COUNT), ...containers, ...operators.slice(USUAL_COUNT)];
  return { label: texts.addLabel, choices, search: { placeholder: texts.addWhat, nothing: texts.nothingFound } };
}

/** The ids are the presets' names; the blank network's is empty. */
export function whichNetwork(locale: Locale, presets: readonly Preset[]): Question {
  const texts = locale.panels.outline;
  const choices: Choice[] = [
    { id: "", label: texts.blank },
    ...presets.map(({ name, title, family }) => ({ id: name, label: title, group: family })),
  ];
  return { label: texts.presetLabel, choices, search: { placeholder: "LeNet, ResNet…", nothing: texts.nothingFound } };
}

/** Every other place a row can go to; the ids are places among them. */
export function whereTo(
  locale: Locale,
  spec: Spec,
  row: OutlineRow,
  rows: readonly OutlineRow[],
): { question: Question; places: readonly Place[] } {
  const texts = locale.panels.outline;
  const from = placeOf(row.path);
  const targets = targetsOf(spec, row.path).filter(
    ({ place }) => from?.list !== place.list || (place.index !== from.index && place.index !== from.index + 1),
  );
  const at = (path: string | null | undefined): OutlineRow | undefined => rows.find((one) => one.path === path);
  const choices = targets.map(({ at: side, path }, i): Choice => {
    const target = at(path);
    const label = target ? labelOf(locale, target) : path;
    const around = at(target?.parent);
    return {
      id: String(i),
      label: side === "after" ? texts.after(label) : texts.first(label),
      ...(around && { hint: labelOf(locale, around) }),
    };
  });
  return {
    question: {
      label: texts.moveTo(labelOf(locale, row)),
      choices,
      search: { placeholder: texts.after("…"), nothing: texts.nothingFound },
    },
    places: targets.map(({ place }) => place),
  };
}
