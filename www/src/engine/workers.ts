/** How many workers share a batch on the CPU. */
import { recall } from "../lib/storage.ts";

/** More are of no use to networks of MNIST's size. */
export const MOST_WORKERS = 8;

/** What can be chosen on a machine with so many logical cores. */
export const workerChoices = (cores: number): number[] =>
  Array.from({ length: Math.min(Math.max(cores, 1), MOST_WORKERS) }, (_, index) => index + 1);

/** Half of the logical cores: as many as there are real ones on most machines, and the page keeps some. At most four, which leaves a laptop quiet. */
export const workersByDefault = (cores: number): number => Math.min(Math.max(Math.floor(cores / 2), 1), 4);

export const coresHere = (): number => globalThis.navigator?.hardwareConcurrency ?? 1;

/** What an address asks for, or was chosen here, or suits the machine. */
export function wantedWorkers(wish: string | null): number {
  const wanted = Number(wish ?? recall("workers"));
  return Number.isInteger(wanted) && wanted >= 1 && wanted <= MOST_WORKERS ? wanted : workersByDefault(coresHere());
}
