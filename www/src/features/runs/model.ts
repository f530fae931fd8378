import type { PastRun } from "../../model/runs.ts";

declare module "../../page/intent.ts" {
  interface Intents {
    rename_run: { key: string; name: string };
    hide_run: { key: string; hidden: boolean };
    delete_run: { key: string };
    /** A deleted run comes back to its place. */
    bring_back_run: { run: PastRun; at: number };
    /** A new run that goes on from this one's checkpoint. */
    branch_run: { key: string };
  }
}
