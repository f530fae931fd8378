import type { PastRun } from "../../model/runs.ts";
import type { Settings } from "../../spec/settings.ts";

declare module "../../page/intent.ts" {
  interface Intents {
    rename_run: { key: string; name: string };
    hide_run: { key: string; hidden: boolean };
    /** The run that the others are compared with; null for none. */
    choose_baseline: { key: string | null };
    delete_run: { key: string };
    /** A deleted run comes back to its place. */
    bring_back_run: { run: PastRun; at: number };
    /** A new run that goes on from this one's newest checkpoint, or from a step that was kept. */
    branch_run: { key: string; step?: number };
    /** A run of the list is the one in front again, as its newest checkpoint has it. */
    go_back_to_run: { key: string };
    /** A new run of the network of another one, with other settings; it trains. */
    duplicate_run: { key: string; changes: Partial<Settings> };
  }
}
