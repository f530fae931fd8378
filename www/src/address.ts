/** The address bar and the page's state, each following the other. Back and forward go between networks and views; edits stay in one entry. */
import { compilable, newDocument } from "./document.ts";
import { ReceptiveFailure } from "./errors.ts";
import type { Address } from "./lib/link.ts";
import { decode, encode, isAddress, parseAddress, sameContent, writeAddress } from "./lib/link.ts";
import { settingsOf } from "./lib/settings.ts";
import type { Preset, Spec } from "./protocol.ts";
import type { RequestClient } from "./request-client.ts";
import type { SpecReplies, SpecRequests } from "./spec-protocol.ts";
import type { AppState } from "./state.ts";

/** From an edit to its way into the address. */
const SETTLE_MS = 300;

/** A network as the address names it. */
export interface Named {
  title: string;
  spec: Spec;
}

type Specs = RequestClient<SpecRequests, SpecReplies>;

/** What a page without a network in its address shows. */
const FIRST = "lenet5";

const presetOf = (presets: readonly Preset[], name: string | null): Preset | undefined => presets.find((preset) => preset.name === name);

/** As it would be compiled without any change. */
const asOpened = (preset: Preset): Spec => compilable(newDocument(preset), settingsOf(preset.spec));

/** The network a link names, null where it names none. @throws ReceptiveFailure for a link that is damaged or from another version. */
export async function networkOf(
  { code, preset }: Address,
  search: string,
  presets: readonly Preset[],
  specs: Specs,
): Promise<Named | null> {
  if (code !== null) {
    const spec = await specs.request("lengthen", { short: await decode(code) });
    const known = presets.find((one) => sameContent(asOpened(one), spec));
    return { title: known?.title ?? spec.name ?? "network", spec: known?.spec ?? spec };
  }
  const named = preset ?? new URLSearchParams(search).get("preset");
  const found = presetOf(presets, named) ?? null;
  if (named !== null && !found) throw new ReceptiveFailure({ kind: "bad_link", message: `there is no preset ${named}`, reason: "preset" });
  return found;
}

/** The page's own network where nothing else is said. */
export const firstNetwork = (presets: readonly Preset[]): Preset | null => presetOf(presets, FIRST) ?? presets[0] ?? null;

/** The hash for a state. @throws ReceptiveFailure where the engine cannot shorten the network, as one with a mistake in it that is no shape's. */
export async function hashOf(
  { document, settings, presets, view, selection, looking }: AppState,
  search: string,
  specs: Specs,
): Promise<string> {
  if (!document || !settings) return "";
  const spec = compilable(document, settings.edited);
  const preset = presets.find((one) => sameContent(asOpened(one), spec)) ?? null;
  const plain = presetOf(presets, new URLSearchParams(search).get("preset")) ?? firstNetwork(presets);
  const code = preset ? null : await encode(await specs.request("shorten", { spec }));
  return writeAddress({ code, preset: preset === plain ? null : (preset?.name ?? null), view, selection, looking });
}

export class AddressBar {
  readonly #specs: Specs;
  readonly #follow: (address: Address) => Promise<void>;
  #before: AppState | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #queue: Promise<void> = Promise.resolve();
  /** Counts what was written, so that what a person asked for meanwhile is not written over. */
  #visit = 0;
  /** The state is on its way to where the address already is. */
  #following = false;

  constructor(specs: Specs, follow: (address: Address) => Promise<void>) {
    this.#specs = specs;
    this.#follow = follow;
    addEventListener("popstate", () => {
      if (!isAddress(location.hash)) return;
      const visit = ++this.#visit;
      clearTimeout(this.#timer);
      this.#following = true;
      void this.#follow(parseAddress(location.hash)).finally(() => {
        if (visit === this.#visit) this.#following = false;
      });
    });
    addEventListener("pagehide", () => this.#flush());
  }

  /** The state is another one; it is written when it has something that is in the address. */
  changed(state: AppState): void {
    const before = this.#before;
    if (!state.document || !state.settings || !state.network) return;
    this.#before = state;
    if (this.#following) return;
    if (!before) return this.#write(state, false);
    const same =
      (["document", "view", "selection", "looking"] as const).every((part) => state[part] === before[part]) &&
      state.settings.edited === before.settings?.edited;
    if (same) return;
    const opened = state.view !== before.view || state.document.present.title !== before.document?.present.title;
    if (!opened) {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#write(state, false), SETTLE_MS);
      return;
    }
    // What is still on its way belongs to the entry that is left.
    clearTimeout(this.#timer);
    this.#write(before, false);
    this.#write(state, true);
  }

  #flush(): void {
    if (this.#before && !this.#following) this.#write(this.#before, false);
  }

  #write(state: AppState, push: boolean): void {
    const visit = this.#visit;
    this.#queue = this.#queue.then(async () => {
      try {
        const hash = await hashOf(state, location.search, this.#specs);
        if (visit !== this.#visit || hash === location.hash || !isAddress(location.hash)) return;
        const address = hash === "" ? `${location.pathname}${location.search}` : hash;
        if (push) history.pushState(null, "", address);
        else history.replaceState(null, "", address);
      } catch {
        // A network in the making that cannot be shortened, or a browser that counts entries: the address stays as it was.
      }
    });
  }
}
