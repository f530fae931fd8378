/** An address with only what was chosen of it. Pure. */

export interface Chosen {
  network: boolean;
  view: boolean;
  selection: boolean;
  /** A page that shows the view and nothing else of itself. */
  only: boolean;
  language: string | null;
}

const NETWORK = ["g", "preset"];
const SELECTION = ["select", "node"];

/** @param address with all that it can say. What is neither of the network nor of the selection is of the view. */
export function addressWith(address: string, { network, view, selection, only, language }: Chosen): string {
  const chosen = new URL(address);
  const kept = [...new URLSearchParams(chosen.hash.slice(1))].filter(([field]) =>
    NETWORK.includes(field) ? network : SELECTION.includes(field) ? selection : view,
  );
  chosen.hash = new URLSearchParams(kept).toString();
  if (!network) chosen.searchParams.delete("preset");
  if (only) chosen.searchParams.set("embed", "view");
  else chosen.searchParams.delete("embed");
  if (language !== null) chosen.searchParams.set("lang", language);
  else chosen.searchParams.delete("lang");
  return chosen.href.replace(/#$/u, "");
}
