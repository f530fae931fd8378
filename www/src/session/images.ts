/** The images that are trained on: MNIST, or files of one's own. */
import { ReceptiveFailure } from "../engine/errors.ts";
import type { LoadFiles } from "../engine/idx-files.ts";
import { withFrontKept } from "../model/runs.ts";
import { freshRun, NO_DATA } from "../model/state.ts";
import type { Page } from "../page/page.ts";
import { compiler } from "./compiler.ts";
import { editing } from "./editing.ts";
import { keeping } from "./keeping.ts";

export class Images {
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  async load(): Promise<void> {
    this.#page.dismiss("data_failed");
    this.#page.set({ data: { ...this.#page.state.data, phase: "loading" } });
    try {
      await this.#page.engine.request({ type: "load_data" });
      this.#page.set({ data: { ...this.#page.state.data, phase: "ready" } });
    } catch (thrown) {
      // `data_failed` or `crashed` has told it.
      if (!(thrown instanceof ReceptiveFailure)) throw thrown;
    }
  }

  /** Files that take their place, or make way for MNIST: what does it comes when it is asked for. It gets what is here, so that this stays one part. */
  async own(): Promise<import("./own-images.ts").OwnImages> {
    const page = this.#page;
    const [compiling, edited] = [page.the(compiler), page.the(editing)];
    const { OwnImages } = await import("./own-images.ts");
    return new OwnImages(page, {
      examine: () => edited.examine(),
      compile: () => compiling.compile(),
      cancel: () => compiling.cancel(),
      keep: async () => page.the(keeping).persistence?.keep(),
      none: () => ({ runs: withFrontKept(page.state), network: null, run: freshRun(compiling.nextRun()) }),
      load: () => this.load(),
      noData: NO_DATA,
    });
  }

  /** @returns whether the engine took them. */
  async take(files: LoadFiles): Promise<boolean> {
    return (await this.own()).take(files);
  }
}

/** For {@link Page.the}. */
export const images = (page: Page): Images => new Images(page);
