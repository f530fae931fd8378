/** A drawing of a network in words. */

import type { NetworkDescription } from "../../engine/protocol.ts";
import type { Locale } from "../../i18n/locale.ts";
import { INPUT, OUTPUT } from "./graph.ts";
import type { Scene } from "./scene.ts";
import type { DiagramTexts } from "./texts.ts";

/** What goes in and what comes out. */
export function endShapes({ boxes }: Scene, { format }: Locale): string[] {
  return boxes.flatMap((box) =>
    (box.kind === "input" || box.kind === "output") && !box.head ? [box.shape.length > 0 ? format.shape(box.shape) : "?"] : [],
  );
}

export function summaryOf(scene: Scene, network: NetworkDescription, locale: Locale): string {
  const text = locale.panels.diagram;
  const [from = "", to = ""] = endShapes(scene, locale);
  const ways = [
    ...new Set(scene.edges.flatMap(({ skip, source, target }) => (skip ? [text.way(plain(source, text), plain(target, text))] : []))),
  ];
  const frames = scene.boxes.filter(({ kind }) => kind === "frame" || kind === "fold").length;
  return `${text.summary(network.nodes.length, frames, from, to)}${ways.length > 0 ? ` ${text.skips(ways)}` : ""}`;
}

function plain(id: string, text: DiagramTexts): string {
  return id === INPUT ? text.image : id.startsWith(OUTPUT) ? text.output : id.replace(/\/$/u, "");
}
