import type { NetworkDescription } from "../engine/protocol.ts";
import type { Outline } from "../spec/outline.ts";
import { carried, outlineOf } from "../spec/outline.ts";
import { isAnother } from "./on-show.ts";
import type { AppState } from "./state.ts";
import { problemOf } from "./state.ts";

/** The rows of the network as it is edited, from one state to the next. */
export class OutlineReader {
  #outline: Outline = { rows: [], unplaced: null };
  #made: unknown[] = [];

  read(state: AppState): Outline {
    const { document, network } = state;
    const made = [document?.present.spec, document?.examination, document?.examined, network];
    if (made.some((one, i) => one !== this.#made[i])) this.#outline = this.#next(state);
    this.#made = made;
    return this.#outline;
  }

  #next(state: AppState): Outline {
    const { document } = state;
    if (!document) return { rows: [], unplaced: null };
    const { spec } = document.present;
    if (document.examined) return outlineOf(spec, document.examination?.network ?? document.readable, problemOf(state));
    const described = describedBefore(state);
    if (described) return outlineOf(spec, described, null);
    return { rows: carried(outlineOf(spec, null, null).rows, this.#outline.rows), unplaced: null };
  }
}

/** What was compiled says as much of a network that has not been examined yet. */
export function describedBefore(state: AppState): NetworkDescription | null {
  const { document, network } = state;
  return network && !document?.examination && !isAnother(state) ? network.description : null;
}
