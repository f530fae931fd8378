/** What can be done with a box of a drawing. */

import type { Spec } from "../../engine/protocol.ts";
import type { Locale } from "../../i18n/locale.ts";
import type { EditAction } from "../../spec/outline-actions.ts";
import { edit } from "../../spec/outline-actions.ts";
import type { Question } from "../../ui/choice-popup.ts";
import { frameTitle } from "./diagram-drawing.ts";
import type { Box } from "./scene.ts";

/** Of the outline's actions. */
const ACTIONS: readonly EditAction[] = ["wrap_residual", "duplicate", "remove"];

/** The item of the specification that a box was made of. */
export function pathOf(box: Box): string | null {
  return box.kind === "cell" ? box.cell.node.path : "container" in box ? box.container.path : null;
}

/** The ids are the actions'. */
export function whatToDo(locale: Locale, spec: Spec, box: Box, path: string): Question {
  const texts = locale.panels.outline;
  const label = "container" in box ? frameTitle(box.container, locale.panels.diagram) : box.id;
  return {
    label: texts.actionsOf(label),
    choices: ACTIONS.flatMap((id) => (edit(id, spec, path) ? [{ id, label: texts.actions[id] }] : [])),
  };
}
