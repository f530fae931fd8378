/** What a person wants, as elements say it: they know neither the controller nor the worker. */
import type { Selection } from "./document.ts";
import type { Language } from "./i18n/messages.ts";
import type { FixText } from "./lib/fix.ts";
import type { Looking } from "./lib/look/looking.ts";
import type { Settings } from "./lib/settings.ts";
import type { Theme } from "./lib/theme.ts";
import type { LookWish } from "./probe-client.ts";
import type { BackendChoice, Spec } from "./protocol.ts";
import type { PastRun } from "./runs.ts";
import type { ByHand, NoticeCode, Shareable, View } from "./state.ts";

export type Intent =
  | { type: "toggle_run" }
  /** A fresh run of the network on show. */
  | { type: "train_new" }
  /** Goes on with the network that was trained before, whichever is on show. */
  | { type: "go_on" }
  | { type: "step" }
  | { type: "reset" }
  | { type: "edit_settings"; changes: Partial<Settings> }
  /** The network with other layers; edits in a row with the same `merge` are undone together. */
  | { type: "edit_network"; spec: Spec; merge?: string }
  /** A fix of an error of that kind; what it breaks behind itself in the same way is mended with it. */
  | { type: "mend"; spec: Spec; code: FixText["code"]; kind: string }
  /** A new run of the network of another one, with other settings; it trains. */
  | { type: "duplicate_run"; key: string; changes: Partial<Settings> }
  /** Another network takes this one's place. */
  /** `chosen`: from the list of networks, whose settings come with them. */
  | { type: "open_network"; title: string; spec: Spec; chosen?: boolean }
  | { type: "undo" }
  | { type: "redo" }
  | { type: "select"; selection: Selection | null }
  | { type: "show_view"; view: View }
  /** Starts anew with the edited settings and network. */
  | { type: "apply_settings" }
  | { type: "lower_rate"; learningRate: number }
  /** A fresh run with other settings, which trains. */
  | { type: "start_afresh"; changes: Partial<Settings> }
  | { type: "choose_backend"; backend: BackendChoice }
  /** How many workers share a batch on the CPU. */
  | { type: "choose_workers"; workers: number }
  | { type: "choose_language"; language: Language }
  | { type: "choose_theme"; theme: Theme }
  | { type: "choose_shortcuts"; on: boolean }
  /** What the pad shows now, as the network will see it; null when it is empty. */
  | { type: "show_digit"; pixels: Uint8Array | null }
  /** The pad no longer shows the test image it was given. */
  | { type: "drop_sample" }
  | { type: "random_digit" }
  /** A test image comes into the pad. */
  | { type: "show_sample"; index: number }
  /** A picture of a digit comes into the pad: what the network would see of it. */
  | { type: "show_picture"; pixels: Uint8Array }
  /** What the Maps view shows; null when it shows nothing. */
  | { type: "look"; wish: LookWish | null }
  /** How the Maps view looks at it. */
  | { type: "look_at"; looking: Partial<Looking> }
  /** What the network says to every test image. */
  | { type: "find_mistakes" }
  /** Test images by their numbers. */
  | { type: "fetch_samples"; indices: readonly number[] }
  /** Other strokes and other noise under the same digit. */
  | { type: "other_clutter" }
  | { type: "retry_data" }
  /** A network, a run, or MNIST's own files: what they are is seen in them. */
  | { type: "open_files"; files: readonly File[] }
  | { type: "copy"; what: Shareable }
  | { type: "show_text"; byHand: ByHand }
  /** The page in a tab of its own, with what is in it. */
  | { type: "open_tab" }
  | { type: "save_drawing"; name: string; svg: string }
  | { type: "save_network" }
  | { type: "save_run" }
  | { type: "rename_run"; key: string; name: string }
  | { type: "hide_run"; key: string; hidden: boolean }
  | { type: "delete_run"; key: string }
  /** A deleted run comes back to its place. */
  | { type: "bring_back_run"; run: PastRun; at: number }
  /** A new run that goes on from this one's newest checkpoint, or from a step that was kept. */
  | { type: "branch_run"; key: string; step?: number }
  | { type: "restart_engine" }
  | { type: "dismiss"; code: NoticeCode };

export class IntentEvent extends CustomEvent<Intent> {
  static readonly type = "receptive-intent";

  constructor(intent: Intent) {
    super(IntentEvent.type, { detail: intent, bubbles: true, composed: true });
  }
}

declare global {
  interface HTMLElementEventMap {
    "receptive-intent": IntentEvent;
  }
}
