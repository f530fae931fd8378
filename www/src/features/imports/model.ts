import type { ImportReport } from "../../model/import-report.ts";

declare module "../../model/state.ts" {
  interface FeatureState {
    /** Null where there is nothing to say, or it was read. */
    imported: ImportReport | null;
  }
}
