/** Which instrument is open, and what instruments know. */

/** What instruments know. Each adds its own: `declare module "../lab/model.ts" { interface InstrumentStates { ... } }`. */
export interface InstrumentStates {
  /** The instrument whose parts have come. */
  loaded?: string;
}

/** The instrument in an address, and what it has there in its own words. */
export interface Opened {
  /** Null for the list. */
  name: string | null;
  at: string;
}

/** As the address has it: `lesion`, or `lesion,` and the instrument's own words. */
export function readLab(lab: string | null): Opened {
  const [name = "", ...words] = lab?.split(",") ?? [];
  return { name: name || null, at: words.join(",") };
}

export const writeLab = ({ name, at }: Opened): string | null => name && (at ? `${name},${at}` : name);

declare module "../../model/state.ts" {
  interface FeatureState {
    lab: string | null;
    instruments: InstrumentStates;
  }
}

declare module "../../page/intent.ts" {
  interface Intents {
    /** Shows an instrument, with what it has in the address, or the list. */
    open_instrument: { name: string | null; at?: string };
  }
}
