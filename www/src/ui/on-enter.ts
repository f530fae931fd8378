import { onKey } from "../lib/keys.ts";

/** Enter in a field does what the button beside it does; while an input method composes, the key is its own. */
export function onEnter(act: () => void): (event: KeyboardEvent) => void {
  return onKey((event) => {
    if (event.key !== "Enter" || !(event.target instanceof HTMLInputElement)) return;
    event.preventDefault();
    act();
  });
}
