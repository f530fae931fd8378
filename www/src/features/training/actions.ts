import { isActive } from "../../model/state.ts";
import type { Actions } from "../../page/feature.ts";
import type { Page } from "../../page/page.ts";
import { keeping } from "../../session/keeping.ts";
import type { Settings } from "../../spec/settings.ts";
import { LiveSettings } from "./live-settings.ts";
import { Trainer } from "./trainer.ts";

export function actions(page: Page): Actions {
  const trainer = new Trainer(page);
  const live = new LiveSettings(page, trainer);
  page.engine.on("epoch", () => void page.the(keeping).persistence?.keepStep(false));

  function afresh(changes: Partial<Settings>): Promise<void> {
    page.dismiss("diverged", "guessing");
    live.edit(changes);
    return trainer.startAnew(true);
  }

  const settled = (train: () => Promise<void>) => (): Promise<void> => {
    live.settle();
    return train();
  };

  return {
    toggle_run: settled(() => trainer.toggle()),
    train_new: () => trainer.startAnew(true),
    go_on: settled(() => trainer.goOn()),
    begin_waiting: settled(() => trainer.beginIfWaiting()),
    step: settled(() => trainer.step()),
    reset: () => trainer.reset(),
    edit_settings: ({ changes }) => live.edit(changes),
    apply_settings: () => trainer.startAnew(isActive(page.state.run.phase)),
    lower_rate: ({ learningRate }) => afresh({ learning_rate: learningRate }),
    start_afresh: ({ changes }) => afresh(changes),
    choose_backend: ({ backend }) => trainer.chooseBackend(backend),
    choose_workers: ({ workers }) => trainer.chooseWorkers(workers),
  };
}
