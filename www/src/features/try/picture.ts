/** A picture of a digit, from a camera or a file, as ink on paper. Pure. */
import type { Drawing } from "../../lib/mnist.ts";

/** Part of the contrast that is still paper: shadows and grain. */
const PAPER = 0.25;

/** What stands out from the picture's rim is ink, dark on light or light on dark; null where nothing does. `rgba` as canvases have it. */
export function drawingOf({ width, height, data }: { width: number; height: number; data: Uint8ClampedArray }): Drawing | null {
  const grey = new Uint8Array(width * height);
  for (let at = 0; at < grey.length; at++) {
    const alpha = (data[4 * at + 3] ?? 255) / 255;
    const level = 0.299 * (data[4 * at] ?? 0) + 0.587 * (data[4 * at + 1] ?? 0) + 0.114 * (data[4 * at + 2] ?? 0);
    // What is transparent lies on white paper.
    grey[at] = Math.round(level * alpha + 255 * (1 - alpha));
  }
  const paper = rimLevel(grey, width, height);
  const light = paper > 127;
  const away = (level: number): number => (light ? paper - level : level - paper);
  const most = grey.reduce((largest, level) => Math.max(largest, away(level)), 0);
  if (most < 16) return null;
  const pixels = grey.map((level) => Math.round(255 * Math.max(0, Math.min(1, (away(level) / most - PAPER) / (1 - 2 * PAPER)))));
  return { width, height, pixels };
}

/** The middle one of all levels along the rim. */
function rimLevel(grey: Uint8Array, width: number, height: number): number {
  const rim: number[] = [];
  for (let x = 0; x < width; x++) rim.push(grey[x] ?? 0, grey[(height - 1) * width + x] ?? 0);
  for (let y = 1; y < height - 1; y++) rim.push(grey[y * width] ?? 0, grey[(y + 1) * width - 1] ?? 0);
  rim.sort((a, b) => a - b);
  return rim[Math.floor(rim.length / 2)] ?? 255;
}
