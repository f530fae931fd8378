/** What every exporter is. */
import type { Network } from "./network.ts";
import type { Weights } from "./weights.ts";

/** A file that leaves: text, or parts one after the other. A part may be a piece of a file that lies elsewhere and is never read as a whole. */
export interface ExportedFile {
  readonly name: string;
  readonly type: string;
  readonly parts: readonly (string | Uint8Array | Blob)[];
}

export interface ExportOptions {
  /** Without an ending: `lenet5`. */
  readonly stem: string;
  /** The weights to go with the network; null for a network without. */
  readonly weights: Weights | null;
  /** Weights in a file of their own, where the program knows such files. */
  readonly external?: boolean;
}

/** A program that networks are written for. */
export interface Exporter {
  readonly name: string;
  /**
   * The files of a network, the one to be read by people first.
   *
   * @throws {ExportError} for what the program cannot say.
   */
  export(network: Network, options: ExportOptions): Promise<ExportedFile[]>;
}
