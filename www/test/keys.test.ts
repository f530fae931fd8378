import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import features from "receptive:features";
import { channelKeyOf, characterOf, isComposing, onKey } from "../src/lib/keys.ts";
import { historyKeyOf, shortcutOf } from "../src/lib/shortcuts.ts";
import { shortcutsOf } from "../src/page/registry.ts";
import { actionOf } from "../src/spec/outline-actions.ts";

const NO_MODIFIER = { ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, repeat: false };
const KEYS = new Map([...shortcutsOf(features)].map(([key, { type }]) => [key, type as string]));
const nowhere = { closest: () => null };

/** What the keys at these places type, layout by layout: those with R, S, T, D, Z, Y, K, O on a US keyboard. */
const LATIN: { [layout: string]: { [code: string]: string } } = {
  QWERTY: { KeyR: "r", KeyS: "s", KeyT: "t", KeyD: "d", KeyZ: "z", KeyY: "y", KeyK: "k", KeyO: "o" },
  Dvorak: { KeyR: "p", KeyS: "o", KeyT: "y", KeyD: "e", KeyZ: ";", KeyY: "f", KeyO: "r", Semicolon: "s", KeyK: "t", KeyH: "d", Slash: "z" },
  Colemak: { KeyR: "p", KeyS: "r", KeyT: "g", KeyD: "s", KeyZ: "z", KeyY: "j", KeyK: "e", KeyF: "t", KeyG: "d", KeyO: "y" },
  AZERTY: { KeyR: "r", KeyS: "s", KeyT: "t", KeyD: "d", KeyZ: "w", KeyW: "z", KeyY: "y", KeyQ: "a" },
  QWERTZ: { KeyR: "r", KeyS: "s", KeyT: "t", KeyD: "d", KeyZ: "y", KeyY: "z", BracketLeft: "ü" },
  // Letters with marks are Latin too.
  Bépo: { KeyR: "l", KeyS: "k", KeyT: "j", KeyD: "i", KeyZ: "à", KeyY: "x", KeyW: "é", KeyQ: "b" },
};

const foreign = (letters: { [code: string]: string }) => Object.entries(letters);
/** What the places of R, S, T, Z, Y and D type where there are no Latin letters. */
const FOREIGN: { [layout: string]: { [code: string]: string } } = {
  Russian: { KeyR: "к", KeyS: "ы", KeyT: "е", KeyZ: "я", KeyY: "н", KeyD: "в", BracketLeft: "х", BracketRight: "ъ" },
  Ukrainian: { KeyR: "к", KeyS: "і", KeyT: "е", KeyZ: "я", KeyY: "н", KeyD: "в", BracketLeft: "х", BracketRight: "ї" },
  Greek: { KeyR: "ρ", KeyS: "σ", KeyT: "τ", KeyZ: "ζ", KeyY: "υ", KeyD: "δ" },
  Hebrew: { KeyR: "ר", KeyS: "ד", KeyT: "א", KeyZ: "ז", KeyY: "ט", KeyD: "ג" },
  Arabic: { KeyR: "ق", KeyS: "س", KeyT: "ف", KeyZ: "ئ", KeyY: "غ", KeyD: "ي", Digit0: "٠" },
  Thai: { KeyR: "พ", KeyS: "ห", KeyT: "ะ", KeyZ: "ผ", KeyY: "ั", KeyD: "ก" },
  Korean: { KeyR: "ㄱ", KeyS: "ㄴ", KeyT: "ㅅ", KeyZ: "ㅋ", KeyY: "ㅛ", KeyD: "ㅇ" },
};

test("single keys go by the character where it is Latin, wherever it lies", () => {
  const wanted: { [character: string]: string } = { r: "reset", s: "step", t: "random_digit" };
  for (const [layout, keys] of Object.entries(LATIN)) {
    for (const [code, key] of Object.entries(keys)) {
      const event = { ...NO_MODIFIER, key, code, target: nowhere };
      assert.equal(shortcutOf(event, true, KEYS), wanted[key] ?? null, `${layout}: ${key} at ${code}`);
      assert.equal(
        shortcutOf({ ...event, key: key.toUpperCase() }, true, KEYS),
        wanted[key] ?? null,
        `${layout}: ${key.toUpperCase()} at ${code}`,
      );
    }
  }
});

test("and by the place where the layout types another alphabet", () => {
  const wanted: { [code: string]: string } = { KeyR: "reset", KeyS: "step", KeyT: "random_digit" };
  for (const [layout, keys] of Object.entries(FOREIGN)) {
    for (const [code, key] of foreign(keys))
      assert.equal(
        shortcutOf({ ...NO_MODIFIER, key, code, target: nowhere }, true, KEYS),
        wanted[code] ?? null,
        `${layout}: ${key} at ${code}`,
      );
  }
});

test("undo, redo and duplicate, likewise", () => {
  for (const [layout, keys] of [...Object.entries(LATIN), ...Object.entries(FOREIGN)]) {
    for (const [code, key] of Object.entries(keys)) {
      const event = { ...NO_MODIFIER, ctrlKey: true, key, code, target: nowhere };
      const meant = layout in LATIN ? key : code.replace("Key", "").toLowerCase();
      assert.equal(historyKeyOf(event), meant === "z" ? "undo" : meant === "y" ? "redo" : null, `${layout}: Ctrl+${key} at ${code}`);
      assert.equal(actionOf(event), meant === "d" ? "duplicate" : null, `${layout}: Ctrl+${key} at ${code}`);
    }
  }
});

test("names of keys are no characters, and signs and digits of other alphabets are what lies there", () => {
  for (const key of ["Enter", "Dead", "Process", "Unidentified", "F10", "ArrowUp"]) assert.equal(characterOf({ key, code: "KeyR" }), key);
  assert.equal(characterOf({ key: "٠", code: "Digit0" }), "0");
  assert.equal(characterOf({ key: "+", code: "Equal" }), "+");
  assert.equal(characterOf({ key: "ю", code: "Period" }), ".");
  assert.equal(characterOf({ key: "к", code: "" }), "к");
});

test("maps are gone through by keys that every keyboard has, and by brackets however they are typed", () => {
  const press = (key: string, code: string, more: Partial<typeof NO_MODIFIER> = {}): number =>
    channelKeyOf({ ...NO_MODIFIER, key, code, ...more });
  assert.deepEqual([press("PageUp", "PageUp"), press("PageDown", "PageDown")], [-1, 1]);
  assert.deepEqual([press("[", "BracketLeft"), press("]", "BracketRight")], [-1, 1]);
  // Russian and Ukrainian: by place. German and French on Windows and Linux: with AltGr, which is Ctrl and Alt. German on a Mac: with Alt.
  assert.deepEqual([press("х", "BracketLeft"), press("ъ", "BracketRight"), press("ї", "BracketRight")], [-1, 1, 1]);
  assert.deepEqual([press("[", "Digit8", { ctrlKey: true, altKey: true }), press("]", "Digit9", { ctrlKey: true, altKey: true })], [-1, 1]);
  assert.deepEqual([press("[", "Digit5", { altKey: true }), press("]", "Digit6", { altKey: true }), press("[", "Digit5")], [-1, 1, -1]);
  // What lies there on these layouts, and the browser's own keys, are something else.
  assert.deepEqual(
    [press("ü", "BracketLeft"), press("Dead", "BracketLeft"), press("$", "BracketRight"), press("+", "BracketRight")],
    [0, 0, 0, 0],
  );
  assert.deepEqual(
    [
      press("[", "BracketLeft", { metaKey: true }),
      press("[", "BracketLeft", { ctrlKey: true }),
      press("PageDown", "PageDown", { ctrlKey: true }),
    ],
    [0, 0, 0],
  );
});

test("keys of a composition go to the input method", () => {
  const heard: string[] = [];
  const handle = onKey((event: { key: string; isComposing?: boolean; keyCode?: number }) => heard.push(event.key));
  for (const event of [
    { key: "Enter", isComposing: true, keyCode: 229 },
    { key: "Escape", isComposing: true },
    { key: "Enter", isComposing: false, keyCode: 229 },
  ]) {
    assert.ok(isComposing(event));
    handle(event);
  }
  handle({ key: "Enter", isComposing: false, keyCode: 13 });
  assert.deepEqual(heard, ["Enter"]);
});

test("every handler of keys is made so, and none reads places by itself", () => {
  const root = join(process.env.RECEPTIVE_ROOT ?? "..", "www/src");
  let handlers = 0;
  for (const name of readdirSync(root, { recursive: true, encoding: "utf8" }).filter((one) => one.endsWith(".ts"))) {
    const source = readFileSync(join(root, name), "utf8");
    for (const [, made] of source.matchAll(/@key(?:down|up|press)=\$\{(\w*)/gu)) {
      handlers++;
      // `onEnter` is made by `onKey`.
      assert.ok(made === "onKey" || made === "onEnter", `${name}: a key handler without onKey`);
    }
    for (const [, listener = ""] of source.matchAll(/addEventListener\("key(?:down|up|press)", ([^,)]+)/gu)) {
      handlers++;
      const [, field = ""] = /^this\.(#\w+)$/u.exec(listener) ?? [];
      assert.ok(field !== "" && source.includes(`${field} = onKey(`), `${name}: ${listener} without onKey`);
    }
    if (!name.endsWith("keys.ts"))
      assert.doesNotMatch(source, /"(?:Key[A-Z]|Digit\d|Bracket(?:Left|Right))"/u, `${name} reads places by itself`);
  }
  assert.ok(handlers > 20, `${handlers} handlers`);
});
