/** What leaves the page: links, snippets and specifications to the clipboard, networks and runs to files. */

import { granted, isFramed, openTab } from "../../lib/frame.ts";
import type { Language } from "../../lib/language.ts";
import { copy, fileName, frameSnippet, save } from "../../lib/outgoing.ts";
import { lend } from "../../lib/tab-name.ts";
import type { ByHand, Shareable } from "../../model/state.ts";
import type { Actions } from "../../page/feature.ts";
import type { Page } from "../../page/page.ts";
import { hashOf } from "../../session/address.ts";
import { keeping } from "../../session/keeping.ts";
import { startup } from "../../session/startup.ts";
import { compilable } from "../../spec/document.ts";
import { settingsOf } from "../../spec/settings.ts";

class Sharing {
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  async copy(what: Shareable): Promise<void> {
    try {
      const { document, settings } = this.#page.state;
      if (!document || !settings) return;
      const text =
        what === "json"
          ? this.#json()
          : what === "link"
            ? await this.#link()
            : frameSnippet(
                await this.#link(this.#page.state.preferences.language, what === "embed_view"),
                document.present.title,
                what === "embed_view" ? 480 : 640,
              );
      this.#page.set({ shared: (await copy(text)) ? { copied: what } : { what, text, lacks: "clipboard" } });
    } catch (thrown) {
      this.#page.refuse(thrown);
    }
  }

  saveNetwork(): void {
    const text = this.#json();
    const name = fileName(this.#page.state.document?.present.title ?? "", "json");
    this.#save(name, text, "application/json", { what: "json", text, lacks: "downloads" });
  }

  /** A diagram. */
  saveDrawing(name: string, svg: string): void {
    this.#save(fileName(name, "svg"), svg, "image/svg+xml", { what: "svg", text: svg, lacks: "downloads" });
  }

  async saveRun(): Promise<void> {
    const file = await this.#page.the(keeping).persistence?.file();
    if (file) this.#save(fileName(file.name, "safetensors"), file.bytes as BlobPart, "application/octet-stream", null);
  }

  saveFile(name: string, content: Blob): void {
    this.#save(name, content, content.type, null);
  }

  async readRun(): Promise<Uint8Array | null> {
    try {
      return (await this.#page.the(keeping).persistence?.file())?.bytes ?? null;
    } catch (thrown) {
      this.#page.refuse(thrown);
      return null;
    }
  }

  /** Browsers drop a download without a word where a frame's sandbox lacks the right: then `byHand` is shown, or what else can be done is said. */
  #save(name: string, content: BlobPart, type: string, byHand: ByHand | null): void {
    const may = granted("allow-downloads");
    if (may !== false) save(name, content, type);
    if (may === true || !isFramed()) return;
    if (may === false && byHand) this.#page.set({ shared: { ...byHand } });
    else this.#page.notify({ code: "frame_saves", name, blocked: may === false, byHand });
  }

  /** There files can be saved, and what the frame has stored is there, too, where the browser keeps both together. */
  async openTab(): Promise<void> {
    try {
      await this.#page.the(keeping).persistence?.keep();
      const address = await this.#link();
      if (!lend(() => openTab(address))) this.#page.set({ shared: { what: "address", text: address, lacks: "popups" } });
    } catch (thrown) {
      this.#page.refuse(thrown);
    }
  }

  /** With all that it can say, for a dialog to choose from. */
  async address(own: boolean): Promise<string | null> {
    const { snapshot } = this.#page.store;
    const { document, settings } = snapshot;
    const brought = document && settings && { ...settings, edited: settingsOf(document.present.spec) };
    try {
      const address = new URL(this.#page.environment.address.href);
      address.hash = await hashOf(this.#page, own ? snapshot : { ...snapshot, settings: brought });
      return address.href;
    } catch {
      return null;
    }
  }

  /** A course page is in one language; whoever follows a link may read another. `only`: a page that shows the view on show, and nothing else of itself. */
  async #link(language: Language | null = null, only = false): Promise<string> {
    const address = new URL(this.#page.environment.address.href);
    if (only) address.searchParams.set("embed", "view");
    else address.searchParams.delete("embed");
    if (language) address.searchParams.set("lang", language);
    address.hash = await hashOf(this.#page);
    return address.href;
  }

  #json(): string {
    const { document, settings } = this.#page.state;
    return document && settings ? `${JSON.stringify(compilable(document, settings.edited), null, 2)}\n` : "";
  }
}

export function actions(page: Page): Actions {
  const sharing = new Sharing(page);
  async function openFiles(files: readonly File[]): Promise<void> {
    if (await page.the(startup).files(files, page.the(keeping).persistence)) page.emit("weights_changed");
  }

  return {
    open_files: ({ files }) => openFiles(files),
    copy: ({ what }) => sharing.copy(what),
    show_text: ({ byHand }) => page.set({ shared: { ...byHand } }),
    open_tab: () => sharing.openTab(),
    save_drawing: ({ name, svg }) => sharing.saveDrawing(name, svg),
    save_network: () => sharing.saveNetwork(),
    save_run: () => sharing.saveRun(),
    save_file: ({ name, content }) => sharing.saveFile(name, content),
    read_address: async ({ own, take }) => take(await sharing.address(own)),
    read_run: async ({ take }) => take(await sharing.readRun()),
  };
}
