import { allRuns, newLabel, renamed } from "../../model/runs.ts";
import type { Actions } from "../../page/feature.ts";
import type { Page } from "../../page/page.ts";
import { keeping } from "../../session/keeping.ts";
import { startup } from "../../session/startup.ts";
import type { Settings } from "../../spec/settings.ts";
import { settingsOf } from "../../spec/settings.ts";

export function actions(page: Page): Actions {
  async function branch(key: string, step?: number): Promise<void> {
    // A run in front that still trains is kept as it is now, and goes on as the new one.
    const run = allRuns(page.state).find((one) => one.key === key);
    const { persistence } = page.the(keeping);
    if (!run || !persistence) return;
    const from = await page.attempt(() => persistence.branch(run, step ?? null));
    if (!from) return;
    page.the(startup).version(from);
    page.the(startup).tellCopy(run.name);
    page.emit("weights_changed");
  }

  async function goBack(key: string): Promise<void> {
    const { runs } = page.state;
    const run = runs.find((one) => one.key === key);
    const { persistence } = page.the(keeping);
    if (!run || !persistence) return;
    page.dismiss("run_kept");
    // It is in front or in the list, never in both.
    page.set({ runs: runs.filter((one) => one !== run) });
    if (await page.attempt(() => persistence.goOn(run))) page.the(startup).version(run);
    else page.set({ runs });
  }

  function duplicate(key: string, changes: Partial<Settings>): unknown {
    const run = allRuns(page.state).find((one) => one.key === key);
    if (!run) return;
    page.the(startup).version(run);
    return page.handle({ type: "start_afresh", changes: { ...settingsOf(run.spec), ...changes } });
  }

  return {
    rename_run: ({ key, name }) => page.set(renamed(page.state, key, name) ?? {}),
    hide_run: ({ key, hidden }) => {
      const others = new Set(page.state.hidden);
      if (hidden) others.add(key);
      else others.delete(key);
      page.set({ hidden: others });
    },
    choose_baseline: ({ key }) => page.set({ baseline: key }),
    delete_run: ({ key }) => page.set({ runs: page.state.runs.filter((run) => run.key !== key) }),
    bring_back_run: ({ run, at }) => {
      const taken = allRuns(page.state).some(({ key }) => key === run.key);
      page.set({ runs: page.state.runs.toSpliced(at, 0, taken ? { ...run, key: newLabel(page.state).key } : run) });
    },
    branch_run: ({ key, step }) => branch(key, step),
    go_back_to_run: ({ key }) => goBack(key),
    duplicate_run: ({ key, changes }) => duplicate(key, changes),
  };
}
