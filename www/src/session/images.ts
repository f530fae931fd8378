/** The images that are trained on: MNIST, or files of one's own. */
import { ReceptiveFailure, toReceptiveError } from "../engine/errors.ts";
import type { LoadFiles } from "../engine/idx-files.ts";
import { withNotice, withoutNotices } from "../model/state.ts";
import type { Page } from "../page/page.ts";
import { compiler } from "./compiler.ts";

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
    try {
      const bytes = Object.values(files).map(({ bytes: { buffer } }) => buffer);
      const { train, test } = await this.#page.engine.request({ type: "load_files", ...files }, [...new Set(bytes)]);
      const images = { train, test };
      this.#page.set({ data: { ...this.#page.state.data, phase: "ready", images, totals: images } });
      this.#page.emit("images_replaced");
      // A network keeps the images it was compiled with.
      await this.#page.the(compiler).compile();
      this.#page.set({
        notices: withNotice(withoutNotices(this.#page.state.notices, "data_failed", "files_refused"), {
          code: "files_loaded",
          train,
          test,
        }),
      });
      return true;
    } catch (thrown) {
      const error = toReceptiveError(thrown, "engine_failed");
      if (error.kind !== "worker_stopped") this.#page.notify({ code: "files_refused", error });
      return false;
    }
  }
}

/** For {@link Page.the}. */
export const images = (page: Page): Images => new Images(page);
