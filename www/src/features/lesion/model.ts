/** What the lesion knows of the run in front: its parts, and what the network says without some of them. Pure. */
import type { ReceptiveError } from "../../engine/errors.ts";

export type PartKind = "residual" | "branch" | "skip" | "layer";
export const KINDS: readonly PartKind[] = ["residual", "branch", "skip", "layer"];

/** A part that the network can be run without, as the engine says it (`src/instruments/lesion/sites.rs`). */
export interface Part {
  id: string;
  kind: PartKind;
  name: string;
  /** Of a branch or skip, which of the values that come together, from 1. */
  number: number;
  path: string;
  op: string;
  /** Of a residual, whether its shortcut is the value itself. */
  identity: boolean;
  shape: readonly number[];
}

export interface Parts {
  parts: readonly Part[];
  /** Whether anything gathers statistics: batch normalization. */
  statistics: boolean;
  /** Of an image: 1, or all its pixels. */
  targets_per_image: number;
  classes: number;
}

/** What one piece of an answer counted. */
export interface Piece {
  batches: readonly [number, number];
  next: number;
  /** Test images that there are. */
  images: number;
  items: number;
  right: number;
  loss: number;
  confusion: readonly number[];
}

/** What was counted of so many images, from the first on. */
export interface Count {
  images: number;
  items: number;
  right: number;
  loss: number;
  confusion: readonly number[];
}

/** A network on the test images. */
export interface Shares {
  images: number;
  /** Right at first place, 0 to 1: of images, or of pixels. */
  top1: number;
  loss: number;
  /** Where every pixel has a class: intersection over union, on average over the classes that there are. */
  iou: number | null;
}

/** What is known of the network without some parts: counted so far, on the first images, and on all. */
export interface Measured {
  count: Count;
  first: Shares | null;
  all: Shares | null;
}

/** Images of the first answer. */
export const FIRST = 1000;
export const NOTHING: Measured = { count: { images: 0, items: 0, right: 0, loss: 0, confusion: [] }, first: null, all: null };

export type Task = "switch" | "each" | "random";

export interface Busy {
  task: Task;
  /** Images counted, and how many there will be. */
  done: number;
  of: number;
  /** Training batches that statistics are being taken of. */
  batches: readonly [number, number] | null;
}

/** Parts that were left out together, drawn at random. */
export interface Draw {
  k: number;
  cut: readonly string[];
}

export interface LesionState {
  about: Parts | null;
  /** Whether what there is was asked and is on its way. */
  asking: boolean;
  kind: PartKind;
  /** Whether batch normalization's statistics are estimated anew. */
  anew: boolean;
  /** Ids of the parts that are left out. */
  cut: readonly string[];
  /** Of which weights the numbers are. */
  of: { run: string; step: number } | null;
  /** By {@link keyOf}. */
  found: ReadonlyMap<string, Measured>;
  draws: { kind: PartKind; anew: boolean; list: readonly Draw[] } | null;
  busy: Busy | null;
  /** The weights changed while it measured. */
  moved: boolean;
  error: ReceptiveError | null;
}

export const NO_LESION: LesionState = {
  about: null,
  asking: false,
  kind: "residual",
  anew: false,
  cut: [],
  of: null,
  found: new Map(),
  draws: null,
  busy: null,
  moved: false,
  error: null,
};

declare module "../lab/model.ts" {
  interface InstrumentStates {
    lesion?: LesionState;
  }
}

declare module "../../page/intent.ts" {
  interface Intents {
    /** Which parts the network at hand has. */
    ask_parts: object;
    choose_parts: { kind: PartKind };
    /** Leaves a part out, or takes it in again, and measures. */
    cut_part: { id: string; out: boolean };
    /** Takes all parts in again. */
    mend_parts: object;
    /** Measures the network without the parts that are left out. */
    measure_cut: object;
    /** Whether statistics are estimated anew, from now on. */
    estimate_anew: { anew: boolean };
    /** Each part of the kind on show by itself. */
    cut_each: object;
    /** More and more of them, drawn at random. */
    cut_random: object;
    stop_lesion: object;
    /** What the address says of it. */
    read_lesion: { at: string };
  }
}

export const keyOf = (cut: readonly string[], anew: boolean): string => [anew ? "anew" : "stored", ...[...cut].sort()].join("\n");

export const partsOf = ({ about, kind }: LesionState): readonly Part[] => about?.parts.filter((part) => part.kind === kind) ?? [];

/** As the address has it. */
export const writeAt = ({ cut, anew }: Pick<LesionState, "cut" | "anew">): string => [...cut, ...(anew ? ["anew"] : [])].join(",");

export function readAt(at: string): Pick<LesionState, "cut" | "anew"> {
  const words = at.split(",").filter((word) => word !== "");
  return { cut: words.filter((word) => word !== "anew"), anew: words.includes("anew") };
}

/** Of what an address names, the parts that there are: by their ids, or the first that was made of an item of the specification. */
export function known(parts: readonly Part[], words: readonly string[]): string[] {
  const found = words.flatMap((word) => (parts.find(({ id }) => id === word) ?? parts.find(({ path }) => path === word))?.id ?? []);
  return [...new Set(found)];
}

/** A further piece, which begins where the count ends. */
export function counted(count: Count, piece: Piece): Count {
  const { confusion } = piece;
  return {
    images: piece.next,
    items: count.items + piece.items,
    right: count.right + piece.right,
    loss: count.loss + piece.loss,
    confusion: count.confusion.length === 0 ? confusion : count.confusion.map((pairs, at) => pairs + (confusion[at] ?? 0)),
  };
}

/** @param pixels whether every pixel has a class */
export function sharesOf({ images, items, right, loss, confusion }: Count, pixels: boolean): Shares {
  return { images, top1: right / items, loss: loss / items, iou: pixels ? meanIou(confusion) : null };
}

/** Over the classes that a label or an answer names. */
export function meanIou(confusion: readonly number[]): number {
  const classes = Math.sqrt(confusion.length);
  const at = (row: number, column: number): number => confusion[row * classes + column] ?? 0;
  const each: number[] = [];
  for (let one = 0; one < classes; one++) {
    let union = -at(one, one);
    for (let other = 0; other < classes; other++) union += at(one, other) + at(other, one);
    if (union > 0) each.push(at(one, one) / union);
  }
  return each.reduce((sum, share) => sum + share, 0) / each.length;
}

/** What counts: mean IoU where pixels have classes, else accuracy. */
export const figureOf = ({ iou, top1 }: Shares): number => iou ?? top1;

export interface Change {
  shares: Shares;
  intact: Shares;
  /** What the parts are worth: below 0 where the network is better without them. */
  drop: number;
}

/** The network without these parts beside the intact one, on the same images: on all, else on the first. Null while that is not known. */
export function changeOf({ found }: Pick<LesionState, "found">, cut: readonly string[], anew: boolean): Change | null {
  const [without, intact] = [found.get(keyOf(cut, anew)), found.get(keyOf([], false))];
  for (const of of ["all", "first"] as const) {
    const [one, other] = [without?.[of], intact?.[of]];
    if (one && other) return { shares: one, intact: other, drop: figureOf(other) - figureOf(one) };
  }
  return null;
}
