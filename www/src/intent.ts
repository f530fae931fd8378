/** What a person wants, as elements say it: they know neither the controller nor the worker. */
import type { Selection } from "./document.ts";
import type { Language } from "./i18n/messages.ts";
import type { Settings } from "./lib/settings.ts";
import type { Theme } from "./lib/theme.ts";
import type { BackendChoice, Spec } from "./protocol.ts";
import type { NoticeCode, View } from "./state.ts";

export type Intent =
  | { type: "toggle_run" }
  | { type: "step" }
  | { type: "reset" }
  | { type: "edit_settings"; changes: Partial<Settings> }
  /** The network with other layers; edits in a row with the same `merge` are undone together. */
  | { type: "edit_network"; spec: Spec; merge?: string }
  /** Another network takes this one's place. */
  | { type: "open_network"; title: string; spec: Spec }
  | { type: "undo" }
  | { type: "redo" }
  | { type: "select"; selection: Selection | null }
  | { type: "show_view"; view: View }
  /** Starts anew with the edited settings and network. */
  | { type: "apply_settings" }
  | { type: "lower_rate"; learningRate: number }
  | { type: "choose_backend"; backend: BackendChoice }
  | { type: "choose_language"; language: Language }
  | { type: "choose_theme"; theme: Theme }
  | { type: "choose_shortcuts"; on: boolean }
  /** What the pad shows now, as the network will see it; null when it is empty. */
  | { type: "show_digit"; pixels: Uint8Array | null }
  /** The pad no longer shows the test image it was given. */
  | { type: "drop_sample" }
  | { type: "random_digit" }
  /** Other strokes and other noise under the same digit. */
  | { type: "other_clutter" }
  | { type: "retry_data" }
  | { type: "choose_files"; files: readonly File[] }
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
