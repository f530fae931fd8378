/** The address bar and the page's state, each following the other. Back and forward go between networks and views; edits stay in one entry. */

import { ReceptiveFailure } from "../engine/errors.ts";
import type { Preset, Spec } from "../engine/protocol.ts";
import { sameContent } from "../lib/same-content.ts";
import type { AppState } from "../model/state.ts";
import { FIRST_VIEW } from "../model/state.ts";
import type { Page } from "../page/page.ts";
import { parameterNames, writeParameters } from "../page/registry.ts";
import { compilable, newDocument } from "../spec/document.ts";
import { settingsOf } from "../spec/settings.ts";
import { wholeSpec } from "../spec/whole-spec.ts";
import type { Address } from "./link.ts";
import { decode, encode, isAddress, parseAddress, writeAddress } from "./link.ts";

/** From an edit to its way into the address. */
const SETTLE_MS = 300;

/** A network as the address names it. */
export interface Named {
  title: string;
  spec: Spec;
}

/** What a page without a network in its address shows. */
const FIRST = "lenet5";

const presetOf = (presets: readonly Preset[], name: string | null): Preset | undefined => presets.find((preset) => preset.name === name);

/** As it would be compiled without any change. */
const asOpened = (preset: Preset): Spec => compilable(newDocument(preset), settingsOf(preset.spec));

/** The network a link names, null where it names none. @throws ReceptiveFailure for a link that is damaged or from another version. */
export async function networkOf({ state: { presets }, specs, environment }: Page, { code, preset }: Address): Promise<Named | null> {
  if (code !== null) {
    const spec = wholeSpec(await specs.request("lengthen", { short: await decode(code) }));
    const known = presets.find((one) => sameContent(asOpened(one), spec));
    return { title: known?.title ?? spec.name ?? "network", spec: known?.spec ?? spec };
  }
  const named = preset ?? new URLSearchParams(environment.address.search).get("preset");
  const found = presetOf(presets, named) ?? null;
  if (named !== null && !found) throw new ReceptiveFailure({ kind: "bad_link", message: `there is no preset ${named}`, reason: "preset" });
  return found;
}

/** The page's own network where nothing else is said. */
export const firstNetwork = (presets: readonly Preset[]): Preset | null => presetOf(presets, FIRST) ?? presets[0] ?? null;

/** The hash for a state. @throws ReceptiveFailure where the engine cannot shorten the network, as one with a mistake in it that is no shape's. */
export async function hashOf(page: Page, state: AppState = page.store.snapshot): Promise<string> {
  const { specs, environment, features } = page;
  const { document, settings, presets, view, selection } = state;
  if (!document || !settings) return "";
  const spec = compilable(document, settings.edited);
  const preset = presets.find((one) => sameContent(asOpened(one), spec)) ?? null;
  const plain = presetOf(presets, new URLSearchParams(environment.address.search).get("preset")) ?? firstNetwork(presets);
  const code = preset ? null : await encode(await specs.request("shorten", { spec }));
  return writeAddress({
    code,
    preset: preset === plain ? null : (preset?.name ?? null),
    view: view === FIRST_VIEW ? null : view,
    selection,
    parameters: writeParameters(features, state),
  });
}

export class AddressBar {
  readonly #page: Page;
  readonly #follow: (address: Address) => Promise<void>;
  readonly #names: readonly string[];
  #before: AppState | null = null;
  #cancel = (): void => undefined;
  #queue: Promise<void> = Promise.resolve();
  /** Counts what was written, so that what a person asked for meanwhile is not written over. */
  #visit = 0;
  /** The state is on its way to where the address already is. */
  #following = false;

  constructor(page: Page, follow: (address: Address) => Promise<void>) {
    this.#page = page;
    this.#follow = follow;
    this.#names = parameterNames(page.features);
    const { address, visibility } = page.environment;
    address.onVisit(() => {
      if (!isAddress(address.hash, this.#names)) return;
      const visit = ++this.#visit;
      this.#cancel();
      this.#following = true;
      void this.#follow(parseAddress(address.hash)).finally(() => {
        if (visit === this.#visit) this.#following = false;
      });
    });
    visibility.onLeave(() => this.#flush());
    page.store.subscribe((state) => this.#changed(state));
  }

  /** The state is another one; it is written when it has something that is in the address. */
  #changed(state: AppState): void {
    const before = this.#before;
    if (!state.document || !state.settings || !state.network) return;
    this.#before = state;
    if (this.#following) return;
    if (!before) return this.#write(state, false);
    const same =
      (["document", "view", "selection"] as const).every((part) => state[part] === before[part]) &&
      state.settings.edited === before.settings?.edited &&
      sameContent(writeParameters(this.#page.features, state), writeParameters(this.#page.features, before));
    if (same) return;
    const opened = state.view !== before.view || state.document.present.title !== before.document?.present.title;
    if (!opened) {
      this.#cancel();
      this.#cancel = this.#page.environment.clock.after(SETTLE_MS, () => this.#write(state, false));
      return;
    }
    // What is still on its way belongs to the entry that is left.
    this.#cancel();
    this.#write(before, false);
    this.#write(state, true);
  }

  #flush(): void {
    if (this.#before && !this.#following) this.#write(this.#before, false);
  }

  #write(state: AppState, push: boolean): void {
    const visit = this.#visit;
    const { address } = this.#page.environment;
    this.#queue = this.#queue.then(async () => {
      try {
        const hash = await hashOf(this.#page, state);
        if (visit !== this.#visit || hash === address.hash || !isAddress(address.hash, this.#names)) return;
        const { pathname, search } = new URL(address.href);
        const text = hash === "" ? `${pathname}${search}` : hash;
        if (push) address.push(text);
        else address.replace(text);
      } catch {
        // A network in the making that cannot be shortened, or a browser that counts entries: the address stays as it was.
      }
    });
  }
}
