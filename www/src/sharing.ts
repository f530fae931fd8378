/** What leaves the page: links, snippets and specifications to the clipboard, networks and runs to files. */
import { hashOf } from "./address.ts";
import { compilable } from "./document.ts";
import { copy, fileName, frameSnippet, save } from "./files.ts";
import type { Host } from "./host.ts";
import type { Language } from "./i18n/messages.ts";
import { granted, isFramed, openTab } from "./lib/frame.ts";
import { lend } from "./lib/tab-name.ts";
import type { Persistence } from "./persistence.ts";
import type { ByHand, Shareable } from "./state.ts";

export class Sharing {
  readonly #host: Host;

  constructor(host: Host) {
    this.#host = host;
  }

  async copy(what: Shareable): Promise<void> {
    try {
      const { document, settings } = this.#host.state;
      if (!document || !settings) return;
      const text =
        what === "json"
          ? this.#json()
          : what === "link"
            ? await this.#link()
            : frameSnippet(
                await this.#link(this.#host.state.preferences.language, what === "embed_view"),
                document.present.title,
                what === "embed_view" ? 480 : 640,
              );
      this.#host.set({ shared: (await copy(text)) ? { copied: what } : { what, text, lacks: "clipboard" } });
    } catch (thrown) {
      this.#host.refuse(thrown);
    }
  }

  saveNetwork(): void {
    const text = this.#json();
    const name = fileName(this.#host.state.document?.present.title ?? "", "json");
    this.#save(name, text, "application/json", { what: "json", text, lacks: "downloads" });
  }

  /** A diagram. */
  saveDrawing(name: string, svg: string): void {
    this.#save(fileName(name, "svg"), svg, "image/svg+xml", { what: "svg", text: svg, lacks: "downloads" });
  }

  async saveRun(persistence: Persistence | null): Promise<void> {
    const file = await persistence?.file();
    if (file) this.#save(fileName(file.name, "safetensors"), file.bytes as BlobPart, "application/octet-stream", null);
  }

  /** Browsers drop a download without a word where a frame's sandbox lacks the right: then `byHand` is shown, or what else can be done is said. */
  #save(name: string, content: BlobPart, type: string, byHand: ByHand | null): void {
    const may = granted("allow-downloads");
    if (may !== false) save(name, content, type);
    if (may === true || !isFramed()) return;
    if (may === false && byHand) this.#host.set({ shared: { ...byHand } });
    else this.#host.notify({ code: "frame_saves", name, blocked: may === false, byHand });
  }

  /** There files can be saved, and what the frame has stored is there, too, where the browser keeps both together. */
  async openTab(persistence: Persistence | null): Promise<void> {
    try {
      await persistence?.keep();
      const address = await this.#link();
      if (!lend(() => openTab(address))) this.#host.set({ shared: { what: "address", text: address, lacks: "popups" } });
    } catch (thrown) {
      this.#host.refuse(thrown);
    }
  }

  /** A course page is in one language; whoever follows a link may read another. */
  /** `only`: a page that shows the view on show, and nothing else of itself. */
  async #link(language: Language | null = null, only = false): Promise<string> {
    const address = new URL(location.href);
    if (only) address.searchParams.set("embed", "view");
    else address.searchParams.delete("embed");
    if (language) address.searchParams.set("lang", language);
    address.hash = await hashOf(this.#host.state, location.search, this.#host.specs);
    return address.href;
  }

  #json(): string {
    const { document, settings } = this.#host.state;
    return document && settings ? `${JSON.stringify(compilable(document, settings.edited), null, 2)}\n` : "";
  }
}
