import type { ByHand, Shareable } from "../../model/state.ts";

declare module "../../page/intent.ts" {
  interface Intents {
    copy: { what: Shareable };
    show_text: { byHand: ByHand };
    /** The page in a tab of its own, with what is in it. */
    open_tab: object;
    save_drawing: { name: string; svg: string };
    save_network: object;
    save_run: object;
  }
}
