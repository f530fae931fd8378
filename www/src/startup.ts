/** What comes into the page: from the address, from storage, from files. */

import type { Named } from "./address.ts";
import { firstNetwork, networkOf } from "./address.ts";
import { compilable, newDocument, replaced } from "./document.ts";
import { toReceptiveError } from "./errors.ts";
import { read } from "./files.ts";
import type { Host } from "./host.ts";
import type { LoadFiles as Images } from "./lib/idx-files.ts";
import type { Address } from "./lib/link.ts";
import { sameContent } from "./lib/link.ts";
import type { Recalled } from "./lib/saved.ts";
import type { Settings } from "./lib/settings.ts";
import { settingsOf, withSettings } from "./lib/settings.ts";
import type { Persistence } from "./persistence.ts";
import type { PastRun } from "./runs.ts";
import { newLabel, unsaved } from "./runs.ts";
import type { AppState } from "./state.ts";

/** How a page begins. */
export interface Beginning {
  changes: Partial<AppState>;
  /** The run that was in front when the page was left. */
  front: PastRun | null;
  /** Whether that run takes its place again; otherwise it is in the list. */
  goesOn: boolean;
}

/** What was left here, unless a link names another network; `named` is the link's, `first` what there is without any of both. */
export function beginning(before: Recalled | null, named: Named | null, first: Named, { view, selection, looking }: Address): Beginning {
  const left = before && {
    ...newDocument(before.document),
    present: { title: before.document.title, spec: before.document.spec, settings: before.document.settings },
  };
  // A link to another network: what was left here can be had back by undoing.
  const isOther =
    left !== null &&
    named !== null &&
    !sameContent(compilable(left, left.present.settings), withSettings(named.spec, settingsOf(named.spec)));
  const document = left ? (isOther ? replaced(left, first, left.present.settings) : left) : newDocument(first);
  const { settings } = document.present;
  const runs = before ? before.document.runs.flatMap((key) => before.runs.filter((run) => run.key === key).map(unsaved)) : [];
  const saved = before?.runs.find(({ key }) => key === before.document.current);
  const front = saved ? unsaved(saved) : null;
  const goesOn = front !== null && !isOther && before?.checkpoints.has(front.key) === true;
  const changes = {
    document,
    settings: { applied: settings, edited: settings },
    runs: front && !goesOn ? [...runs, front] : runs,
    // Curves of another network would stand for nothing here until they are asked for.
    hidden: new Set(isOther ? before?.runs.map(({ key }) => key) : before?.document.hidden),
    checkpoints: before?.checkpoints ?? new Map<string, number>(),
    view,
    selection,
    looking,
  };
  return { changes, front, goesOn };
}

/** Of a run that has not seen an image. */
const NO_STEPS: PastRun["metrics"] = {
  step: 0,
  epoch: 0,
  epochs: 0,
  images_seen: 0,
  images_in_use: 0,
  images_total: 0,
  loss: 0,
  top1: 0,
  top5: 0,
  images_per_second: 0,
  seconds: 0,
  progress: 0,
  seconds_left: null,
  learning_rate: 0,
  speed_up: null,
};

/** Takes images and labels. @returns whether the engine took them. */
type LoadImages = (files: Images) => Promise<boolean>;

export class Startup {
  readonly #host: Host;
  readonly #loadImages: LoadImages;

  constructor(host: Host, loadImages: LoadImages) {
    this.#host = host;
    this.#loadImages = loadImages;
  }

  /** The address is another one, by hand or by back and forward. */
  async follow(address: Address): Promise<void> {
    const host = this.#host;
    host.set({ view: address.view, selection: address.selection, looking: address.looking });
    try {
      const named = (await networkOf(address, location.search, host.state.presets, host.specs)) ?? firstNetwork(host.state.presets);
      const { document, settings } = host.state;
      if (!named || !document || !settings) return;
      const wanted = withSettings(named.spec, settingsOf(named.spec));
      const isAt = (version: { spec: Named["spec"]; settings: Settings } | undefined): boolean =>
        version !== undefined && sameContent(withSettings(version.spec, version.settings), wanted);
      if (isAt({ spec: document.present.spec, settings: settings.edited })) return;
      if (isAt(document.past.at(-1))) return host.handle({ type: "undo" });
      if (isAt(document.future[0])) return host.handle({ type: "redo" });
      host.handle({ type: "open_network", ...named });
    } catch (thrown) {
      host.notify({
        code: "link_refused",
        error: toReceptiveError(thrown, "engine_failed"),
        title: host.state.document?.present.title ?? "",
      });
    }
  }

  /** Networks, runs, MNIST's own files, several at once: each for what it is. @returns whether other weights are there now. */
  async files(files: readonly File[], persistence: Persistence | null): Promise<boolean> {
    const host = this.#host;
    try {
      const { images, networks, runs } = await read(files, host.specs);
      host.dismiss("files_refused");
      if (images && !(await this.#loadImages(images))) return false;
      for (const network of networks) host.handle({ type: "open_network", ...network });
      let restored = false;
      for (const { run: saved, bytes } of runs) {
        const run = saved ? unsaved(saved) : this.#untrained();
        // The run and the network that are here make way only for one that the engine has taken.
        if (!run || !persistence || !(await persistence.restore(run, bytes, null))) continue;
        if (saved) this.version(run);
        if (saved) this.tellStep();
        restored = true;
      }
      return restored;
    } catch (thrown) {
      host.notify({ code: "files_refused", error: toReceptiveError(thrown, "engine_failed") });
      return false;
    }
  }

  /** The network that a run has trained, where another one is open. */
  version({ title, spec }: PastRun): void {
    const { document, settings } = this.#host.state;
    if (document && settings && sameContent(compilable(document, settings.edited), spec)) return;
    this.#host.handle({ type: "open_network", title, spec });
  }

  /** Says of which run and step the one in front is a copy. */
  tellCopy(source: string): void {
    const { label, metrics } = this.#host.state.run;
    if (label && metrics) this.#host.notify({ code: "copied_run", source, name: label.name, step: metrics.step });
  }

  /** Says which step a run goes on from. */
  tellStep(elsewhere = false): void {
    const { label, metrics } = this.#host.state.run;
    if (label && metrics) this.#host.notify({ code: "went_on", name: label.name, step: metrics.step, elsewhere });
  }

  /** What weights of another program are for: the network as it stands. */
  #untrained(): PastRun | null {
    const { document, settings, run } = this.#host.state;
    if (!document || !settings) return null;
    const { title } = document.present;
    return {
      ...newLabel(this.#host.state),
      title,
      spec: compilable(document, settings.edited),
      history: run.history,
      epochs: [],
      metrics: NO_STEPS,
      evaluation: null,
    };
  }
}
