/** A worker of its own for layouts: a deep network's takes longer than the page may stand still. */
import { toReceptiveError } from "../../engine/errors.ts";
import { Layout } from "./layout.ts";
import type { LayoutMessage, LayoutRequest } from "./layout-protocol.ts";

/** The part of a dedicated worker's scope used here; the project's `lib` is the page's. */
interface WorkerScope {
  postMessage(message: LayoutMessage): void;
  addEventListener(type: "message", listener: (event: MessageEvent<LayoutRequest>) => void): void;
}
const scope = globalThis as unknown as WorkerScope;

const layout = new Layout();

function answer({ id, level }: LayoutRequest): LayoutMessage {
  try {
    return { id, type: "reply", to: "layout", reply: layout.of(level) };
  } catch (thrown) {
    return { id, type: "error", error: toReceptiveError(thrown, "panic") };
  }
}

scope.addEventListener("message", ({ data }) => scope.postMessage(answer(data)));
