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
    /** A file that a feature has written. */
    save_file: { name: string; content: Blob };
    /** The page's address with all that it can say; `own`: with the settings as they were changed, and not as the network brings them. Null where it has none. */
    read_address: { own: boolean; take: (address: string | null) => void };
    /** The run in front as the bytes of a checkpoint; null where there is none. */
    read_run: { take: (bytes: Uint8Array | null) => void };
  }
}
