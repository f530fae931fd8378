/** What the parts of the page that come later need beside their scripts: their texts and their styles. */
import { loadPanels } from "../i18n/locale.ts";

let styles: Promise<void> | null = null;

/** It is told, as anything that fails is, and the parts come all the same. */
const missing = (done: () => void) => (): void => {
  reportError(new Error("lazy.css did not load"));
  done();
};

/** Their stylesheet, once. One that does not come is missed less than what it would style. */
export function lazyStyles(): Promise<void> {
  styles ??= new Promise((done) => {
    const link = document.createElement("link");
    const { href } = new URL("./lazy.css", import.meta.url);
    Object.assign(link, { rel: "stylesheet", href, onload: () => done(), onerror: missing(done) });
    document.head.append(link);
  });
  return styles;
}

export async function lazyStylesAndTexts(): Promise<void> {
  await Promise.all([loadPanels(), lazyStyles()]);
}
