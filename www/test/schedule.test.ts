import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { ScheduleSpec } from "../src/engine/protocol.ts";
import { read } from "../src/spec/fields.ts";
import { rateCurve, scheduled } from "../src/spec/schedule.ts";
import { AUGMENTATION_FIELDS, partFields, SCHEDULE_FIELDS, withField } from "../src/spec/training-fields.ts";

interface Case {
  id: string;
  schedule: string;
  attrs: { [name: string]: unknown };
  lr: number[];
  momentum?: number[];
  atol: number;
  rtol: number;
}

const root = process.env.RECEPTIVE_ROOT ?? "..";
const { cases } = JSON.parse(readFileSync(join(root, "tests/fixtures/schedules.json"), "utf8")) as { cases: Case[] };

/** As `src/conformance/schedule.rs` reads them. */
function specOf({ schedule, attrs }: Case): { rate: number; spec: ScheduleSpec } {
  const name = schedule.replace(/^warmup_/u, "");
  const { lr, max_lr, total_steps, ...others } = attrs;
  const type = name === "multistep" ? "multi_step" : name === "warmup" ? "constant" : name;
  return {
    rate: Number(max_lr ?? lr),
    spec: { ...others, type, ...(total_steps !== undefined && { total: total_steps }) } as ScheduleSpec,
  };
}

test("every schedule has PyTorch's rate and momentum in every step", () => {
  assert.ok(cases.length >= 15, `${cases.length} cases`);
  for (const one of cases) {
    const { rate, spec } = specOf(one);
    const near = (got: number, want: number, what: string): void =>
      assert.ok(Math.abs(got - want) <= one.atol + one.rtol * Math.abs(want), `${one.id} ${what}: ${got}, not ${want}`);
    for (const [step, want] of one.lr.entries()) {
      const now = scheduled(spec, rate, step, { epoch: 1, run: one.lr.length });
      near(now.rate, want, `lr[${step}]`);
      const momentum = one.momentum?.[step];
      assert.equal(now.momentum === null, momentum === undefined, `${one.id} momentum[${step}]`);
      if (now.momentum !== null && momentum !== undefined) near(now.momentum, momentum, `momentum[${step}]`);
    }
  }
});

test("a curve goes from the first step to the last, however short the run", () => {
  const curve = rateCurve({ type: "cosine" }, 0.1, 3, 469);
  assert.deepEqual([curve.length, curve[0]], [160, [0, 0.1]]);
  assert.ok(curve.at(-1)?.[0] === 1 && (curve.at(-1)?.[1] ?? 1) < 1e-6);
  for (const type of ["constant", "cosine", "polynomial", "one_cycle"] as const) {
    for (const [, rate] of rateCurve({ type, warmup: type === "one_cycle" ? 0 : 9 }, 0.1, 1, 1))
      assert.ok(Number.isFinite(rate) && rate <= 0.1, type);
  }
});

test("fields know what may stand in them", () => {
  const field = (type: keyof typeof SCHEDULE_FIELDS, name: string) => {
    const found = SCHEDULE_FIELDS[type].find(([one]) => one === name)?.[1];
    assert.ok(found, name);
    return found;
  };
  assert.deepEqual(read(field("multi_step", "milestones"), "1 2,5  4"), { value: [1, 2.5, 4] });
  assert.equal(read(field("multi_step", "milestones"), "1 two"), null);
  assert.equal(read(field("multi_step", "milestones"), ""), null);
  assert.equal(read(field("step", "step_size"), "0"), null);
  assert.deepEqual(read(field("cosine", "T_max"), ""), { value: undefined });
  const shift = AUGMENTATION_FIELDS[0]?.[1];
  assert.ok(shift && read(shift, "2.5") === null && read(shift, "2")?.value === 2);
  const largest = partFields("erase", { erase: { smallest: 0.3 } }).find(([name]) => name === "largest")?.[1];
  assert.ok(largest && read(largest, "0.2") === null, "not below the smallest");
  assert.deepEqual(withField({ shift: 2, scale: 0.1 }, "shift", undefined), { scale: 0.1 });
});
