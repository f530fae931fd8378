/** Enter in a field does what the button beside it does; while an input method composes, the key is its own. */
export function onEnter(act: () => void): (event: KeyboardEvent) => void {
  return (event) => {
    if (event.key !== "Enter" || event.isComposing || event.keyCode === 229 || !(event.target instanceof HTMLInputElement)) return;
    event.preventDefault();
    act();
  };
}
