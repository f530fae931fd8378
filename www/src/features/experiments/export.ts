/** Results as files. Pure. */
import type { Experiment } from "./experiment.ts";
import type { Results } from "./results.ts";

/** RFC 4180: quoted where it has to be. A cell that a spreadsheet would take for a formula begins with an apostrophe. */
function cell(value: string | number | undefined): string {
  if (value === undefined) return "";
  if (typeof value === "number") return String(value);
  const text = /^[=+\-@\t\r]/u.test(value) ? `'${value}` : value;
  return /[",\n\r]/u.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** A line a run. */
export function csvOf({ measure }: Experiment, { rows }: Results): string {
  const lines = rows.flatMap(({ name, runs }) =>
    runs.map(({ seed, result }) => [name, seed, ...measure.map((one) => result.measures[one]), result.seconds].map(cell).join(",")),
  );
  return [["variant", "seed", ...measure, "seconds"].map(cell).join(","), ...lines, ""].join("\r\n");
}

/** The experiment with its results, curves included. */
export function jsonOf(experiment: Experiment, results: Results, language: string): string {
  return `${JSON.stringify({ experiment, language, ...results }, null, 1)}\n`;
}
