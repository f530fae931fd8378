/** The curves of a run as a table. */
import type { History, Point } from "../lib/series.ts";

const COLUMNS = ["split", "step", "loss", "top1", "top5", "mean_iou"] as const;

/** A row a point, training first; a cell without a number is empty. Numbers have a point, whatever the language. */
export function curvesCsv({ train, test }: History): string {
  const rows = (split: string, points: readonly Point[]): string[] =>
    points.map(({ step, loss, top1, top5, mean_iou }) => [split, step, loss, top1, top5 ?? "", mean_iou ?? ""].join(","));
  return `${[COLUMNS.join(","), ...rows("train", train.points), ...rows("test", test.points)].join("\r\n")}\r\n`;
}
