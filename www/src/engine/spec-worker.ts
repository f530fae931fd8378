/** A worker of its own for specifications: an edit is answered at once, however busy the trainer is. */
import type { SpecMessage, SpecRequest } from "./spec-protocol.ts";
import { answerInTurn } from "./worker/answering.ts";
import type { Engine } from "./worker/engine.ts";
import { loadEngine } from "./worker/engine.ts";

/** The part of a dedicated worker's scope used here; the project's `lib` is the page's. */
interface WorkerScope {
  postMessage(message: SpecMessage): void;
  addEventListener(type: "message", listener: (event: MessageEvent<SpecRequest>) => void): void;
}
const scope = globalThis as unknown as WorkerScope;

let engine: Promise<Engine> | null = null;

async function answer(request: SpecRequest): Promise<SpecMessage> {
  const { id } = request;
  engine ??= loadEngine(() => undefined);
  const { package: pack } = await engine;
  switch (request.type) {
    case "presets":
      return { id, type: "reply", to: "presets", reply: pack.presets() };
    case "examine":
      return { id, type: "reply", to: "examine", reply: pack.examine(request.spec, request.loaded) };
    case "shorten":
      return { id, type: "reply", to: "shorten", reply: pack.shortSpec(request.spec) };
    case "lengthen":
      return { id, type: "reply", to: "lengthen", reply: pack.longSpec(request.short) };
  }
}

answerInTurn(scope, () => engine, answer);
