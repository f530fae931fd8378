import type { Actions } from "../../page/feature.ts";
import type { Intent } from "../../page/intent.ts";
import type { Page } from "../../page/page.ts";

const NAMES = [
  "open_experiment",
  "start_experiment",
  "pause_experiment",
  "resume_experiment",
  "stop_experiment",
  "retry_experiment",
  "take_experiment_run",
] as const;

/** What experiments do comes with the first thing that is wanted of them: nothing of it is seen at first. */
export function lazyActions(page: Page): Actions {
  let actions: Promise<Actions> | null = null;
  const run = async (intent: Intent): Promise<unknown> => {
    actions ??= import("./actions.ts").then((module) => module.actions(page));
    const action = (await actions)[intent.type];
    return action?.(intent as never);
  };
  return Object.fromEntries(NAMES.map((name) => [name, run])) as Actions;
}
