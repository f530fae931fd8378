/** The network being edited: its specification, the engine's examination of it, and every earlier version. Pure. */

import type { NetworkDescription, Preset, Spec } from "../engine/protocol.ts";
import type { Examination } from "../engine/spec-protocol.ts";
import type { Settings } from "./settings.ts";
import { settingsOf, withSettings } from "./settings.ts";

/** One version of the network. */
export interface Version {
  title: string;
  spec: Spec;
  settings: Settings;
}

export interface NetworkDocument {
  present: Version;
  past: readonly Version[];
  future: readonly Version[];
  /** Two edits in a row with the same one, as of keystrokes in one field, are undone together. */
  merge: string | null;
  /** Of the present version; of the last one that was examined while that is under way. */
  examination: Examination | null;
  /** Where the network cannot be read: what the engine says of the layers before the one that cannot. */
  readable: NetworkDescription | null;
  /** Whether the examination is of the present version. */
  examined: boolean;
}

/** What is selected: an item of the specification by its path, and one of the nodes it stands for. */
export interface Selection {
  /** `layers[2].residual.body[0]`, as the engine writes it. */
  path: string;
  /** Null where the whole item is meant, or where it stands for no node. */
  node: string | null;
}

const version = ({ title, spec }: Pick<Preset, "title" | "spec">): Version => ({ title, spec, settings: settingsOf(spec) });

export function newDocument(preset: Pick<Preset, "title" | "spec">): NetworkDocument {
  return { present: version(preset), past: [], future: [], merge: null, examination: null, readable: null, examined: false };
}

/** Another network takes the place of this one; it can be undone. `settings` are those in the page's fields now. */
export function replaced(document: NetworkDocument, preset: Pick<Preset, "title" | "spec">, settings: Settings): NetworkDocument {
  return pushed(document, version(preset), settings, null);
}

/** The same network with other layers, input or data. */
export function edited(document: NetworkDocument, spec: Spec, settings: Settings, merge: string | null = null): NetworkDocument {
  return pushed(document, { title: document.present.title, spec, settings }, settings, merge);
}

/** `settings` are those with which the present version is left: undoing brings them back. */
function pushed(document: NetworkDocument, present: Version, settings: Settings, merge: string | null): NetworkDocument {
  const joins = merge !== null && merge === document.merge;
  const past = joins ? document.past : [...document.past, { ...document.present, settings }];
  return { ...document, present, past, future: [], merge, examined: false };
}

/** The version before, or the same document where there is none. `settings` are those in the page's fields now. */
export function undone(document: NetworkDocument, settings: Settings): NetworkDocument {
  const before = document.past.at(-1);
  if (!before) return document;
  const left = { ...document.present, settings };
  return {
    ...document,
    present: before,
    past: document.past.slice(0, -1),
    future: [left, ...document.future],
    merge: null,
    examined: false,
  };
}

export function redone(document: NetworkDocument, settings: Settings): NetworkDocument {
  const [after, ...future] = document.future;
  if (!after) return document;
  const left = { ...document.present, settings };
  return { ...document, present: after, past: [...document.past, left], future, merge: null, examined: false };
}

/** The specification as it would be compiled. */
export function compilable(document: NetworkDocument, settings: Settings): Spec {
  return withSettings(document.present.spec, settings);
}

/** A network with nothing in it yet. */
export const BLANK: Spec = {
  version: 1,
  name: "network",
  input: [1, 28, 28],
  layers: [],
  training: {
    batch_size: 64,
    epochs: 3,
    optimizer: { type: "sgd", learning_rate: 0.05, momentum: 0.9 },
    schedule: { type: "cosine" },
    init: "kaiming",
  },
};
