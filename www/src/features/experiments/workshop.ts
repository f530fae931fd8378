/** What the page runs experiments with: a worker for each run under way, and results in the browser's storage. */
import { createModuleWorker } from "../../engine/create-worker.ts";
import { TrainerClient } from "../../engine/trainer-client.ts";
import type { Workshop } from "./actions.ts";
import { WorkerExecutor } from "./execute.ts";
import { resultStore } from "./result-store.ts";

export function workshop(): Workshop {
  return {
    executor: ({ experiment }) => {
      const client = new TrainerClient(() => createModuleWorker(new URL("./trainer-worker.js", import.meta.url), "experiment"));
      return new WorkerExecutor(client, experiment.budget, experiment.measure);
    },
    store: resultStore(),
  };
}
