/** Draws maps on a canvas, one pixel a value; the stylesheet enlarges them without smoothing. */
import { paletteOf } from "./look/colours.ts";
import type { Arrangement, Stack } from "./look/stack.ts";
import { paint } from "./look/stack.ts";

const images = new WeakMap<HTMLCanvasElement, { image: ImageData; words: Uint32Array }>();

export function drawMaps(canvas: HTMLCanvasElement, stack: Stack, arrangement: Arrangement, strongest: Float32Array, dark: boolean): void {
  const { width, height } = arrangement;
  if (width === 0 || height === 0) return;
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  let drawn = images.get(canvas);
  if (!drawn || drawn.image.width !== width || drawn.image.height !== height) {
    const image = new ImageData(width, height);
    drawn = { image, words: new Uint32Array(image.data.buffer) };
    images.set(canvas, drawn);
  }
  paint(drawn.words, stack, arrangement, strongest, paletteOf(dark));
  canvas.getContext("2d")?.putImageData(drawn.image, 0, 0);
}
