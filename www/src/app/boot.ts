/**
 * What is said where the page itself does not start: a small script of its own, so that a policy without inline scripts lets it run, and
 * one that is loaded before the page's modules.
 */

/** In styles/base.css. */
const say = (boot: "failed" | "broken"): void => {
  if (!document.documentElement.dataset.boot) document.documentElement.dataset.boot = boot;
};

/** The page replaces what index.html holds as soon as it has something to show. */
const waiting = (): boolean => document.querySelector(".boot") !== null;

// A module script that is refused (in a sandboxed frame, a server without "Access-Control-Allow-Origin") leaves no trace on the page.
addEventListener(
  "error",
  ({ target }) => {
    if (target instanceof HTMLScriptElement && target.type === "module") say("failed");
    else if (target === window && waiting()) say("broken");
  },
  true,
);
addEventListener("unhandledrejection", () => waiting() && say("broken"));
