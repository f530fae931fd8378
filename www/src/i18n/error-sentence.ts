import type { ReceptiveError } from "../engine/errors.ts";
import type { Messages } from "./messages.ts";

/** What the engine cannot know: over plain http no browser has WebGPU. */
function inContext(error: ReceptiveError): ReceptiveError {
  if (error.kind !== "no_webgpu" || globalThis.isSecureContext !== false) return error;
  return { kind: "webgpu_needs_https", message: error.message };
}

/** The error in a language's words; one of a kind that they do not know keeps the sentence it came with. */
export function errorSentence(errors: Messages["errors"], error: ReceptiveError): string {
  const say = errors[inContext(error).kind] as ((error: ReceptiveError) => string) | undefined;
  return say ? say(error) : error.message;
}
