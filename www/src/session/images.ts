/** The images that are trained on: MNIST, or files of one's own. */
import { ReceptiveFailure } from "../engine/errors.ts";
import type { LoadFiles } from "../engine/idx-files.ts";
import type { Page } from "../page/page.ts";

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

  /** @returns whether the engine took them. */
  async take(files: LoadFiles): Promise<boolean> {
    return (await import("./own-images.ts")).takeFiles(this.#page, files);
  }
}

/** For {@link Page.the}. */
export const images = (page: Page): Images => new Images(page);
