/** The page `check/`: what its address wishes, and the element that is all of it. */
import "../ui/translated.ts";
import { pickLanguage } from "../lib/language.ts";
import { recall } from "../lib/storage.ts";
import { applyTheme, parseTheme } from "../lib/theme.ts";
import { BATCHES, CheckPageElement } from "./check-page.ts";

const wishes = new URLSearchParams(location.search);
const theme = parseTheme(wishes.get("theme") ?? recall("theme"));
applyTheme(theme, document.documentElement);

customElements.define("check-page", CheckPageElement);
const page = document.createElement("check-page") as CheckPageElement;
page.language = pickLanguage([wishes.get("lang"), recall("language"), ...navigator.languages]);
page.theme = theme;
page.preset = wishes.get("preset") ?? page.preset;
page.batch = BATCHES.find((size) => String(size) === wishes.get("batch")) ?? page.batch;
document.body.append(page);
