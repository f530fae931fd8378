import type { ReceptiveError } from "../errors.ts";
import type { Messages } from "./messages.ts";

/** The error in a language's words; one of a kind that they do not know keeps the sentence it came with. */
export function errorSentence(errors: Messages["errors"], error: ReceptiveError): string {
  const say = errors[error.kind] as ((error: ReceptiveError) => string) | undefined;
  return say ? say(error) : error.message;
}
