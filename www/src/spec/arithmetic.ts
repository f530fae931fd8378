import type { NodeDescription } from "../engine/protocol.ts";
import type { OutlineRow } from "./outline.ts";
import { fieldsOf } from "./spec-items.ts";

/** How a layer's multiply-accumulates come to be so many: `3·3·16·16·28·28 = 1,806,336`; empty where that is not so simple. */
export function macsArithmetic(
  { item, input }: OutlineRow,
  { op, output_shape, macs }: NodeDescription,
  whole: (n: number) => string,
): string {
  const fields = fieldsOf(item);
  const kernel = fields.kernel_size;
  const factors =
    op === "conv2d"
      ? [...(Array.isArray(kernel) ? kernel : [kernel, kernel]), (input[0] ?? 0) / Number(fields.groups ?? 1), ...output_shape].map(Number)
      : op === "linear"
        ? [...input, ...output_shape]
        : [];
  const product = factors.reduce((a, b) => a * b, 1);
  return factors.length > 0 && product === macs ? `${factors.join("·")} = ${whole(macs)}` : "";
}

/** The engine's `3*3*16*16 + 16 = 2,320` as a language writes it. */
export function paramsArithmetic(arithmetic: string, whole: (count: number) => string): string {
  return arithmetic.replaceAll("*", "·").replaceAll(/\d[\d,]*/gu, (count) => whole(Number(count.replaceAll(",", ""))));
}
