/** What comes into the page: from the address, from storage, from files. */

import { toReceptiveError } from "../engine/errors.ts";
import { sameContent } from "../lib/same-content.ts";
import type { Recalled } from "../model/records.ts";
import type { PastRun } from "../model/runs.ts";
import { newLabel, unsaved } from "../model/runs.ts";
import type { AppState } from "../model/state.ts";
import type { Feature } from "../page/feature.ts";
import type { Page } from "../page/page.ts";
import { readParameters, viewNamed } from "../page/registry.ts";
import { compilable, newDocument, replaced } from "../spec/document.ts";
import type { Settings } from "../spec/settings.ts";
import { settingsOf, withSettings } from "../spec/settings.ts";
import type { Named } from "./address.ts";
import { firstNetwork, networkOf } from "./address.ts";
import type { OpenedModel } from "./files.ts";
import { images } from "./images.ts";
import type { Address } from "./link.ts";
import type { Persistence } from "./persistence.ts";

/** How a page begins. */
export interface Beginning {
  changes: Partial<AppState>;
  /** The run that was in front when the page was left. */
  front: PastRun | null;
  /** Whether that run takes its place again; otherwise it is in the list. */
  goesOn: boolean;
}

/** Where on the page an address leads: its view, its selection, and what features have there. */
export function placeOf(features: readonly Feature[], { view, selection, fields }: Address): Partial<AppState> {
  return { view: viewNamed(features, view), selection, ...readParameters(features, fields) };
}

/** What was left here, unless a link names another network; `named` is the link's, `first` what there is without any of both. */
export function beginning(before: Recalled | null, named: Named | null, first: Named): Beginning {
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
    baseline: before?.document.baseline ?? null,
    checkpoints: before?.checkpoints ?? new Map<string, number>(),
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

export class Startup {
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  /** The address is another one, by hand or by back and forward. */
  async follow(address: Address): Promise<void> {
    const page = this.#page;
    page.set(placeOf(page.features, address));
    try {
      const named = (await networkOf(page, address)) ?? firstNetwork(page.state.presets);
      const { document, settings } = page.state;
      if (!named || !document || !settings) return;
      const wanted = withSettings(named.spec, settingsOf(named.spec));
      const isAt = (version: { spec: Named["spec"]; settings: Settings } | undefined): boolean =>
        version !== undefined && sameContent(withSettings(version.spec, version.settings), wanted);
      if (isAt({ spec: document.present.spec, settings: settings.edited })) return;
      if (isAt(document.past.at(-1))) return void page.handle({ type: "undo" });
      if (isAt(document.future[0])) return void page.handle({ type: "redo" });
      page.handle({ type: "open_network", ...named });
    } catch (thrown) {
      page.notify({
        code: "link_refused",
        error: toReceptiveError(thrown, "engine_failed"),
        title: page.state.document?.present.title ?? "",
      });
    }
  }

  /** Networks, runs, MNIST's own files, several at once: each for what it is. @returns whether other weights are there now. */
  async files(files: readonly File[], persistence: Persistence | null): Promise<boolean> {
    const page = this.#page;
    try {
      const { read } = await import("./files.ts");
      const { images: own, networks, runs, models } = await read(files, page.specs);
      page.dismiss("files_refused");
      if (own && !(await page.the(images).take(own))) return false;
      for (const network of networks) page.handle({ type: "open_network", ...network });
      let restored = false;
      for (const { run: saved, bytes } of runs) {
        const run = saved ? unsaved(saved) : this.#untrained();
        // The run and the network that are here make way only for one that the engine has taken.
        if (!run || !persistence || !(await persistence.restore(run, bytes, null))) continue;
        if (saved) this.version(run);
        if (saved) this.tellStep();
        restored = true;
      }
      for (const model of models) restored = (await this.#model(model, persistence)) || restored;
      return restored;
    } catch (thrown) {
      page.notify({ code: "files_refused", error: toReceptiveError(thrown, "engine_failed") });
      return false;
    }
  }

  /** A network with its weights; both make way only for what the engine has taken. @returns whether other weights are there now. */
  async #model({ title, spec, weights, report }: OpenedModel, persistence: Persistence | null): Promise<boolean> {
    const page = this.#page;
    const run = this.#untrained();
    const { settings } = page.state;
    // Of training an export says nothing, or what it was trained with: then that comes along.
    const trained = settings && !spec.training ? withSettings(spec, settings.edited) : spec;
    const own = run && { ...run, title, spec: trained, metrics: { ...run.metrics, epochs: settingsOf(trained).epochs } };
    const taken = weights !== null && own !== null && persistence !== null;
    if (taken && !(await persistence.restore(own, weights, null))) return false;
    if (taken) this.version(own);
    else page.handle({ type: "open_network", title, spec: trained });
    page.handle({ type: "tell_import", report });
    return taken;
  }

  /** The network that a run has trained, where another one is open. */
  version({ title, spec }: PastRun): void {
    const { document, settings } = this.#page.state;
    if (document && settings && sameContent(compilable(document, settings.edited), spec)) return;
    this.#page.handle({ type: "open_network", title, spec });
  }

  /** Says of which run and step the one in front is a copy. */
  tellCopy(source: string): void {
    const { label, metrics } = this.#page.state.run;
    if (label && metrics) this.#page.notify({ code: "copied_run", source, name: label.name, step: metrics.step });
  }

  /** Says which step a run goes on from. */
  tellStep(elsewhere = false): void {
    const { label, metrics } = this.#page.state.run;
    if (label && metrics) this.#page.notify({ code: "went_on", name: label.name, step: metrics.step, elsewhere });
  }

  /** What weights of another program are for: the network as it stands. */
  #untrained(): PastRun | null {
    const { document, settings, run } = this.#page.state;
    if (!document || !settings) return null;
    const { title } = document.present;
    return {
      ...newLabel(this.#page.state),
      title,
      spec: compilable(document, settings.edited),
      history: run.history,
      epochs: [],
      metrics: { ...NO_STEPS, epochs: settings.edited.epochs, learning_rate: settings.edited.learning_rate },
      evaluation: null,
    };
  }
}

/** For {@link Page.the}. */
export const startup = (page: Page): Startup => new Startup(page);
