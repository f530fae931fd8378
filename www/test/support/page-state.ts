/** States of the page without an engine: a network that is compiled, and one that has been trained. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import features from "receptive:features";
import type { BackendChoice, Metrics, NetworkDescription, Preset, Spec } from "../../src/engine/protocol.ts";
import { onMetrics } from "../../src/model/reduce.ts";
import type { AppState, RunPhase } from "../../src/model/state.ts";
import { initialState } from "../../src/model/state.ts";
import { slicesOf } from "../../src/page/registry.ts";
import { newDocument } from "../../src/spec/document.ts";

/** As the engine's package holds them. */
const written = readFileSync(join(process.env.RECEPTIVE_ROOT ?? "..", "src/network/zoo/presets.js"), "utf8");
const { presets } = (await import(`data:text/javascript,${encodeURIComponent(written)}`)) as { presets: () => Preset[] };
export const PRESETS: readonly Preset[] = presets();

export function presetNamed(name: string): Preset {
  const found = PRESETS.find((preset) => preset.name === name);
  if (!found) throw new Error(`there is no preset ${name}`);
  return found;
}

export const metricsAt = (step: number): Metrics => ({
  step,
  epoch: 1,
  epochs: 3,
  images_seen: step * 64,
  images_in_use: 60_000,
  images_total: 60_000,
  loss: 0.5,
  top1: 0.9,
  top5: 0.99,
  images_per_second: 1000,
  seconds: 1,
  progress: 0.1,
  seconds_left: 9,
  learning_rate: 0.02,
  speed_up: null,
});

/** What the engine would say of it is of no matter here. */
export const described = (spec: Spec): NetworkDescription =>
  ({ name: spec.name ?? "network", nodes: [], groups: [] }) as unknown as NetworkDescription;

/** The state of a page that has nothing yet. */
export const atFirst = (choice: BackendChoice = "auto"): AppState =>
  initialState({ language: "en", theme: "auto", shortcuts: true }, choice, slicesOf(features));

export function pageWith({ title, spec }: Pick<Preset, "title" | "spec">): AppState {
  const state = atFirst("cpu");
  const document = newDocument({ title, spec });
  const { settings } = document.present;
  return {
    ...state,
    presets: PRESETS,
    document,
    settings: { applied: settings, edited: settings },
    network: { title, spec, description: described(spec) },
    engine: { phase: "ready", loaded: 1, total: 1 },
    data: { ...state.data, phase: "ready", images: { train: 60_000, test: 10_000 }, totals: { train: 60_000, test: 10_000 } },
    run: { ...state.run, id: "run-1" },
  };
}

export function trained(state: AppState, name: string, step: number, phase: RunPhase): AppState {
  const next = onMetrics(state, { metrics: metricsAt(step) });
  return { ...next, run: { ...next.run, phase, label: { key: "r1", name, look: 0, parent: null } } };
}
