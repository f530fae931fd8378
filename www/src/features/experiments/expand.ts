/** From an experiment to its runs: patches applied, sweeps written out. Pure. */
import type { Operation } from "rfc6902";
import { applyPatch } from "rfc6902";

import type { Spec } from "../../engine/protocol.ts";
import type { Base, Budget, Experiment, Patch, Sweep } from "./experiment.ts";
import { ExperimentError } from "./fault.ts";

/** More would take a day. */
export const MOST_RUNS = 400;

/** A value that a sweep has set. */
export interface Setting {
  path: string;
  value: number | string | boolean | null;
}

/** A variant with its sweeps written out. */
export interface Expanded {
  /** Unique: the variant's name, and what was set. */
  name: string;
  /** The variant's place in the file. */
  variant: number;
  settings: Setting[];
  /** Without a seed of the experiment's. */
  spec: Spec;
}

/** A run: a variant with a seed. */
export interface Job {
  /** The same for the same training, whatever the experiment calls it: specification with its seed, and budget. */
  key: string;
  /** Place in the list of {@link Expanded}. */
  expanded: number;
  name: string;
  seed: number;
  spec: Spec;
  steps: number;
}

const clone = <T>(value: T): T => structuredClone(value);

/** Applies a patch to a copy. `path` is where in the file it stands, for the fault. */
function patched(spec: Spec, patch: Patch, path: string): Spec {
  const result = clone(spec);
  for (const [at, operation] of patch.entries()) {
    // One at a time: each of them sees what those before it have done, and the first that fails ends it.
    const [error] = applyPatch(result, [clone(operation)]);
    if (!error) continue;
    const why = error.name === "MissingError" ? "missing" : error.name === "TestError" ? "test" : "invalid";
    throw new ExperimentError({ kind: "patch_failed", path: `${path}/${at}`, op: operation.op, target: operation.path, why });
  }
  return result;
}

/** Sets a value that a sweep names. Its object has to be there; the value itself may be one that is left out so far. */
function withSetting(spec: Spec, { path, value }: Setting, where: string): Spec {
  return patched(spec, [{ op: "add", path, value } as Operation], where);
}

function specOf(base: Base, presets: ReadonlyMap<string, Spec>, path: string): Spec {
  if ("spec" in base) return clone(base.spec);
  const spec = presets.get(base.preset);
  if (!spec) throw new ExperimentError({ kind: "unknown_preset", path, preset: base.preset, allowed: [...presets.keys()] });
  return clone(spec);
}

/** Every combination of the values of the sweeps, the first one changing most slowly. */
function combinations(sweeps: readonly Sweep[]): Setting[][] {
  return sweeps.reduce<Setting[][]>(
    (before, { path, values }) => before.flatMap((settings) => values.map((value) => [...settings, { path, value }])),
    [[]],
  );
}

/** The last part of a pointer that is a name: `learning_rate`. */
function shortPath(path: string): string {
  return (
    path
      .split("/")
      .filter((part) => !/^\d+$/u.test(part))
      .at(-1) ?? path
  );
}

/** What sweeps have set: `learning_rate 0.1, batch_size 16`. */
export const settingsText = (settings: readonly Setting[]): string =>
  settings.map(({ path, value }) => `${shortPath(path)} ${String(value)}`).join(", ");

/**
 * The variants with their sweeps written out.
 *
 * @throws ExperimentError
 */
export function expand(experiment: Experiment, presets: ReadonlyMap<string, Spec>): Expanded[] {
  const expanded = experiment.variants.flatMap((variant, at): Expanded[] => {
    const path = `/variants/${at}`;
    const base = specOf(variant.base ?? experiment.base, presets, variant.base ? `${path}/base` : "/base");
    const common = patched(base, experiment.patch ?? [], "/patch");
    const spec = patched({ ...common, training: common.training ?? {} }, variant.patch ?? [], `${path}/patch`);
    return combinations(variant.sweep ?? []).map((settings) => ({
      name: settings.length > 0 ? `${variant.name}, ${settingsText(settings)}` : variant.name,
      variant: at,
      settings,
      spec: settings.reduce((changed, setting, n) => withSetting(changed, setting, `${path}/sweep/${n}`), spec),
    }));
  });
  const names = expanded.map(({ name }) => name);
  const named = [...experiment.variants.map(({ name }) => name), ...names];
  const known = (name: string, path: string): void => {
    if (!named.includes(name)) throw new ExperimentError({ kind: "unknown_variant", path, variant: name, allowed: [...new Set(names)] });
  };
  if (experiment.baseline !== undefined) known(experiment.baseline, "/baseline");
  for (const [at, { variant, than }] of (experiment.expect ?? []).entries()) {
    known(variant, `/expect/${at}/variant`);
    known(than, `/expect/${at}/than`);
  }
  const runs = expanded.length * experiment.seeds.length;
  if (runs > MOST_RUNS) throw new ExperimentError({ kind: "too_many_runs", runs, most: MOST_RUNS });
  return expanded;
}

/** Steps of a run of this specification. */
export function stepsOf(spec: Spec, { steps, images = 0 }: Budget): number {
  return steps ?? Math.ceil(images / (spec.training?.batch_size ?? 64));
}

/** All runs, the first seed of every variant first: a comparison is there early, and grows surer. */
export function jobs(experiment: Experiment, expanded: readonly Expanded[]): Job[] {
  return experiment.seeds.flatMap((seed) =>
    expanded.map(({ name, spec }, at): Job => {
      const seeded: Spec = { ...spec, training: { ...spec.training, seed } };
      return {
        key: JSON.stringify([seeded, experiment.budget]),
        expanded: at,
        name,
        seed,
        spec: seeded,
        steps: stepsOf(seeded, experiment.budget),
      };
    }),
  );
}
