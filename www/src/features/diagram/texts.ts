import type { FrameKind } from "./tree.ts";

export interface DiagramTexts {
  label: (title: string) => string;
  keys: string;
  touchHint: string;
  waiting: string;
  tools: string;
  larger: string;
  smaller: string;
  fit: string;
  unfoldAll: string;
  foldAll: string;
  save: string;
  actions: string;
  kinds: { [K in FrameKind]: string };
  image: string;
  output: string;
  headOutput: string;
  rounds: (count: number) => string;
  round: (round: number, count: number) => string;
  layers: (count: number) => string;
  params: (count: number) => string;
  gives: (shape: string) => string;
  unknownShape: string;
  wrong: string;
  fold: (name: string) => string;
  unfold: (name: string) => string;
  cannotRead: string;
  summary: (layers: number, containers: number, from: string, to: string) => string;
  skips: (ways: readonly string[]) => string;
  way: (from: string, to: string) => string;
}

declare module "../../i18n/panels.ts" {
  interface Panels {
    diagram: DiagramTexts;
  }
}
