/** Keys on whatever keyboard layout, and beside an input method. Every key handler of the page is made by `onKey` and reads characters by `characterOf`. Pure. */

export interface Typed {
  key: string;
  code: string;
}

/** What the keys with a letter or a sign say on a US keyboard, by their place. */
const SIGNS: { readonly [code: string]: string } = {
  BracketLeft: "[",
  BracketRight: "]",
  Minus: "-",
  Equal: "=",
  Semicolon: ";",
  Quote: "'",
  Backquote: "`",
  Backslash: "\\",
  Comma: ",",
  Period: ".",
  Slash: "/",
};

function atPlace(code: string): string | null {
  const [, letter, digit] = /^(?:Key([A-Z])|Digit(\d))$/u.exec(code) ?? [];
  return letter?.toLowerCase() ?? digit ?? SIGNS[code] ?? null;
}

/** Of another alphabet than the Latin one. Names of keys, as `Enter`, are Latin. */
const FOREIGN = /^(?:(?!\p{Script=Latin}|[0-9])[\p{L}\p{M}\p{N}])+$/u;

/**
 * The character that is meant, letters small: the one that is typed, wherever it lies; by its place only where the layout types another alphabet, as a Russian
 * one does.
 */
export function characterOf({ key, code }: Typed): string {
  return (FOREIGN.test(key) ? atPlace(code) : null) ?? (key.length === 1 ? key.toLowerCase() : key);
}

/** Whether a character comes without Ctrl or Cmd; Alt and AltGr may be what types it. */
export function isPlain({ ctrlKey, metaKey, altKey }: { ctrlKey: boolean; metaKey: boolean; altKey: boolean }): boolean {
  return !metaKey && (!ctrlKey || altKey);
}

/** Safari tells the key that ends a composition after its end, with this code alone. */
const COMPOSING = 229;

export function isComposing({ isComposing, keyCode }: { isComposing?: boolean; keyCode?: number }): boolean {
  return isComposing === true || keyCode === COMPOSING;
}

/** A handler of keys that leaves to an input method what is its own. */
export function onKey<E extends { isComposing?: boolean; keyCode?: number }>(handler: (event: E) => void): (event: E) => void {
  return (event) => {
    if (!isComposing(event)) handler(event);
  };
}

/** Keys that go through the maps of a layer: Page Up and Page Down, which every keyboard has, or brackets, which some type with AltGr. 0 for any other. */
export function channelKeyOf(event: Typed & Parameters<typeof isPlain>[0]): -1 | 0 | 1 {
  const { key, ctrlKey, altKey } = event;
  if (key === "PageUp" || key === "PageDown") return ctrlKey || altKey || event.metaKey ? 0 : key === "PageUp" ? -1 : 1;
  const character = isPlain(event) ? characterOf(event) : "";
  return character === "[" ? -1 : character === "]" ? 1 : 0;
}
