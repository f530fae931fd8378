/** What can be wrong with a network of another program: errors of the page's kinds, made where they are found. */
import type { OnnxFlaw, OnnxReason, ReceptiveError } from "../engine/errors.ts";
import { ReceptiveFailure } from "../engine/errors.ts";

/** Which node cannot be said, as its file has it. */
export interface Blamed {
  readonly name: string;
  readonly op: string;
  /** `kernel_shape=[3, 3], group=2` */
  readonly attributes: string;
}

/** The file is set by who knows its name: {@link named}. */
export function malformed(flaw: OnnxFlaw, { name = "", at = 0, limit = 0 } = {}): ReceptiveFailure {
  return new ReceptiveFailure({ kind: "malformed_onnx", message: `ONNX: ${flaw} ${name}`.trim(), file: "", flaw, name, at, limit });
}

/** The language has no words for this node. */
export function unsayable({ name, op, attributes }: Blamed, reason: OnnxReason): ReceptiveFailure {
  const message = `${name}: ${op} cannot be said (${reason})`;
  return new ReceptiveFailure({ kind: "unsayable_onnx", message, file: "", node: name, operator: op, attributes, reason });
}

/** The same failure with the file's name in it. Anything else that was thrown is passed on. */
export function named(thrown: unknown, file: string): unknown {
  if (!(thrown instanceof ReceptiveFailure) || !("file" in thrown.error) || thrown.error.file !== "") return thrown;
  return new ReceptiveFailure({ ...(thrown.error as ReceptiveError), file, message: `${file}: ${thrown.error.message}` } as ReceptiveError);
}
