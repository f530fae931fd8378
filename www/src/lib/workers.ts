/** How many workers share a batch on the CPU, and which backend won an earlier race: what is remembered of a machine. */
import type { Race, Spec } from "../protocol.ts";
import { recall, remember } from "./storage.ts";

/** More are of no use to networks of MNIST's size. */
export const MOST_WORKERS = 8;
/** Races that are kept, the newest last. */
const KEPT = 8;

/** What can be chosen on a machine with so many logical cores. */
export const workerChoices = (cores: number): number[] => Array.from({ length: Math.min(Math.max(cores, 1), MOST_WORKERS) }, (_, index) => index + 1);

/** Half of the logical cores: as many as there are real ones on most machines, and the page keeps some. At most four, which leaves a laptop quiet. */
export const workersByDefault = (cores: number): number => Math.min(Math.max(Math.floor(cores / 2), 1), 4);

export const coresHere = (): number => globalThis.navigator?.hardwareConcurrency ?? 1;

/** What an address asks for, or was chosen here, or suits the machine. */
export function wantedWorkers(wish: string | null): number {
  const wanted = Number(wish ?? recall("workers"));
  return Number.isInteger(wanted) && wanted >= 1 && wanted <= MOST_WORKERS ? wanted : workersByDefault(coresHere());
}

type KeptRace = [network: string, race: Race];

function races(): KeptRace[] {
  try {
    const kept: unknown = JSON.parse(recall("races") ?? "[]");
    return Array.isArray(kept) ? (kept as KeptRace[]) : [];
  } catch {
    return [];
  }
}

/** What a race depends on. */
const racing = ({ layers, input, data, training }: Spec, workers: number): string => JSON.stringify([layers, input, data, training?.batch_size, workers]);

export function earlierRace(spec: Spec, workers: number): Race | null {
  const network = racing(spec, workers);
  const race = races().find(([known]) => known === network)?.[1];
  return race && Number.isFinite(race.cpu_ms) && Number.isFinite(race.webgpu_ms) ? { cpu_ms: race.cpu_ms, webgpu_ms: race.webgpu_ms } : null;
}

export function keepRace(spec: Spec, workers: number, race: Race): void {
  const network = racing(spec, workers);
  remember("races", JSON.stringify([...races().filter(([known]) => known !== network), [network, race]].slice(-KEPT)));
}
