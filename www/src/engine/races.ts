/** Which backend won an earlier race at a network: what is remembered of a machine. */

import type { StoragePort } from "../lib/storage.ts";
import type { Race, Spec } from "./protocol.ts";

/** Races that are kept, the newest last. */
const KEPT = 8;

type KeptRace = [network: string, race: Race];

function races(storage: StoragePort): KeptRace[] {
  try {
    const kept: unknown = JSON.parse(storage.recall("races") ?? "[]");
    return Array.isArray(kept) ? (kept as KeptRace[]) : [];
  } catch {
    return [];
  }
}

/** What a race depends on. */
const racing = ({ layers, input, data, training }: Spec, workers: number): string =>
  JSON.stringify([layers, input, data, training?.batch_size, workers]);

export function earlierRace(storage: StoragePort, spec: Spec, workers: number): Race | null {
  const network = racing(spec, workers);
  const race = races(storage).find(([known]) => known === network)?.[1];
  return race && Number.isFinite(race.cpu_ms) && Number.isFinite(race.webgpu_ms)
    ? { cpu_ms: race.cpu_ms, webgpu_ms: race.webgpu_ms }
    : null;
}

export function keepRace(storage: StoragePort, spec: Spec, workers: number, race: Race): void {
  const network = racing(spec, workers);
  storage.remember("races", JSON.stringify([...races(storage).filter(([known]) => known !== network), [network, race]].slice(-KEPT)));
}
