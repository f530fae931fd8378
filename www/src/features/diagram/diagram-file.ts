/** A drawing of a network as an SVG file, in the light theme's colours. */
import { DRAWING_STYLE, standalone } from "./style.ts";
import { svgFile } from "./svg-file.ts";
import type { Rect } from "./viewport.ts";

export function diagramFile(world: SVGGElement, drawing: Rect, title: string, description: string): string {
  const probe = document.createElement("span");
  probe.style.colorScheme = "light";
  document.body.append(probe);
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 1;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  // Whatever way a browser writes a computed colour, a pixel of it has three bytes.
  const read = (value: string): string => {
    probe.style.color = value;
    if (!context) return "#000000";
    context.fillStyle = getComputedStyle(probe).color;
    context.fillRect(0, 0, 1, 1);
    return `#${[...context.getImageData(0, 0, 1, 1).data.slice(0, 3)].map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
  };
  const colour = (token: string): string => read(`var(--${token})`);
  const style = standalone(DRAWING_STYLE, colour, (family) => read(`color-mix(in oklab, var(--op-${family}) 17%, var(--paper-raised))`));
  const file = svgFile(world, drawing, style, title, description, colour("paper"));
  probe.remove();
  return file;
}
