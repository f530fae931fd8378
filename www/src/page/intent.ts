/** What a person wants, as elements say it: they know neither the controller nor the worker. */

import type { BackendChoice, Spec } from "../engine/protocol.ts";
import type { Looking } from "../features/maps/look/looking.ts";
import type { LookWish } from "../features/maps/probe-client.ts";
import type { PastRun } from "../model/runs.ts";
import type { ByHand, NoticeCode, Shareable, View } from "../model/state.ts";
import type { Selection } from "../spec/document.ts";
import type { Settings } from "../spec/settings.ts";

/** By name, what comes with each. A feature adds its own: `declare module "../../intent.ts" { interface Intents { ... } }`. */
export interface Intents {
  toggle_run: object;
  /** A fresh run of the network on show. */
  train_new: object;
  /** Goes on with the network that was trained before, whichever is on show. */
  go_on: object;
  step: object;
  reset: object;
  edit_settings: { changes: Partial<Settings> };
  /** The network with other layers; edits in a row with the same `merge` are undone together. */
  edit_network: { spec: Spec; merge?: string };
  /** Another network takes this one's place. */
  open_network: { title: string; spec: Spec };
  undo: object;
  redo: object;
  select: { selection: Selection | null };
  show_view: { view: View };
  /** Starts anew with the edited settings and network. */
  apply_settings: object;
  lower_rate: { learningRate: number };
  choose_backend: { backend: BackendChoice };
  /** How many workers share a batch on the CPU. */
  choose_workers: { workers: number };
  /** What the pad shows now, as the network will see it; null when it is empty. */
  show_digit: { pixels: Uint8Array | null };
  /** The pad no longer shows the test image it was given. */
  drop_sample: object;
  random_digit: object;
  /** A test image comes into the pad. */
  show_sample: { index: number };
  /** A picture of a digit comes into the pad: what the network would see of it. */
  show_picture: { pixels: Uint8Array };
  /** What the Maps view shows; null when it shows nothing. */
  look: { wish: LookWish | null };
  /** How the Maps view looks at it. */
  look_at: { looking: Partial<Looking> };
  /** Other strokes and other noise under the same digit. */
  other_clutter: object;
  retry_data: object;
  /** A network, a run, or MNIST's own files: what they are is seen in them. */
  open_files: { files: readonly File[] };
  copy: { what: Shareable };
  show_text: { byHand: ByHand };
  /** The page in a tab of its own, with what is in it. */
  open_tab: object;
  save_drawing: { name: string; svg: string };
  save_network: object;
  save_run: object;
  rename_run: { key: string; name: string };
  hide_run: { key: string; hidden: boolean };
  delete_run: { key: string };
  /** A deleted run comes back to its place. */
  bring_back_run: { run: PastRun; at: number };
  /** A new run that goes on from this one's checkpoint. */
  branch_run: { key: string };
  restart_engine: object;
  /** The dialog of the feature of this name. `asked` (true unless said): by who sits before this page, and not by the address of the frame it stands in. */
  open_dialog: { name: string; asked?: boolean };
  /** The column of the feature of this name; with `sheet` where columns stand in a sheet, that is opened. The action is done when the column is there. */
  show_column: { name: string; sheet?: boolean };
  close_sheet: object;
  dismiss: { code: NoticeCode };
}

export type Intent = { [T in keyof Intents]: { type: T } & Intents[T] }[keyof Intents];

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
