/** The SVG of a network's drawing. */

import type { SVGTemplateResult } from "lit";
import { nothing, svg } from "lit";
import type { Locale } from "../../i18n/locale.ts";
import { shortName } from "../../spec/operators.ts";
import type { Box, Callout, CellBox, Edge, EndBox, FoldBox, FrameBox } from "./scene.ts";
import { FRAME_TITLE, fitted, HEAD_HEIGHT } from "./scene.ts";
import type { DiagramTexts } from "./texts.ts";
import type { Container } from "./tree.ts";

/** What all templates need besides what they draw. */
export interface Pen {
  locale: Locale;
  text: DiagramTexts;
  /** Of a layer: its kernel, as far as the specification says. */
  kernel: (box: CellBox) => string;
  /** Whose turn it is in the order of Tab. */
  current: string | null;
  selected: string | null;
}

/** `block1 · residual`, or one of both. */
export function frameTitle({ label, kind, name, rounds, round, folded }: Container, text: DiagramTexts): string {
  const own = label?.split(".").at(-1);
  const plain = own === undefined ? text.kinds[kind] : kind === "stage" || kind === "repeat" ? own : `${own} · ${text.kinds[kind]}`;
  if (rounds === 1) return plain || name;
  return folded ? `${plain} ×${rounds}` : `${plain} · ${text.round(round, rounds)}`;
}

/** What a screen reader is told of a box. */
export function boxName(box: Box, { text, locale: { format, language }, kernel }: Pen): string {
  const gives = (shape: readonly number[]): string => (shape.length > 0 ? text.gives(format.shape(shape)) : text.unknownShape);
  switch (box.kind) {
    case "input":
      return `${text.image} ${format.shape(box.shape)}`;
    case "output":
      return [text.output, box.head ? text.headOutput : "", box.shape.length > 0 ? format.shape(box.shape) : text.unknownShape]
        .filter(Boolean)
        .join(", ");
    case "fold":
    case "frame": {
      const { container } = box;
      const rounds = container.rounds > 1 && container.folded ? text.rounds(container.rounds) : "";
      return [frameTitle(container, text), rounds, text.layers(container.count), text.params(container.params), gives(container.shape)]
        .filter(Boolean)
        .join(", ");
    }
    case "cell": {
      const { node } = box.cell;
      return [
        node.name,
        `${shortName(node.op, language)}${kernel(box)}`,
        gives(node.output_shape),
        node.params > 0 ? text.params(node.params) : "",
        node.error ? text.wrong : "",
      ]
        .filter(Boolean)
        .join(", ");
    }
  }
}

const classes = (...names: (string | false)[]): string => names.filter(Boolean).join(" ");

export function drawBox(box: Box, pen: Pen): SVGTemplateResult {
  switch (box.kind) {
    case "cell":
      return drawCell(box, pen);
    case "fold":
      return drawFold(box, pen);
    case "frame":
      return drawFrame(box, pen);
    case "input":
    case "output":
      return drawEnd(box, pen);
  }
}

function button(
  box: Box,
  pen: Pen,
  name: string,
  content: SVGTemplateResult,
  family: string | typeof nothing = nothing,
): SVGTemplateResult {
  return svg`<g class=${name} data-box=${box.id} data-family=${family} role="button" tabindex=${pen.current === box.id ? 0 : -1} aria-label=${boxName(box, pen)} aria-pressed=${pen.selected === box.id ? "true" : "false"}>${content}</g>`;
}

const ring = ({ x, y, width, height }: { x: number; y: number; width: number; height: number }): SVGTemplateResult =>
  svg`<rect class="focus" x=${x - 3} y=${y - 3} width=${width + 6} height=${height + 6} rx="6"/>`;

function drawCell(box: CellBox, pen: Pen): SVGTemplateResult {
  const {
    x,
    y,
    width,
    height,
    strip,
    head,
    cell: { node },
  } = box;
  const short = `${shortName(node.op, pen.locale.language)}${pen.kernel(box)}`;
  const middle = x + width / 2;
  const unknown = node.output_shape.length === 0 && !node.error;
  const texts = strip
    ? svg`<text class="second" x=${middle} y=${y + 15} text-anchor="middle">${fitted(short, width - 16)}</text>`
    : svg`<text class="name" x=${middle} y=${y + 17} text-anchor="middle">${fitted(box.name, (width - 16) * 0.92)}</text>
        <text class="second" x=${middle} y=${y + 32} text-anchor="middle">${fitted(short, width - 12)}</text>`;
  return button(
    box,
    pen,
    classes("cell", strip && "strip", head && "head", unknown && "unknown"),
    svg`
    <title>${node.name}</title>
    <rect class="box" x=${x} y=${y} width=${width} height=${height} rx="3"/>
    <rect class="stripe" x=${x} y=${y} width="4" height=${height} rx="1.5"/>
    ${texts}${ring(box)}`,
    box.family,
  );
}

function drawEnd(box: EndBox, pen: Pen): SVGTemplateResult {
  const { x, y, width, height, head, kind, shape } = box;
  const {
    text,
    locale: { format },
  } = pen;
  const name = kind === "input" ? text.image : text.output;
  const said = shape.length > 0 ? format.shape(shape) : "?";
  return svg`<g class=${classes("end", head && "head")} data-box=${box.id} role="img" aria-label=${boxName(box, pen)}>
    <rect class="box" x=${x} y=${y} width=${width} height=${height} rx=${height / 2}/>
    <text x=${x + width / 2} y=${y + 19} text-anchor="middle"><tspan class="second">${name}</tspan> <tspan>${said}</tspan></text></g>`;
}

function toggle(box: FrameBox | FoldBox, pen: Pen, x: number, y: number): SVGTemplateResult {
  const { container } = box;
  const name = frameTitle(container, pen.text);
  return svg`<g class="toggle" data-toggle=${container.key} role="button" tabindex="-1" aria-expanded=${container.folded ? "false" : "true"} aria-label=${container.folded ? pen.text.unfold(name) : pen.text.fold(name)}>
    <rect x=${x - 4} y=${y - 4} width="24" height="24" fill="transparent"/>
    <rect class="toggle-box" x=${x} y=${y} width="16" height="16" rx="3"/>
    <path class="toggle-sign" d=${`M${x + 4} ${y + 8}h8${container.folded ? "m-4 -4v8" : ""}`}/></g>`;
}

function drawFold(box: FoldBox, pen: Pen): SVGTemplateResult {
  const { x, y, width, height, container } = box;
  const { text } = pen;
  return svg`${button(
    box,
    pen,
    classes("fold", container.head && "head", container.shape.length === 0 && "unknown"),
    svg`
      <path class="rounds" d=${`M${x + 4} ${y - 3}h${width}v${height}`}/>
      <rect class="box" x=${x} y=${y} width=${width} height=${height} rx="4"/>
      <text class="name" x=${x + width / 2 + 10} y=${y + 19} text-anchor="middle">${fitted(frameTitle(container, text), width - 40)}</text>
      <text class="second" x=${x + width / 2 + 10} y=${y + 34} text-anchor="middle">${text.layers(container.count)}</text>${ring(box)}`,
  )}
    ${toggle(box, pen, x + 6, y + 6)}`;
}

function drawFrame(box: FrameBox, pen: Pen): SVGTemplateResult {
  const { x, y, width, height, container } = box;
  const title = frameTitle(container, pen.text);
  const stacked = container.rounds > 1 && container.folded;
  return svg`<g class=${classes("frame", container.head && "head")}>
    ${stacked ? svg`<path class="rounds" d=${`M${x + 5} ${y - 5}h${width}v${height}M${x + 10} ${y - 10}h${width}v${height}`}/>` : nothing}
    <rect class="frame-box" x=${x} y=${y} width=${width} height=${height} rx="8"/>
    ${button(
      box,
      pen,
      "frame-title",
      svg`<rect x=${x + 28} y=${y + 2} width=${Math.max(24, title.length * 6.8)} height="24" fill="transparent"/>
      <text class="frame-name" x=${x + 30} y=${y + 18}>${title}</text>${ring({ x: x + 4, y: y + 4, width: width - 8, height: FRAME_TITLE - 8 })}`,
    )}
    ${toggle(box, pen, x + 8, y + 6)}</g>`;
}

export function drawEdge(edge: Edge): SVGTemplateResult {
  const { path, state, skip, head, arrow, label, end } = edge;
  const name = classes("link", skip && "skip", head && "head", state !== "ok" && state);
  // Where it arrives from the side, the tip points to the left.
  const tip = skip && edge.sideways ? `M${end[0]} ${end[1]}l7 -4v8z` : `M${end[0]} ${end[1]}l-4 -7h8z`;
  return svg`<path class=${name} d=${path} data-from=${edge.source} data-to=${edge.target}/>
    ${arrow ? svg`<path class=${classes("tip", state === "wrong" && "wrong")} d=${tip}/>` : nothing}
    ${label ? svg`<text class=${classes("shape", state === "wrong" && "wrong")} x=${label.x} y=${label.y} text-anchor=${label.left ? "end" : "start"}>${label.text}</text>` : nothing}`;
}

export function drawCallout({ x, y, width, height, lines, at }: Callout): SVGTemplateResult {
  const [px, py] = at;
  return svg`<g class="callout">
    <path class="callout-line" d=${`M${x + width} ${y + 18}H${px - 12}`}/>
    <rect class="callout-box" x=${x} y=${y} width=${width} height=${height} rx="4"/>
    ${lines.map((line, i) => svg`<text class="callout-text" x=${x + 10} y=${y + 22 + i * 16}>${line}</text>`)}
    <path class="callout-sign" d=${`M${px} ${py - 11}l11 19h-22z`}/>
    <path class="callout-sign" d=${`M${px} ${py - 4}v6M${px} ${py + 4.4}v1.4`}/></g>`;
}

/** Around a box that is selected. */
export function drawMark(box: Box): SVGTemplateResult {
  const { x, y, width } = box;
  const height = box.kind === "cell" && !box.strip ? HEAD_HEIGHT : box.height;
  return svg`<rect class="mark" x=${x - 4} y=${y - 4} width=${width + 8} height=${height + 8} rx="6"/>`;
}
