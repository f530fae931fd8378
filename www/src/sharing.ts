/** What leaves the page: links, snippets and specifications to the clipboard, networks and runs to files. */
import { hashOf } from "./address.ts";
import { compilable } from "./document.ts";
import { copy, fileName, frameSnippet, save } from "./files.ts";
import type { Host } from "./host.ts";
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
      const text = what === "json" ? this.#json() : await this.#link();
      const content = what === "embed" ? frameSnippet(text, document.present.title) : text;
      const copied = await copy(content);
      this.#host.set({ shared: { what, text: content, copied } });
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

  async #link(): Promise<string> {
    return `${location.href.replace(/#.*$/su, "")}${await hashOf(this.#host.state, location.search, this.#host.specs)}`;
  }

  #json(): string {
    const { document, settings } = this.#host.state;
    return document && settings ? `${JSON.stringify(compilable(document, settings.edited), null, 2)}\n` : "";
  }
}
