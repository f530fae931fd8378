/** Every text of the page, as a type: a language that lacks one does not compile. Texts with numbers are functions of the numbers. */
import type { ErrorKind, ErrorOf } from "../errors.ts";
import type { NumberSetting } from "../lib/settings.ts";
import type { Theme } from "../lib/theme.ts";
import type { BackendChoice, BackendStatus, EpochSummary, Init } from "../protocol.ts";

export type Language = "ru" | "en";

export type ErrorTexts = { [K in ErrorKind]: (error: ErrorOf<K>) => string };

export interface Messages {
  page: {
    title: string;
    skip: string;
    language: string;
    theme: string;
    themes: { [T in Theme]: string };
    help: string;
    panes: { [P in "net" | "train" | "try"]: string };
    paneBar: string;
    settings: string;
    close: string;
  };
  network: {
    title: string;
    layer: string;
    output: string;
    field: string;
    params: string;
    macs: string;
    input: string;
    sees: (field: string) => string;
    macCount: (count: string) => string;
    totals: (params: number, macs: number) => string;
    memory: (bytes: number, batch: number) => string;
    ops: { [op: string]: string };
    waiting: string;
  };
  backend: {
    label: string;
    choices: { [C in BackendChoice]: string };
    hints: { [C in BackendChoice]: string };
    chip: (status: BackendStatus) => string;
    kernels: { [K in BackendStatus["kernels"]]: string };
    pending: string;
    running: (status: BackendStatus) => string;
    adapter: (name: string) => string;
    freshStart: string;
  };
  settings: {
    title: string;
    live: string;
    fresh: string;
    names: { [S in NumberSetting]: string };
    init: string;
    inits: { [I in Init]: string };
    range: (least: number, most: number, whole: boolean) => string;
    pending: (names: readonly string[]) => string;
    apply: string;
    nextRun: string;
  };
  run: {
    controls: string;
    run: string;
    pause: string;
    resume: string;
    step: string;
    stepHint: string;
    reset: string;
    resetHint: string;
    loadingEngine: string;
    loadingEngineShare: (share: number) => string;
    waitingForEngine: string;
    waitingForData: string;
    preparing: string;
    preparingShaders: string;
    ready: (epochs: number) => string;
    noEngine: string;
    noData: string;
    pausing: string;
    paused: (step: number) => string;
    done: (step: number) => string;
    failed: (step: number) => string;
    epoch: (epoch: number, epochs: number) => string;
    stepCount: (step: number) => string;
    rate: (imagesPerSecond: number) => string;
    left: (seconds: number) => string;
    using: (used: number, total: number) => string;
    loadingData: (loaded: number, bytes: number) => string;
    progress: string;
  };
  charts: {
    loss: string;
    accuracy: string;
    train: string;
    test: string;
    step: string;
    none: string;
    showTable: string;
    showChart: string;
    smoothing: string;
    logScale: string;
    closeUp: string;
    empty: string;
    lossSummary: (train: number | null, test: number | null, step: number) => string;
    accuracySummary: (train: number | null, test: number | null, step: number) => string;
  };
  trying: {
    title: string;
    intro: string;
    pad: string;
    padHint: string;
    padKeys: string;
    brush: string;
    clear: string;
    random: string;
    preview: string;
    bars: string;
    empty: string;
    untrained: string;
    noAnswer: string;
    guess: (digit: number, probability: number) => string;
    testDigit: (index: number, label: number) => string;
    right: string;
    wrong: string;
  };
  notices: {
    region: string;
    dismiss: string;
    dataFailed: string;
    filesRefused: string;
    filesLoaded: (train: number, test: number) => string;
    retry: string;
    chooseFiles: string;
    diverged: string;
    lowerRate: (rate: string) => string;
    guessing: string;
    guessingCauses: readonly string[];
    deviceLost: (step: number, backend: "webgpu" | "cpu") => string;
    freshWeights: (backend: "webgpu" | "cpu") => string;
    silent: string;
    crashed: string;
    refused: string;
    restartEngine: string;
    copyReport: string;
    copied: string;
    report: string;
  };
  announce: {
    epoch: (summary: EpochSummary) => string;
    started: string;
    paused: (step: number) => string;
    done: string;
    reset: string;
  };
  help: {
    title: string;
    intro: readonly string[];
    keysTitle: string;
    keys: readonly { keys: string; action: string }[];
    shortcuts: string;
    dataTitle: string;
    data: string;
    ownFiles: string;
    chooseFiles: string;
  };
  errors: ErrorTexts;
}
