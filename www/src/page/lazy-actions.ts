import type { Actions } from "./feature.ts";
import type { Intent, Intents } from "./intent.ts";
import type { Page } from "./page.ts";

/** What these intents do comes with the first of them that is wanted: nothing of it is seen at first. */
export const lazyActions =
  (names: readonly (keyof Intents)[], load: () => Promise<{ actions: (page: Page) => Actions }>) =>
  (page: Page): Actions => {
    let actions: Promise<Actions> | null = null;
    const run = async (intent: Intent): Promise<unknown> => {
      actions ??= load().then((module) => module.actions(page));
      const action = (await actions)[intent.type];
      return action?.(intent as never);
    };
    return Object.fromEntries(names.map((name) => [name, run])) as Actions;
  };
