/** What a person wants, as elements say it: they know neither the controller nor the worker. */

import type { BackendChoice, Spec } from "../engine/protocol.ts";
import type { ImportReport } from "../model/import-report.ts";
import type { NoticeCode, View } from "../model/state.ts";
import type { Selection } from "../spec/document.ts";
import type { Settings } from "../spec/settings.ts";

export type Pane = "net" | "train" | "look" | "try";

/** By name, what comes with each. A feature adds its own: `declare module "../../intent.ts" { interface Intents { ... } }`. */
export interface Intents {
  toggle_run: object;
  /** A fresh run of the network on show. */
  train_new: object;
  /** Goes on with the network that was trained before, whichever is on show. */
  go_on: object;
  /** Begins where Run was pressed before there was a network or an image to train on. */
  begin_waiting: object;
  step: object;
  reset: object;
  edit_settings: { changes: Partial<Settings> };
  /** The network with other layers; edits in a row with the same `merge` are undone together. */
  edit_network: { spec: Spec; merge?: string };
  /** Another network takes this one's place. */
  open_network: { title: string; spec: Spec /** From the list of networks, whose settings come with them. */; chosen?: boolean };
  undo: object;
  redo: object;
  select: { selection: Selection | null };
  show_view: { view: View };
  /** Starts anew with the edited settings and network. */
  apply_settings: object;
  lower_rate: { learningRate: number };
  /** A fresh run with other settings, which trains. */
  start_afresh: { changes: Partial<Settings> };
  choose_backend: { backend: BackendChoice };
  /** How many workers share a batch on the CPU. */
  choose_workers: { workers: number };
  retry_data: object;
  /** A network, a run, or MNIST's own files: what they are is seen in them. */
  open_files: { files: readonly File[] };
  /** What is to be said of a network that came from another program; null takes it away. */
  tell_import: { report: ImportReport | null };
  restart_engine: object;
  /** The dialog of the feature of this name. `asked` (true unless said): by who sits before this page, and not by the address of the frame it stands in. */
  open_dialog: { name: string; asked?: boolean };
  /** The column of the feature of this name; with `sheet` where columns stand in a sheet, that is opened. The action is done when the column is there. */
  show_column: { name: string; sheet?: boolean };
  /** On a phone, where one part of the page is seen at a time. The action is done when it is shown. */
  show_pane: { pane: Pane };
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
