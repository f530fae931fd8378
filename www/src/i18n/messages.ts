/** Every text of the page, as a type: a language that lacks one does not compile. Texts with numbers are functions of the numbers. */
import type { ErrorKind, ErrorOf } from "../engine/errors.ts";
import type { BackendChoice, BackendStatus, EpochSummary, Init, Race } from "../engine/protocol.ts";
import type { Blame, LiveSetting } from "../lib/live-changes.ts";
import type { Theme } from "../lib/theme.ts";
import type { Owner } from "../model/on-show.ts";
import type { Field } from "../spec/fields.ts";
import type { FreshSetting, NumberSetting, ScheduleChoice } from "../spec/settings.ts";

export type ErrorTexts = { [K in ErrorKind]: (error: ErrorOf<K>) => string };

export interface Messages {
  page: {
    title: string;
    skip: string;
    skipToRun: string;
    openPage: string;
    language: string;
    theme: string;
    themes: { [T in Theme]: string };
    help: string;
    share: string;
    panes: { [P in "net" | "train" | "look" | "try"]: string };
    viewBar: string;
    inspector: string;
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
    totalParams: (params: number) => string;
    totalMacs: (macs: number) => string;
    columns: { layer: string; sees: string; output: string; params: string; macs: string };
    memory: (bytes: number, batch: number) => string;
    why: string;
    allOperators: string;
    trueSize: string;
    newTab: string;
    textLoading: string;
    textFailed: string;
    textRetry: string;
    waiting: string;
  };
  backend: {
    label: string;
    choices: { [C in Exclude<BackendChoice, "auto_software">]: string };
    hints: { [C in Exclude<BackendChoice, "auto_software">]: string };
    chip: (status: BackendStatus) => string;
    kernels: { [K in BackendStatus["kernels"]]: string };
    pending: string;
    running: (status: BackendStatus) => string;
    race: (race: Race) => string;
    adapter: (name: string) => string;
    freshStart: string;
  };
  settings: {
    possible: (field: Field) => string;
    title: string;
    live: string;
    fresh: string;
    names: { [S in NumberSetting | FreshSetting]: string };
    inits: { [I in Init]: string };
    schedules: { [S in ScheduleChoice]: string };
    rateNow: (rate: number) => string;
    allImages: (images: number) => string;
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
    trainNew: string;
    trainNewHint: (shown: string, run: string | null) => string;
    goOn: string;
    goOnHint: (title: string) => string;
    pauseIt: string;
    pauseHint: (title: string) => string;
    /** A network and the run that trained it; `edited`: the network on show is the same one, with changes. */
    owner: (owner: Owner) => string;
    /** What is said of another network than the one on show. */
    ofOwner: (owner: string, said: string) => string;
    resultsOf: (owner: string, shown: string) => string;
    answerOf: (owner: string) => string;
    stays: (run: string) => string;
    unfinished: string;
    step: string;
    stepHint: string;
    reset: string;
    resetHint: string;
    loadingEngine: string;
    loadingEngineShare: (share: number) => string;
    waitingForEngine: string;
    waitingForData: string;
    preparing: string;
    pipelines: (done: number, total: number) => string;
    ready: (epochs: number) => string;
    noEngine: string;
    mendFirst: string;
    showProblem: string;
    notFitting: (reason: string) => string;
    /** The shape that the network must end in, and the one it ends in. */
    notFinished: (needed: string, found: string) => string;
    notFinishedShort: string;
    onlyToLookAt: string;
    noData: string;
    pausing: string;
    paused: (step: number) => string;
    /** After so many epochs; Run trains so many more. */
    done: (epochs: number, more: number) => string;
    /** Where Run would not go on from there. */
    ended: (step: number) => string;
    failed: (step: number) => string;
    epoch: (epoch: number, epochs: number) => string;
    stepCount: (step: number) => string;
    rate: (imagesPerSecond: number) => string;
    workers: string;
    workersHint: string;
    workerCount: (count: number) => string;
    fewerWorkers: (sharing: number) => string;
    speedUp: (factor: number) => string;
    speedUpHint: string;
    left: (seconds: number) => string;
    using: (used: number, total: number) => string;
    loadingData: (loaded: number, bytes: number) => string;
    progress: string;
  };
  charts: {
    loss: string;
    accuracy: string;
    pixelAccuracy: string;
    iou: string;
    train: string;
    test: string;
    step: string;
    none: string;
    showTable: string;
    top5: string;
    smoothing: string;
    smoothingValue: (weight: number) => string;
    /** A place on the axis. */
    where: { [A in "steps" | "images" | "seconds"]: (at: number) => string };
    at: (where: string, train: string, test: string) => string;
    logScale: string;
    closeUp: string;
    axis: string;
    by: { [A in "steps" | "images" | "seconds"]: string };
    axes: { [A in "steps" | "images" | "seconds"]: string };
    testedAt: (step: number) => string;
    /** Short, beside a value. */
    atStep: (step: string) => string;
    /** A change of a setting, at its tick. */
    tick: { [S in LiveSetting]: (from: string, to: string) => string };
    /** The largest loss, which lies above the axis. */
    above: (loss: number) => string;
    empty: string;
    lossSummary: (train: number | null, test: number | null, step: number) => string;
    accuracySummary: (train: number | null, test: number | null, step: number) => string;
    iouSummary: (test: number | null, step: number) => string;
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
    picture: string;
    pictureHint: string;
    pictureFailed: string;
    pictureEmpty: string;
    number: string;
    numberShow: string;
    numberRange: (count: number) => string;
    preview: (size: string) => string;
    bars: string;
    empty: string;
    untrained: string;
    noAnswer: string;
    noClass: string;
    guess: (name: string, probability: number) => string;
    testDigit: (index: number, name: string) => string;
    right: string;
    wrong: string;
    /** Of networks that say a class of every pixel. */
    mask: {
      intro: string;
      picture: string;
      pictureLong: string;
      there: string;
      thereLong: (label: number) => string;
      said: string;
      legend: string;
      legendEmpty: string;
      pixels: (count: number) => string;
      nothing: string;
      noClass: (pixels: number) => string;
      guess: (digit: number, overlap: number) => string;
      otherClutter: string;
    };
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
    guessing: (classes: number) => string;
    guessingCauses: readonly string[];
    deviceLost: (step: number, backend: "webgpu" | "cpu") => string;
    freshWeights: (backend: "webgpu" | "cpu") => string;
    silent: string;
    crashed: string;
    refused: string;
    smallerBatch: (batch: number) => string;
    restartEngine: string;
    restartFromCheckpoint: string;
    linkRefused: (title: string) => string;
    wentOn: (name: string, step: number) => string;
    /** A run that is open in another tab, of which this one has a copy. */
    openElsewhere: (name: string, step: number) => string;
    trainCopy: string;
    settingsCame: (title: string, mine: readonly string[]) => string;
    keepMine: string;
    runKept: (name: string, step: number) => string;
    goBackToRun: string;
    copiedRun: (source: string, name: string, step: number) => string;
    /** A change of a setting that spoiled a run. */
    spoiled: (setting: string, blame: Blame) => string;
    backTo: (step: number) => string;
    afresh: (setting: string, value: string) => string;
    weightsTaken: (kept: number, fresh: number, takenOff: readonly string[], otherData: boolean) => string;
    weightsNotFinite: (tensors: string) => string;
    /** In a frame a file may not come. */
    frameSaves: (name: string) => string;
    frameMayLack: string;
    frameSavesNot: string;
    frameLacks: string;
    showText: string;
    openTab: string;
    pageFailed: string;
    reload: string;
    notStored: string;
    storageFull: string;
    saveToFile: string;
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
  errors: ErrorTexts;
}
