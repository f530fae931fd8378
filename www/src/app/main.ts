/** Wires the page's elements to the workers: the only file that knows both. */
import "../ui/translated.ts";
import features from "receptive:features";
import "./receptive-app-define.ts";
import { createModuleWorker } from "../engine/create-worker.ts";
import type { BackendChoice } from "../engine/protocol.ts";
import { RequestClient } from "../engine/request-client.ts";
import type { SpecReplies, SpecRequests } from "../engine/spec-protocol.ts";
import { TrainerClient } from "../engine/trainer-client.ts";
import { wantedWorkers } from "../engine/workers.ts";
import type { Locale } from "../i18n/locale.ts";
import { firstLocale, loadLocale, pickLanguage } from "../i18n/locale.ts";
import { isFramed, openTab } from "../lib/frame.ts";
import { applyTheme, parseTheme } from "../lib/theme.ts";
import type { AppState, Preferences } from "../model/state.ts";
import { initialState } from "../model/state.ts";
import { Page } from "../page/page.ts";
import { slicesOf } from "../page/registry.ts";
import { AddressBar } from "../session/address.ts";
import { session } from "../session/session.ts";
import { startup } from "../session/startup.ts";
import { browserEnvironment as environment } from "./browser-environment.ts";
import { onPageFailure } from "./failures.ts";

const CHOICES: readonly BackendChoice[] = ["auto", "webgpu", "cpu", "webgpu_software", "auto_software"];

const { address, storage } = environment;
const wishes = new URLSearchParams(address.search);

function storedPreferences(): Preferences {
  return {
    language: pickLanguage([wishes.get("lang"), storage.recall("language"), ...navigator.languages]),
    theme: parseTheme(wishes.get("theme") ?? storage.recall("theme")),
    shortcuts: storage.recall("shortcuts") !== "off",
  };
}

const app = document.querySelector("receptive-app");
if (!app) throw new Error("the page has no <receptive-app>");

function speak(locale: Locale, wanted: Preferences): void {
  // Another was chosen meanwhile.
  if (!app || locale.language !== wanted.language) return;
  app.locale = locale;
  document.documentElement.lang = locale.language;
  document.title = locale.text.page.title;
}

/** An address that names a language or a theme names the one in use. */
function name(wish: "lang" | "theme", value: string): void {
  const named = new URL(address.href);
  if (!named.searchParams.has(wish)) return;
  named.searchParams.set(wish, value);
  try {
    history.replaceState(history.state, "", named);
  } catch {
    // A sandboxed frame's address stays as its page wrote it.
  }
}

function prefer({ preferences }: AppState, { preferences: before }: AppState): void {
  if (preferences === before) return;
  const { language, theme, shortcuts } = preferences;
  if (language !== before.language) void loadLocale(language).then((locale) => speak(locale, page.state.preferences));
  applyTheme(theme, document.documentElement);
  name("lang", language);
  name("theme", theme);
  // Only what was chosen here is remembered; a link's ?lang= is the link's.
  if (language !== before.language) storage.remember("language", language);
  if (theme !== before.theme) storage.remember("theme", theme);
  if (shortcuts !== before.shortcuts) storage.remember("shortcuts", shortcuts ? "on" : "off");
}

const choice = CHOICES.find((one) => one === wishes.get("backend")) ?? "auto";
const preferences = storedPreferences();

// Fetching and compiling the engine is the worker's work: the page is drawn and answers meanwhile.
const page = new Page({
  engine: new TrainerClient(() => createModuleWorker(new URL("./trainer-worker.js", import.meta.url), "trainer")),
  specs: new RequestClient<SpecRequests, SpecReplies>(() =>
    createModuleWorker(new URL("./spec-worker.js", import.meta.url), "specifications"),
  ),
  environment,
  features,
  state: initialState(preferences, choice, slicesOf(features), wantedWorkers(wishes.get("workers"))),
});
// Before the features: what the state takes in of the engine, they hear of afterwards.
const began = page.the(session);
page.start();
page.store.subscribe(prefer);

applyTheme(preferences.theme, document.documentElement);
app.begin(page);
const { first, whole } = await firstLocale(preferences.language);
app.replaceChildren();
speak(first, preferences);
// Where what is said of errors cannot be fetched, messages stay short.
void whole.then(
  (locale) => speak(locale, page.state.preferences),
  () => undefined,
);

onPageFailure((reason) => page.notify({ code: "page_failed", error: { kind: "page_failed", message: reason, reason } }));
new AddressBar(page, (visited) => page.the(startup).follow(visited));
// A frame that may not open tabs drops such links without a word.
document.addEventListener("click", (event) => {
  const link = event.target instanceof Element ? event.target.closest<HTMLAnchorElement>("a[target=_blank]") : null;
  if (!link || event.defaultPrevented || !isFramed()) return;
  event.preventDefault();
  if (!openTab(link.href)) page.handle({ type: "show_text", byHand: { what: "address", text: link.href, lacks: "popups" } });
});
void began.boot();
