/** Wires the page's elements to the trainer: the only file that knows both. */
import "./translated.ts";
import { AddressBar } from "./address.ts";
import { Controller } from "./controller.ts";
import { createModuleWorker } from "./create-worker.ts";
import "./elements/receptive-app-define.ts";
import { onPageFailure } from "./failures.ts";
import type { Locale } from "./i18n/locale.ts";
import { firstLocale, loadLocale, pickLanguage } from "./i18n/locale.ts";
import { IntentEvent } from "./intent.ts";
import { isFramed, openTab } from "./lib/frame.ts";
import { parseAddress } from "./lib/link.ts";
import { recall, remember } from "./lib/storage.ts";
import { applyTheme, parseTheme } from "./lib/theme.ts";
import { wantedWorkers } from "./lib/workers.ts";
import type { BackendChoice } from "./protocol.ts";
import { RequestClient } from "./request-client.ts";
import type { SpecReplies, SpecRequests } from "./spec-protocol.ts";
import type { AppState, Preferences } from "./state.ts";
import { initialState } from "./state.ts";
import { TrainerClient } from "./trainer-client.ts";

const CHOICES: readonly BackendChoice[] = ["auto", "webgpu", "cpu", "webgpu_software", "auto_software"];

const wishes = new URLSearchParams(location.search);

function storedPreferences(): Preferences {
  return {
    language: pickLanguage([wishes.get("lang"), recall("language"), ...navigator.languages]),
    theme: parseTheme(wishes.get("theme") ?? recall("theme")),
    shortcuts: recall("shortcuts") !== "off",
  };
}

const app = document.querySelector("receptive-app");
if (!app) throw new Error("the page has no <receptive-app>");

let shown: Preferences | null = null;
let bar: AddressBar | null = null;

function speak(locale: Locale): void {
  // Another was chosen meanwhile.
  if (!app || locale.language !== shown?.language) return;
  app.locale = locale;
  document.documentElement.lang = locale.language;
  document.title = locale.text.page.title;
}

/** An address that names a language or a theme names the one in use. */
function name(wish: "lang" | "theme", value: string): void {
  const address = new URL(location.href);
  if (!address.searchParams.has(wish)) return;
  address.searchParams.set(wish, value);
  try {
    history.replaceState(history.state, "", address);
  } catch {
    // A sandboxed frame's address stays as its page wrote it.
  }
}

function show(state: AppState): void {
  const { preferences } = state;
  if (app && preferences !== shown) {
    if (shown && preferences.language !== shown.language) {
      void loadLocale(preferences.language).then(speak);
    }
    applyTheme(preferences.theme, document.documentElement);
    if (shown) {
      name("lang", preferences.language);
      name("theme", preferences.theme);
      // Only what was chosen here is remembered; a link's ?lang= is the link's.
      if (preferences.language !== shown.language) remember("language", preferences.language);
      if (preferences.theme !== shown.theme) remember("theme", preferences.theme);
      if (preferences.shortcuts !== shown.shortcuts) remember("shortcuts", preferences.shortcuts ? "on" : "off");
    }
    shown = preferences;
  }
  if (app) app.state = state;
  bar?.changed(state);
}

const choice = CHOICES.find((one) => one === wishes.get("backend")) ?? "auto";
const preferences = storedPreferences();
const first = await firstLocale(preferences.language);
app.locale = first;
app.replaceChildren();
show(initialState(preferences, choice, wantedWorkers(wishes.get("workers"))));
speak(first);

// Fetching and compiling the engine is the worker's work: the page is drawn and answers meanwhile.
const client = new TrainerClient(() => createModuleWorker(new URL("./trainer-worker.js", import.meta.url), "trainer"));
const specs = new RequestClient<SpecRequests, SpecReplies>(() =>
  createModuleWorker(new URL("./spec-worker.js", import.meta.url), "specifications"),
);
const controller = new Controller(client, specs, app.state, show, parseAddress(location.hash));
onPageFailure((reason) => controller.tellFailure(reason));
bar = new AddressBar(specs, (address) => controller.follow(address));
// A frame that may not open tabs drops such links without a word.
document.addEventListener("click", (event) => {
  const link = event.target instanceof Element ? event.target.closest<HTMLAnchorElement>("a[target=_blank]") : null;
  if (!link || event.defaultPrevented || !isFramed()) return;
  event.preventDefault();
  if (!openTab(link.href)) controller.handle({ type: "show_text", byHand: { what: "address", text: link.href, lacks: "popups" } });
});
app.addEventListener(IntentEvent.type, (event) => controller.handle(event.detail));
void controller.boot();
