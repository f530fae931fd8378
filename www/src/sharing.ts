/** What leaves the page: links, snippets and specifications to the clipboard, networks and runs to files. */
import { hashOf } from "./address.ts";
import { compilable } from "./document.ts";
import { copy, fileName, frameSnippet, save } from "./files.ts";
import type { Host } from "./host.ts";
import type { Language } from "./i18n/messages.ts";
import type { Keeper } from "./keeper.ts";
import type { Shareable } from "./state.ts";

export class Sharing {
  readonly #host: Host;

  constructor(host: Host) {
    this.#host = host;
  }

  async copy(what: Shareable): Promise<void> {
    try {
      const { document, settings } = this.#host.state;
      if (!document || !settings) return;
      const text = what === "json" ? this.#json() : what === "link" ? await this.#link() : frameSnippet(await this.#link(this.#host.state.preferences.language), document.present.title);
      const copied = await copy(text);
      this.#host.set({ shared: { what, text, copied } });
    } catch (thrown) {
      this.#host.refuse(thrown);
    }
  }

  saveNetwork(): void {
    save(fileName(this.#host.state.document?.present.title ?? "", "json"), this.#json(), "application/json");
  }

  async saveRun(keeper: Keeper | null): Promise<void> {
    const file = await keeper?.file();
    if (file) save(fileName(file.name, "safetensors"), file.bytes as BlobPart, "application/octet-stream");
  }

  /** A course page is in one language; whoever follows a link may read another. */
  async #link(language: Language | null = null): Promise<string> {
    const address = new URL(location.href);
    if (language) address.searchParams.set("lang", language);
    address.hash = await hashOf(this.#host.state, location.search, this.#host.specs);
    return address.href;
  }

  #json(): string {
    const { document, settings } = this.#host.state;
    return document && settings ? `${JSON.stringify(compilable(document, settings.edited), null, 2)}\n` : "";
  }
}
