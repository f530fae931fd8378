/** A drawing on the page as a file that stands for itself: without the parts that are for pointing at, with a title, a description and its style in it. */
import type { Rect } from "./viewport.ts";

const SVG = "http://www.w3.org/2000/svg";
const MARGIN = 24;
const LIVE_ATTRIBUTES = ["role", "tabindex", "aria-label", "aria-pressed", "data-box"];

export function svgFile(
  world: SVGGElement,
  { x, y, width, height }: Rect,
  style: string,
  title: string,
  description: string,
  paper: string,
): string {
  const root = document.createElementNS(SVG, "svg");
  const box = [x - MARGIN, y - MARGIN, width + 2 * MARGIN, height + 2 * MARGIN].map(Math.round);
  const set = (element: Element, attributes: { [name: string]: string }): void =>
    Object.entries(attributes).forEach(([name, value]) => element.setAttribute(name, value));
  set(root, { class: "drawing", viewBox: box.join(" "), width: String(box[2]), height: String(box[3]), role: "img" });
  for (const [name, content] of [
    ["title", title],
    ["desc", description],
    ["style", style],
  ] as const)
    root.appendChild(document.createElementNS(SVG, name)).textContent = content;
  const back = root.appendChild(document.createElementNS(SVG, "rect"));
  set(back, { x: String(box[0]), y: String(box[1]), width: String(box[2]), height: String(box[3]), fill: paper });
  const copy = root.appendChild(world.cloneNode(true) as SVGGElement);
  copy.removeAttribute("transform");
  copy.removeAttribute("class");
  for (const live of copy.querySelectorAll(".toggle, .focus, .mark")) live.remove();
  for (const element of copy.querySelectorAll("[data-box]")) for (const name of LIVE_ATTRIBUTES) element.removeAttribute(name);
  return `<?xml version="1.0" encoding="UTF-8"?>\n${new XMLSerializer().serializeToString(root).replaceAll(/<!--[\s\S]*?-->/gu, "")}\n`;
}
