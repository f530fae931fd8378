/** What the table of runs says of differences between them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { metricsAt, presetNamed } from "../../../test/support/page-state.ts";
import { loadLocale, loadPanels } from "../../i18n/locale.ts";
import { History } from "../../lib/series.ts";
import type { PastRun } from "../../model/runs.ts";
import type { Change } from "../../spec/what-changed.ts";
import { changeText } from "./change-text.ts";
import { differenceTo, figuresOf } from "./figures.ts";

const { title, spec } = presetNamed("lenet5");
function run(step: number, loss: number, test: number | null, seconds: number | null): PastRun {
  const history = new History();
  if (seconds !== null) history.clock.add(step, seconds);
  if (test !== null) history.addTest({ step, loss, top1: test });
  const label = { key: "r1", name: "kiwi", look: 0, parent: null };
  return { ...label, title, spec, history, epochs: [], metrics: { ...metricsAt(step), loss, top1: 0.5 }, evaluation: null };
}
const known = (one: PastRun) => {
  const figures = figuresOf(one);
  assert.ok(figures);
  return figures;
};

test("results are compared where both runs have them, and measured the same", () => {
  const base = known(run(900, 0.5, 0.75, 20));
  assert.deepEqual(base, { step: 900, loss: 0.5, share: 0.75, of: "test", seconds: 20 });
  assert.deepEqual(differenceTo(base, known(run(1800, 0.25, 0.875, 35))), { loss: -0.25, share: 0.125, seconds: 15 });
  // Not tested yet, of no known time, and blown up.
  assert.deepEqual(differenceTo(base, known(run(10, Number.NaN, null, null))), { loss: null, share: null, seconds: null });
  assert.equal(figuresOf(run(0, 0, null, null)), null);
});

test("fields are called as the page calls them", async () => {
  const locales = await Promise.all((["en", "ru"] as const).map(loadLocale));
  await loadPanels();
  const changes: Change[] = [
    { kind: "changed", layer: null, field: "batch_size", from: "64", to: "32" },
    { kind: "changed", layer: null, field: "schedule", from: "constant", to: "exponential" },
    { kind: "changed", layer: null, field: "rotation_degrees", from: "–", to: "10" },
    { kind: "changed", layer: "conv1", field: "kernel_size", from: "5", to: "[3,5]" },
    { kind: "changed", layer: "conv1", field: null, from: "6", to: "8" },
    { kind: "added", layer: "bn" },
  ];
  assert.deepEqual(
    changes.map((change) => locales.map((locale) => changeText(locale, change))),
    [
      ["batch size 64 → 32", "размер батча 64 → 32"],
      [
        "rate over the run constant → × factor every epoch",
        "скорость по ходу обучения постоянная → умножается на коэффициент каждую эпоху",
      ],
      ["rotation, degrees – → 10", "поворот, градусов – → 10"],
      ["conv1 kernel 5 → [3,5]", "conv1 ядро 5 → [3,5]"],
      ["conv1 6 → 8", "conv1 6 → 8"],
      ["+ bn", "+ слой bn"],
    ],
  );
});
