/** Everything the page shows, as one value: the controller makes the next one, the elements draw it. */

import type { NotFinite, ReceptiveError } from "../engine/errors.ts";
import type {
  BackendChoice,
  BackendStatus,
  DataFacts,
  EpochSummary,
  Evaluation,
  Metrics,
  NetworkDescription,
  Preset,
  Spec,
  Split,
} from "../engine/protocol.ts";
import type { Language } from "../lib/language.ts";
import { History } from "../lib/series.ts";
import type { Theme } from "../lib/theme.ts";
import type { NetworkDocument, Selection } from "../spec/document.ts";
import type { Settings } from "../spec/settings.ts";
import { selector } from "../store/store.ts";
import type { PastRun, RunLabel } from "./runs.ts";

export type RunPhase =
  /** Nothing trained yet, or reset. */
  | "idle"
  /** Run was pressed before the engine or the first images were there. */
  | "waiting"
  /** The engine was asked and has not measured anything yet. */
  | "starting"
  | "running"
  | "pausing"
  | "paused"
  | "done"
  | "failed";

export interface RunState {
  id: string;
  phase: RunPhase;
  /** Null until something was trained. */
  label: RunLabel | null;
  metrics: Metrics | null;
  /** Those in force when it was last measured: what is changed afterwards has not been trained with. */
  settings: Settings | null;
  evaluation: Evaluation | null;
  epochs: readonly EpochSummary[];
  history: History;
  /** Copied from the history, so that a change of it is a change of the state. */
  historyVersion: number;
  /** Where it goes on from a checkpoint, and until it does: how many epochs are left. */
  epochsLeft: number | null;
}

export type EnginePhase = "loading" | "ready" | "stopped";

export interface DataState {
  phase: "loading" | "ready" | "failed";
  /** Compressed bytes. */
  loaded: number;
  bytes: number;
  images: { [S in Split]: number };
  totals: { [S in Split]: number };
  /** What the user's files hold; null while the images are MNIST's. */
  own: DataFacts | null;
  /** What the classes of the user's files are called, from 0; empty where that is not known. */
  names: readonly string[];
}

/** An image of the test set. */
export interface Sample {
  pixels: Uint8Array;
  label: number;
  index: number;
}

export type Notice =
  | { code: "data_failed"; error: ReceptiveError }
  | { code: "files_refused"; error: ReceptiveError }
  | { code: "files_loaded"; train: number; test: number; own: DataFacts | null }
  | { code: "diverged"; error: ReceptiveError; learningRate: number }
  | { code: "guessing" }
  | { code: "device_lost"; error: ReceptiveError; step: number; backend: "webgpu" | "cpu" }
  | { code: "fresh_weights"; backend: "webgpu" | "cpu" }
  | { code: "silent"; error: ReceptiveError }
  | { code: "crashed"; error: ReceptiveError }
  | { code: "refused"; error: ReceptiveError }
  /** The address does not say a network that can be read; what is shown is another. */
  | { code: "link_refused"; error: ReceptiveError; title: string }
  /** A run from before a reload, or from a file, stands where it stood. */
  | { code: "went_on"; name: string; step: number; elsewhere?: boolean }
  /** A reset run is in the list, and can be gone on with. */
  | { code: "run_kept"; key: string; name: string; step: number }
  /** A network came with settings of its own, which took the place of those that a person had chosen. */
  | { code: "settings_came"; title: string; mine: Partial<Settings> }
  /** A new run stands where another one stood at that step. */
  | { code: "copied_run"; source: string; name: string; step: number }
  /** Weights of another program or network: how many tensors were of use, how many of this one are drawn anew, and what was taken off their names. */
  | { code: "weights_taken"; kept: number; fresh: number; takenOff: readonly string[]; otherData: boolean }
  /** Weights that came in with values which are no finite numbers. */
  | { code: "weights_not_finite"; tensors: readonly NotFinite[] }
  | { code: "not_stored"; full: boolean }
  /** A file was handed to the browser in a frame that may not be allowed to save it, or is not. */
  | { code: "frame_saves"; name: string; blocked: boolean; byHand: ByHand | null }
  /** A part of the page did not load, or failed. */
  | { code: "page_failed"; error: ReceptiveError };

export type NoticeCode = Notice["code"];

/** What a screen reader is told: one sentence for what happened, never a stream. */
export type Announcement =
  | { code: "started" }
  | { code: "paused"; step: number }
  | { code: "epoch"; summary: EpochSummary }
  | { code: "done" }
  | { code: "reset" };

/** What the stage shows: the name of the feature that has the tab. */
export type View = string;
/** What it shows at first. */
export const FIRST_VIEW: View = "training";

export type Shareable = "link" | "embed" | "embed_view" | "json";
/** A text that is shown to be copied by hand, since the browser or the frame around the page keeps it from going the usual way. */
export interface ByHand {
  what: Shareable | "svg" | "address";
  text: string;
  /** What the page may not do: write to the clipboard, save files, open a tab. */
  lacks: "clipboard" | "downloads" | "popups";
}

export interface Preferences {
  language: Language;
  theme: Theme;
  /** Single-key shortcuts can be turned off (WCAG 2.1.4). */
  shortcuts: boolean;
}

/** What the page has without its features. */
export interface BaseState {
  preferences: Preferences;
  engine: { phase: EnginePhase; loaded: number; total: number };
  data: DataState;
  presets: readonly Preset[];
  /** The network as it is edited. */
  document: NetworkDocument | null;
  selection: Selection | null;
  view: View;
  /** The network as it was compiled last: what trains and answers. */
  network: { title: string; spec: Spec; description: NetworkDescription } | null;
  /** `preparing`: pipelines compiled while it is switching; `workers`: how many are wanted; `asked`: how many when the network was compiled; `sharing`: how many share its batches. */
  backend: {
    choice: BackendChoice;
    status: BackendStatus | null;
    switching: boolean;
    preparing: { done: number; total: number } | null;
    workers: number;
    asked: number;
    sharing: number;
  };
  settings: { applied: Settings; edited: Settings } | null;
  run: RunState;
  /** Those before it, the oldest first. */
  runs: readonly PastRun[];
  /** Keys of runs whose curves are not drawn. */
  hidden: ReadonlySet<string>;
  /** Key of the run that the others are compared with; null where none was chosen. */
  baseline: string | null;
  /** Runs that can be gone on from, and the step each would go on from. */
  checkpoints: ReadonlyMap<string, number>;
  /** What was last copied, or is shown to be copied by hand. */
  shared: { copied: Shareable } | ByHand | null;
  /** At most one of a code, the newest last. */
  notices: readonly Notice[];
  announcement: Announcement | null;
}

/** The features' slices. Each adds its own: `declare module "../../state.ts" { interface FeatureState { ... } }`. */
// biome-ignore lint/suspicious/noEmptyInterface: features fill it.
export interface FeatureState {}

export interface AppState extends BaseState, FeatureState {}

export function freshRun(id: string): RunState {
  return {
    id,
    phase: "idle",
    label: null,
    metrics: null,
    settings: null,
    evaluation: null,
    epochs: [],
    history: new History(),
    historyVersion: 0,
    epochsLeft: null,
  };
}

export const NO_DATA: DataState = {
  phase: "loading",
  loaded: 0,
  bytes: 0,
  images: { train: 0, test: 0 },
  totals: { train: 0, test: 0 },
  own: null,
  names: [],
};

/** `slices` are those of the features, as at first. */
export function initialState(preferences: Preferences, choice: BackendChoice, slices: FeatureState, workers = 1): AppState {
  const base: BaseState = {
    preferences,
    engine: { phase: "loading", loaded: 0, total: 0 },
    data: NO_DATA,
    presets: [],
    document: null,
    selection: null,
    view: FIRST_VIEW,
    network: null,
    backend: { choice, status: null, switching: false, preparing: null, workers, asked: workers, sharing: 1 },
    settings: null,
    run: freshRun("run-0"),
    runs: [],
    hidden: new Set(),
    baseline: null,
    checkpoints: new Map(),
    shared: null,
    notices: [],
    announcement: null,
  };
  return { ...base, ...slices };
}

export function withNotice(notices: readonly Notice[], notice: Notice): readonly Notice[] {
  return [...notices.filter(({ code }) => code !== notice.code), notice];
}

export function withoutNotices(notices: readonly Notice[], ...codes: NoticeCode[]): readonly Notice[] {
  return notices.some(({ code }) => codes.includes(code)) ? notices.filter(({ code }) => !codes.includes(code)) : notices;
}

/** Why the network as it is edited cannot be trained; null too where that is not known yet. */
export const problemOf = selector(({ document }: AppState): ReceptiveError | null => {
  if (!document?.examined) return null;
  const { network, error } = document.examination ?? {};
  return (error ?? network?.training_refused ?? null) as ReceptiveError | null;
});

/** The item of the specification that an error is about. */
export function problemPath({ document }: AppState, error: ReceptiveError): string | null {
  const { node, path } = error as { node?: unknown; path?: unknown };
  if (typeof path === "string") return path.startsWith("layers[") ? path : null;
  return document?.examination?.network?.nodes.find(({ name }) => name === node)?.path ?? null;
}

/** Whether the network says a class of every pixel, and not of the image. */
export const saysPixels = selector(({ network }: AppState): boolean => network?.spec.data === "cluttered_mnist");

/** Classes that the compiled network tells apart, of an image and not of its pixels. */
export const classesOf = selector(({ network }: AppState): number => {
  const data = network?.spec.data;
  return typeof data === "object" ? data.classes : 10;
});

/** Whether there is a run to speak of: one that has been trained. */
export const hasRuns = selector(({ run, runs }: AppState): boolean => run.label !== null || runs.length > 0);

/** Test images that are there. */
export const testImagesOf = selector(({ data }: AppState): number => data.images.test);
/** Whether what the page begins with is there: the first test images, or the news that none will come. */
export const hasBegun = selector(({ data }: AppState): boolean => data.phase !== "loading" || data.images.test > 0);

/** Whether the compiled network has been trained by a step. */
export const isTrained = selector(({ run }: AppState): boolean => run.metrics !== null);
export const runIdOf = selector(({ run }: AppState): string => run.id);
export const labelOf = selector(({ run }: AppState): RunLabel | null => run.label);
export const evaluationOf = selector(({ run }: AppState): Evaluation | null => run.evaluation);

/** Whether pressing Run would pause. */
export function isActive(phase: RunPhase): boolean {
  return phase === "waiting" || phase === "starting" || phase === "running";
}
