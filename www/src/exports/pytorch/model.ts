/** The model's part of a script. */
import type { Network } from "../network.ts";
import { classesOf } from "./classes.ts";
import { helpersFor } from "./helpers.ts";
import { scopesOf } from "./scopes.ts";

/** Classes, each before those that use it, with two empty lines between; the last is `Network`. */
export function modelSource(network: Network): string {
  const classes = classesOf(network, scopesOf(network)).map(({ source }) => source);
  return [...helpersFor(classes.join("\n")), ...classes].join("\n\n\n");
}
