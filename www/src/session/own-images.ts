/** Images of one's own take the place of those that are there, and make way for MNIST again. */
import type { ReceptiveError } from "../engine/errors.ts";
import type { LoadFiles } from "../engine/idx-files.ts";
import type { DataFacts } from "../engine/protocol.ts";
import type { AppState, DataState, NoticeCode } from "../model/state.ts";
import type { Page } from "../page/page.ts";

/** Letters of EMNIST in their order. */
const LETTERS = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZ"];

/** What the page's services do for it: handed in, so that they stay in the page's first part. */
export interface Services {
  examine(): Promise<void>;
  compile(): Promise<unknown>;
  /** What is being compiled counts no longer. */
  cancel(): void;
  /** A checkpoint of the run in front is kept. */
  keep(): Promise<unknown>;
  /** The state without a network, its run among those before. */
  none(): Pick<AppState, "runs" | "network" | "run">;
  /** MNIST is streamed in. */
  load(): Promise<void>;
  noData: DataState;
}

interface Loaded {
  train: number;
  test: number;
  facts: DataFacts | null;
}

export class OwnImages {
  readonly #page: Page;
  readonly #services: Services;

  constructor(page: Page, services: Services) {
    this.#page = page;
    this.#services = services;
  }

  /** @returns whether the engine took them. */
  take(files: LoadFiles): Promise<boolean> {
    const bytes = Object.values(files).map(({ bytes: { buffer } }) => buffer);
    const loaded = this.#page.engine.request({ type: "load_files", ...files }, [...new Set(bytes)]);
    return this.#attempt(loaded, []);
  }

  /** EMNIST's letters that are loaded are turned upright and counted from 0. @returns whether they are. */
  turnLetters(): Promise<boolean> {
    return this.#attempt(this.#page.engine.request({ type: "turn_letters" }), LETTERS);
  }

  /** MNIST takes the place of the files. */
  async useMnist(): Promise<void> {
    const page = this.#page;
    await this.#letGo();
    page.set({ data: this.#services.noData });
    page.dismiss("files_loaded", "files_refused", "refused");
    page.emit("images_replaced");
    const loading = this.#services.load();
    await this.#fit();
    await loading;
  }

  async #attempt(loading: Promise<Loaded>, names: readonly string[]): Promise<boolean> {
    try {
      await this.#took(await loading, names);
      return true;
    } catch (thrown) {
      const { error } = thrown as { error?: ReceptiveError };
      // What is no refusal is a mistake of the page's own.
      if (!error) throw thrown;
      if (error.kind !== "worker_stopped") this.#page.notify({ code: "files_refused", error });
      return false;
    }
  }

  async #took({ train, test, facts }: Loaded, names: readonly string[]): Promise<void> {
    const page = this.#page;
    const counts = { train, test };
    page.set({ data: { ...page.state.data, phase: "ready", images: counts, totals: counts, own: facts, names } });
    page.emit("images_replaced");
    const fits = await this.#fit();
    const old: readonly NoticeCode[] = ["data_failed", "files_refused"];
    page.dismiss(...old);
    page.notify({ code: "files_loaded", train, test, own: facts });
    // What the network needs to learn from them, or what the images need, is said there.
    if (facts?.letters || !fits) page.handle({ type: "open_dialog", name: "data" });
  }

  /**
   * The network as it is edited learns from the images that are there now, as a new run. Where it is for others there is none, since the one before
   * would answer about images that are no longer shown. @returns whether it is for these.
   */
  async #fit(): Promise<boolean> {
    await this.#services.examine();
    const refused = this.#page.state.document?.examination?.network?.training_refused as ReceptiveError | null | undefined;
    if (refused?.kind !== "other_data") {
      await this.#services.compile();
      return true;
    }
    await this.#letGo();
    return false;
  }

  /** There is no network, and the run in front is one of those before. */
  async #letGo(): Promise<void> {
    if (!this.#page.state.network) return;
    await this.#services.keep();
    this.#services.cancel();
    await this.#page.engine.request({ type: "dispose" });
    this.#page.set(this.#services.none());
    this.#page.emit("network_changed");
  }
}
